"""Claims against a seller, followed to the money without looking into anybody else's orders."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from claims import services as claims
from orders.services import refunds
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATE = NOW + 8 * DAY


@pytest.fixture
def world(client):
    ming, alice = make.person("ming"), make.person("alice")
    seller, rival = make.seller(staff=ming), make.seller("Rival")
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    return (
        client,
        alice,
        make.product(seller, price=10000),
        make.product(rival, price=20000, name="Secret lamp"),
    )


def page(client, at=LATE):
    with clock.frozen(at):
        answer = client.get(reverse("ma:claims"))
    assert answer.status_code == 200
    return answer


def claimed(alice, mug, *, approve=True):
    order = make.order(alice, {mug: 1})
    claim = claims.file(order_id=order.pk, guarantee="dispatch", user_id=alice.pk, at=LATE)
    if approve:
        claim = claims.approve(claim_id=claim.pk, reason="Late.", at=LATE)
    return order, claim


def test_a_claim_in_review_shows_its_limit_amount_and_bearer(world):
    client, alice, mug, _lamp = world
    claimed(alice, mug, approve=False)
    answer = page(client)
    chain = answer.context["chains"][0]
    assert chain.borne_here and chain.coupon is None
    html = answer.content.decode()
    assert "borne by you" in html and "in 3 days" in html and "CPN-1" in html
    assert answer.context["in_review"] == 1


def test_the_chain_runs_from_claim_to_recovery_without_the_other_order(world):
    client, alice, mug, lamp = world
    order, claim = claimed(alice, mug)
    other = make.order(alice, {lamp: 1}, at=LATE, paid=False)
    make.pay(other, at=LATE, coupon_id=claim.coupon_id)
    answer = page(client)
    chain = answer.context["chains"][0]
    assert chain.recovery.debt.open == Money(10, "USD")
    assert answer.context["still_open"] == Money(10, "USD")
    html = answer.content.decode()
    assert reverse("ma:order", args=[order.number]) in html
    assert "on an order with another supplier" in html
    assert other.number not in html and "Secret lamp" not in html and "Rival" not in html
    refunds.agreed(order_id=other.pk, amount=None, at=LATE)
    assert "Reversed" in page(client).content.decode()


def test_a_coupon_spent_with_the_same_seller_leads_to_that_order(world):
    client, alice, mug, _lamp = world
    _order, claim = claimed(alice, mug)
    again = make.order(alice, {mug: 2}, at=LATE, paid=False)
    make.pay(again, at=LATE, coupon_id=claim.coupon_id)
    assert page(client).context["chains"][0].used_on == again.number


def test_an_unused_coupon_is_at_stake_until_its_last_day(world):
    client, alice, mug, _lamp = world
    claimed(alice, mug)
    now = page(client)
    assert (now.context["unused"], now.context["unused_faces"]) == (1, Money(10, "USD"))
    assert "nothing, as long as it is not used" in now.content.decode()
    over = page(client, at=LATE + 91 * DAY)
    assert over.context["unused"] == 0
    assert "void since" in over.content.decode()


def test_queries_do_not_grow_with_the_claims(world):
    client, alice, mug, lamp = world

    def queries():
        with CaptureQueriesContext(connection) as counted:
            page(client)
        return len(counted)

    def used():
        _order, claim = claimed(alice, mug)
        other = make.order(alice, {lamp: 1}, at=LATE, paid=False)
        make.pay(other, at=LATE, coupon_id=claim.coupon_id)

    used(), used()
    few = queries()
    for _ in range(3):
        used()
        claimed(alice, mug, approve=False)
    assert queries() == few <= 15


def test_claims_on_other_sellers_orders_are_not_there(world):
    client, alice, _mug, lamp = world
    order, _claim = claimed(alice, lamp)
    assert order.number not in page(client).content.decode()
