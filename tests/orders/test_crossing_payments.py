"""A transfer and an attempt through the gateway cross: each counts once, and the coupon of both once (PAY-1, CPN-4)."""

from decimal import Decimal

import pytest

from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance, faults
from coupons import queries
from coupons.models import Coupon
from orders.models import Order, Return
from orders.services import bank, closing, payment, start
from tests import factories as make
from tests.factories import NOW
from tests.orders.buyer.test_checkout import coupon_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PAY-1", "CPN-4")]


def usd(amount):
    return Money(Decimal(str(amount)), "USD")


@pytest.fixture
def order() -> Order:
    shop = make.seller()
    return make.order(make.person("alice"), {make.product(shop): 10}, paid=False)


@pytest.fixture
def coupon(order) -> Coupon:
    return coupon_of(order.buyer, order)


def arrives(order, amount):
    bank.arrive(order_id=order.pk, amount=usd(amount), bank_reference=f"B-{order.pk}", at=NOW)
    bank.associate(order_id=order.pk, at=NOW)


def says(attempt, outcome):
    return payment.settle(reference=attempt.reference, outcome=outcome, at=NOW)


def going_back():
    return sum((row.amount for row in Return.objects.all()), usd(0))


@pytest.mark.parametrize("notices", [["succeeded"], ["pending", "succeeded"], ["succeeded", "succeeded"]])
@pytest.mark.parametrize("carries", [True, False])
def test_an_attempt_that_succeeds_after_a_transfer_paid_everything_goes_back_whole(
    order, coupon, notices, carries
):
    """With its fee, as that of an attempt that was replaced; the coupon was spent with the transfer."""
    attempt = payment.start(
        order_id=order.pk, method="visa", coupon_id=coupon.pk if carries else None, at=NOW
    )
    arrives(order, 80 if carries else 100)
    for notice in notices:
        says(attempt, notice)
    order.refresh_from_db()
    paid = (order.cash, order.coupon_part, order.method_fee)
    assert paid == ((usd(80), usd(20), usd(0)) if carries else (usd(100), usd(0), usd(0)))
    assert going_back() == attempt.charge == balance(AccountKind.RETURNS)
    assert queries.state(Coupon.objects.get(), NOW) == ("redeemed" if carries else "active")
    assert not faults()


@pytest.mark.rule("PAY-2", "ORD-7")
def test_of_an_attempt_that_counts_in_part_the_fee_of_the_rest_goes_back_with_the_rest(order):
    attempt = payment.start(order_id=order.pk, method="visa", at=NOW)
    arrives(order, 60)
    says(attempt, "succeeded")
    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (attempt.charge, attempt.returned) == (usd(103), usd("61.80"))
    assert (order.cash, order.method_fee) == (usd(100), usd("1.20"))
    assert going_back() == balance(AccountKind.RETURNS) == usd("61.80")
    assert balance(AccountKind.METHOD_FEE) == usd("1.20")
    assert not faults()


def test_an_attempt_that_succeeds_after_a_transfer_spent_its_coupon_counts_its_cash():
    shop, alice = make.seller(), make.person("alice")
    draft = start.Draft(
        {make.product(shop).pk: 10}, None, "US", make.ADDRESS, initial=usd(30), shipping=usd(0)
    )
    order = start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=draft, at=NOW)
    closing.confirm(order_id=order.pk, by="buyer", at=NOW)
    coupon = coupon_of(alice, order)
    attempt = payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=NOW)
    arrives(order, 10)
    says(attempt, "succeeded")
    order.refresh_from_db()
    assert (order.cash, order.coupon_part) == (usd(20), usd(20))
    assert not Return.objects.exists()
    assert not faults()


@pytest.mark.parametrize("ending", ["failed", "without", "other method"])
def test_a_coupon_that_a_transfer_was_asked_for_with_outlasts_attempts_beside_it(order, coupon, ending):
    payment.start(order_id=order.pk, method="tt", coupon_id=coupon.pk, at=NOW)
    beside = payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=NOW)
    if ending == "failed":
        says(beside, "failed")
    elif ending == "without":
        payment.start(order_id=order.pk, method="visa", at=NOW)
    else:
        payment.start(order_id=order.pk, method="paypal", at=NOW)
    assert queries.state(Coupon.objects.get(), NOW) == "reserved"
    arrives(order, 80)
    order.refresh_from_db()
    assert (order.cash, order.coupon_part, order.state) == (usd(80), usd(20), "awaiting_dispatch")
