"""The last use of a store coupon is taken once, however many orders are made for it at the same moment."""

from datetime import timedelta

import pytest
from django.db import transaction

from assurance.kernel.money import USD, Money
from coupons import services as coupons
from coupons.models import StoreCoupon
from orders.models import Order
from orders.queries.facts import policy_of
from orders.services import closing, elapse, payment
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


TABS = 100 if FULL else 30


@pytest.mark.rule("ORD-7", "CPN-4")
@pytest.mark.usefixtures("live_db")
def test_an_order_is_cancelled_while_its_two_coupons_are_put_on_another() -> None:
    """Closing lets go of the store coupon first, as a checkout takes it first."""
    seller, line = factories.seller(), factories.line()
    mug = factories.product(seller, ships_by=factories.template(seller, line))
    made = []
    for _ in range(TABS):
        alice, store = factories.person(), factories.store_coupon(seller)
        order = factories.order(alice, {mug: 5}, by=line, paid=False, store_coupon_id=store.pk)
        coupon = coupons.issue(
            owner_id=alice.pk,
            bearer_id=None,
            from_order_id=order.pk,
            face=Money(10, USD),
            policy=policy_of(order, factories.NOW),
            at=factories.NOW,
        )
        payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=factories.NOW)
        made.append((alice, store.pk, order.pk, coupon.pk))

    def act(runner: int, round_: int) -> None:
        alice, store_id, order_id, coupon_id = made[round_]
        if runner == 0:
            closing.cancel(order_id=order_id, by="buyer", at=factories.NOW)
            return
        with transaction.atomic():
            order = factories.order(alice, {mug: 5}, by=line, paid=False, store_coupon_id=store_id)
            payment.start(order_id=order.pk, method="visa", coupon_id=coupon_id, at=factories.NOW)

    for outcomes in race(2, TABS, act):
        assert outcomes[0] == "done" and outcomes[1] in ("done", "CPN-4")
