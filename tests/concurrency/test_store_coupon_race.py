"""The last use of a store coupon is taken once, however many orders are made for it at the same moment."""

import pytest

from coupons.models import StoreCoupon
from orders.models import Order
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
