"""F1: many buyers' windows spend one coupon at once, on orders with different sellers."""

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from assurance.kernel.money import USD, Money
from assurance.kernel.policy import Policy
from coupons import queries
from coupons import services as coupons
from coupons.models import Coupon, Redemption
from orders.models import Order
from tests import factories
from tests.concurrency.racing import FULL, race

RUNNERS, ROUNDS = (64, 200) if FULL else (16, 8)
AT = factories.NOW + timedelta(days=1)


def _world() -> tuple[list[int], list[list[int]]]:
    """A coupon for each round, and for each runner an unpaid order with one of four sellers."""
    alice = factories.person()
    line = factories.line()
    products = [
        factories.product(seller, ships_by=factories.template(seller, line))
        for seller in [factories.seller() for _ in range(4)]
    ]
    orders = [
        [factories.order(alice, {products[n % 4]: 5}, by=line, paid=False).pk for n in range(RUNNERS)]
        for _ in range(ROUNDS)
    ]
    issued = [
        coupons.issue(
            owner_id=alice.pk,
            bearer_id=products[0].seller_id,
            from_order_id=10**9 + n,
            face=Money(10, USD),
            policy=Policy(),
            at=factories.NOW,
        ).pk
        for n in range(ROUNDS)
    ]
    return issued, orders


@pytest.mark.rule("CPN-5")
@pytest.mark.usefixtures("live_db")
def test_a_coupon_is_spent_once() -> None:
    issued, orders = _world()

    def spend(runner: int, round_: int) -> None:
        order = Order.objects.get(pk=orders[round_][runner])
        factories.pay(order, at=AT, coupon_id=issued[round_])

    for outcomes in race(RUNNERS, ROUNDS, spend):
        assert outcomes.count("done") == 1
        assert set(outcomes) <= {"done", "CPN-4", "CPN-5"}
    assert Redemption.objects.count() == ROUNDS
    assert set(Coupon.objects.values_list("state", flat=True)) == {"redeemed"}
    assert Order.objects.filter(coupon_minor__gt=0).count() == ROUNDS


@pytest.mark.usefixtures("live_db")
def test_without_lock_and_constraint_it_would_be_spent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same race with both taken away shows what they prevent."""
    issued, orders = _world()
    table, constraint = "coupons_redemption", "coupons_redemption_coupon_id_key"
    read = queries.with_other_on_order

    def unlocked(coupon_id: int, order_id: int, *, lock: bool) -> tuple[Coupon, bool] | None:
        found = read(coupon_id, order_id, lock=False)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(queries, "with_other_on_order", unlocked)
    monkeypatch.setattr(coupons, "_SPEND", coupons._SPEND.replace("AND state IN ('active', 'reserved') ", ""))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        asked = {"buyer_id": Coupon.objects.all()[0].owner_id, "due": Money(50, USD), "usd_rate": 1, "at": AT}

        def spend(runner: int, round_: int) -> None:
            with transaction.atomic():
                order_id = orders[round_][runner]
                coupon, _part, used = coupons.quote(
                    coupon_id=issued[round_], order_id=order_id, lock=True, **asked
                )
                coupons.redeem(coupon=coupon, order_id=order_id, used=used, at=AT)

        assert any(outcomes.count("done") > 1 for outcomes in race(RUNNERS, ROUNDS, spend))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} UNIQUE (coupon_id)")
