"""A coupon taken off at the moment when its payment succeeds is either spent on a paid order or free, never both."""

from datetime import timedelta

import pytest

from assurance.kernel.money import USD, Money
from assurance.kernel.policy import Policy
from assurance.ledger.queries import faults
from coupons import services as coupons
from coupons.models import Coupon, Redemption
from orders.models import Order
from orders.services import payment
from tests import factories
from tests.concurrency.racing import FULL, race

ROUNDS = 100 if FULL else 12
AT = factories.NOW + timedelta(hours=1)


@pytest.mark.rule("CPN-4", "CPN-5")
@pytest.mark.usefixtures("live_db")
def test_taken_off_while_the_gateway_says_yes() -> None:
    alice, seller, line = factories.person(), factories.seller(), factories.line()
    mug = factories.product(seller, ships_by=factories.template(seller, line))
    orders, attempts = [], []
    for round_ in range(ROUNDS):
        order = factories.order(alice, {mug: 5}, by=line, paid=False)
        coupon = coupons.issue(
            owner_id=alice.pk,
            bearer_id=None,
            from_order_id=10**9 + round_,
            face=Money(10, USD),
            policy=Policy(),
            at=factories.NOW,
        )
        attempt = payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=factories.NOW)
        orders.append(order.pk)
        attempts.append(attempt.reference)

    def act(runner: int, round_: int) -> None:
        if runner == 0:
            payment.settle(reference=attempts[round_], outcome="succeeded", at=AT)
        else:
            payment.take_off_coupon(order_id=orders[round_], at=AT)

    for outcomes in race(3, ROUNDS, act):
        assert outcomes == ["done"] * 3
    for order in Order.objects.filter(pk__in=orders):
        spent = Redemption.objects.filter(order_id=order.pk).exists()
        assert spent == (order.full_met_at is not None) == bool(order.coupon_minor)
    assert not Coupon.objects.filter(state="reserved").exists()
    assert Coupon.objects.filter(state="redeemed").count() == Redemption.objects.count()
    assert not faults()
