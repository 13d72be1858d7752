"""What is on offer in the demo: store coupons, two of most shops, and one that is over by now; one open campaign."""

from datetime import datetime
from decimal import Decimal

from assurance.demo.world.cast import Cast
from assurance.kernel.days import day_of, plus
from assurance.kernel.events import Actor
from assurance.kernel.money import USD, Money
from coupons.services import StoreTerms, make_store_coupon
from sellers.models import Seller
from sellers.services import campaigns

# By the shop's key: name, percentage, amount, minimum, days from the present to its end, uses in all.
_OFFERS: dict[str, tuple[tuple[str, str, int, int, int, int | None], ...]] = {
    "qinghe": (
        ("New season", "5", 0, 300, 45, 200),
        ("USD 20 off", "", 20, 250, 20, None),
        ("Spring fair", "8", 0, 500, -90, 100),
    ),
    "hebao": (("Welcome", "4", 0, 0, 60, None), ("USD 50 off", "", 50, 1000, 30, 50)),
    "lanting": (("USD 15 off", "", 15, 200, 25, 30),),
    "sumian": (("Linen days", "6", 0, 150, 12, 80),),
    "muyun": (("Whole rooms", "3", 0, 2000, 90, None),),
}


def make_store_coupons(seller: Seller, key: str, now: datetime, *, at: datetime) -> None:
    """The offers of one shop, which begin with the world."""
    for name, percent, amount, least, days, limit in _OFFERS.get(key, ()):
        terms = StoreTerms(
            name=name,
            percent=Decimal(percent) if percent else None,
            amount=Money(amount, USD) if amount else None,
            least=Money(least, USD),
            first_day=day_of(at),
            last_day=plus(day_of(now), days),
            limit=limit,
        )
        make_store_coupon(seller_id=seller.pk, terms=terms, at=at)


def open_campaign(cast: Cast, now: datetime) -> None:
    """The campaign that runs at the present, for three weeks."""
    today = day_of(now)
    plan = campaigns.Plan(
        name="Factory direct weeks",
        name_zh="源头工厂采购节",
        first_day=plus(today, -8),
        last_day=plus(today, 12),
    )
    actor = Actor("ops", cast.ops.pk)
    campaigns.make(plan=plan, reason="Planned with the sellers’ council.", at=now, actor=actor)
