"""The supplier takes a store coupon off an order at the moment when its buyer cancels it: one use is given back."""

import pytest

from assurance.kernel.money import Money
from coupons.models import StoreCoupon
from orders.models import Order
from orders.services import closing, contract
from orders.services.start import Draft
from tests import factories
from tests.concurrency.racing import FULL, race

ROUNDS = 100 if FULL else 12


@pytest.mark.rule("ORD-7")
@pytest.mark.usefixtures("live_db")
def test_a_use_is_given_back_once() -> None:
    seller, alice = factories.seller(), factories.person()
    vase = factories.product(seller, rts=False)
    coupons = [factories.store_coupon(seller) for _ in range(ROUNDS)]
    kept = [factories.order(alice, {vase: 10}, paid=False, store_coupon_id=each.pk) for each in coupons]
    orders = [factories.order(alice, {vase: 10}, paid=False, store_coupon_id=each.pk).pk for each in coupons]
    plain = Draft({vase.pk: 10}, None, "US", shipping=Money(0, "USD"))

    def act(runner: int, round_: int) -> None:
        if runner == 0:
            closing.cancel(order_id=orders[round_], by="buyer", at=factories.NOW)
        else:
            contract.change(order_id=orders[round_], draft=plain, at=factories.NOW)

    for outcomes in race(3, ROUNDS, act):
        assert outcomes[0] == "done" and set(outcomes[1:]) <= {"done", "STA-1"}
    assert set(StoreCoupon.objects.values_list("used", flat=True)) == {1}
    assert Order.objects.filter(pk__in=[order.pk for order in kept], discount_minor=1000).count() == ROUNDS
