"""What the busiest acts cost in round trips; savepoints, which a request does not have, are left out (B4)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.services import payment, start
from orders.services.start import Draft
from tests import factories as make

MOST = 30


@pytest.mark.django_db
@pytest.mark.parametrize("products", [1, 5])
def test_starting_and_paying_an_order(products):
    way, seller, buyer = make.line(), make.seller(staff=make.person("ming")), make.person()
    template = make.template(seller, way)
    goods = [make.product(seller, ships_by=template) for _ in range(products)]
    draft = Draft({each.pk: 2 for each in goods}, way.pk, "US", address=make.ADDRESS)

    def trade(key):
        order = start.by_buyer(buyer_id=buyer.pk, draft=draft, at=make.NOW, request_key=key)
        attempt = payment.start(order_id=order.pk, method="visa", at=make.NOW)
        payment.settle(reference=attempt.reference, outcome="succeeded", at=make.NOW)

    with CaptureQueriesContext(connection) as captured:
        trade("the first of the day, which also notes that the lamp stays lit")
    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= MOST, "\n".join(sql[:200] for sql in asked)
