"""The last use of a store coupon is taken once, however many orders are made for it at the same moment."""

from datetime import timedelta

import pytest

from coupons.models import StoreCoupon
from orders.models import Order
from orders.services import elapse
from tests import factories
from tests.concurrency.racing import FULL, race

RUNNERS, ROUNDS = (32, 100) if FULL else (8, 6)


@pytest.mark.rule("ORD-7")
@pytest.mark.usefixtures("live_db")
def test_the_last_use_is_taken_once() -> None:
    seller, line = factories.seller(), factories.line()
    mug = factories.product(seller, ships_by=factories.template(seller, line))
    buyers = [factories.person() for _ in range(RUNNERS)]
    made = [factories.store_coupon(seller, limit=1).pk for _ in range(ROUNDS)]

    def order(runner: int, round_: int) -> None:
        factories.order(buyers[runner], {mug: 5}, by=line, paid=False, store_coupon_id=made[round_])

    for outcomes in race(RUNNERS, ROUNDS, order):
        assert sorted(outcomes) == ["ORD-7"] * (RUNNERS - 1) + ["done"]
    assert set(StoreCoupon.objects.values_list("used", flat=True)) == {1}
    assert Order.objects.count() == ROUNDS


HELD, MIDNIGHTS = 12, 40 if FULL else 5


@pytest.mark.rule("ORD-7", "TIM-3")
@pytest.mark.usefixtures("live_db")
def test_a_checkout_and_the_sweep_close_the_same_orders_without_waiting_in_a_circle() -> None:
    """At midnight the uses of many unpaid orders become free: an order being made and the sweep both see to it."""
    seller, line = factories.seller(), factories.line()
    mug = factories.product(seller, ships_by=factories.template(seller, line))
    alice, later = factories.person(), factories.NOW + timedelta(days=9)
    made = [factories.store_coupon(seller, limit=HELD).pk for _ in range(MIDNIGHTS)]
    held = [
        [factories.order(alice, {mug: 5}, by=line, paid=False, store_coupon_id=one).pk for _ in range(HELD)]
        for one in made
    ]

    def act(runner: int, round_: int) -> None:
        if runner == 0:
            once = {"by": line, "paid": False, "store_coupon_id": made[round_]}
            factories.order(alice, {mug: 5}, at=later, **once)
        else:
            for pk in reversed(held[round_]):
                elapse.elapse(order_id=pk, kind="left_alone", at=later)

    for outcomes in race(2, MIDNIGHTS, act):
        assert outcomes == ["done"] * 2
    assert set(StoreCoupon.objects.values_list("used", flat=True)) == {1}
