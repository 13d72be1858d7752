"""B5: 8 connections race over 10,000 coupons, each trying all of them in an order of its own.

Against the same race with nothing but a conditional UPDATE a coupon.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import connection, transaction

from assurance.kernel.money import USD, Money
from assurance.kernel.rules import RuleViolation
from bench import world
from bench.crowd import together
from bench.report import judged, say
from coupons import services as coupons
from coupons.models import Coupon, Redemption
from sellers.models import Seller

COUPONS, CONNECTIONS, ROUNDS = 10_000, 8, 5
AT = world.BASE + timedelta(days=1)
OWNER = 1
DUE, RATE = Money(500, USD), Decimal(1)


def main() -> bool:
    ratios = []
    for n in range(ROUNDS):
        _fill()
        bare = COUPONS / _race(_bare)
        ours = COUPONS / _race(_redeem)
        if Redemption.objects.count() != COUPONS:
            raise SystemExit("B5: a coupon was spent twice or not at all")
        say(f"B5 round {n + 1}: bare {bare:,.0f}/s, redemptions {ours:,.0f}/s")
        ratios.append(ours / bare)
    return judged("B5", "redemptions/s ÷ conditional updates/s", ratios, at_least=0.25)


def _fill() -> None:
    world.empty()
    world.cast(sellers=50, buyers=10)
    bearers = list(Seller.objects.values_list("id", flat=True))
    Coupon.objects.bulk_create(
        Coupon(
            owner_id=OWNER,
            bearer_id=bearers[n % len(bearers)] if n % 2 else None,
            from_order_id=n,
            face_minor=1000,
            issued_at=AT,
            last_day=(AT + timedelta(days=90)).date(),
        )
        for n in range(1, COUPONS + 1)
    )
    world.execute("DROP TABLE IF EXISTS bench_coupon")
    world.execute("CREATE TABLE bench_coupon (LIKE coupons_coupon INCLUDING ALL)")
    world.execute("INSERT INTO bench_coupon SELECT * FROM coupons_coupon")
    world.settle()


def _bare(coupon_id: int, order_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bench_coupon SET state = 'redeemed' WHERE id = %s AND state = 'active'", [coupon_id]
        )


def _quote(coupon_id: int, order_id: int, *, lock: bool = False) -> tuple[Coupon, Money, Money]:
    return coupons.quote(
        coupon_id=coupon_id, buyer_id=OWNER, order_id=order_id, due=DUE, usd_rate=RATE, at=AT, lock=lock
    )


def _redeem(coupon_id: int, order_id: int) -> None:
    try:
        _quote(coupon_id, order_id)  # what a checkout page shows, before the act asks again under the lock
        with transaction.atomic():
            coupon, _part, used = _quote(coupon_id, order_id, lock=True)
            coupons.redeem(coupon=coupon, order_id=order_id, used=used, at=AT)
    except RuleViolation:
        return


def _race(act: Callable[[int, int], None]) -> float:
    def prepare(n: int) -> Callable[[], None]:
        ids = list(Coupon.objects.values_list("id", flat=True))
        random.Random(n).shuffle(ids)
        return lambda: _try_all(act, ids, n)

    return together(CONNECTIONS, prepare)


def _try_all(act: Callable[[int, int], None], ids: list[int], n: int) -> None:
    for coupon_id in ids:
        act(coupon_id, coupon_id * CONNECTIONS + n)
