"""The sample statement: a newcomer downloads it, uploads it, and sees every kind of outcome."""

import pytest
from django.test import Client

from assurance.accounts import roles
from assurance.demo.models import World
from assurance.kernel import clock
from orders.models import Order
from orders.services import closing, intake, payment, statements
from tests import factories

SAMPLE = "/demo/statement/"


@pytest.fixture
def olivia(demo: World, client: Client) -> Client:
    user = factories.person("olivia")
    roles.assign(user, "finance")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _orders(count: int) -> list[Order]:
    alice = factories.person("alice")
    shop, line = factories.seller("Qinghe", staff=factories.person("ming")), factories.line()
    mug = factories.product(shop, price=9000, ships_by=factories.template(shop, line))
    made = []
    for _ in range(count):
        order = factories.order(alice, {mug: 1}, by=line, at=clock.now(), paid=False)
        payment.start(order_id=order.pk, method="tt", at=clock.now())
        made.append(order)
    return made


def test_it_pays_what_is_open_and_shows_what_goes_wrong(olivia: Client) -> None:
    with clock.frozen(factories.NOW):
        made = _orders(8)
        closing.cancel(order_id=made[-1].pk, by="buyer", at=clock.now())
        answer = olivia.get(SAMPLE)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        taken, is_new = statements.upload(name="sample.sta", data=answer.content, at=clock.now())
        assert is_new
        statements.take_in(statement_id=taken.pk, reason="try it", at=clock.now())
        intake.take_due(clock.now())
    taken.refresh_from_db()
    assert taken.counts == {"exact": 3, "amount": 2, "closed": 1, "broken": 1, "none": 2, "debit": 1}


def test_it_is_for_finance(olivia: Client, demo: World) -> None:
    olivia.force_login(factories.person("alice"), backend="django.contrib.auth.backends.ModelBackend")
    assert olivia.get(SAMPLE).status_code == 404
