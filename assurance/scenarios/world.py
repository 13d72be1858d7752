"""Building a scenario's small world. Setting it up is not subject to the rules, so rows are written directly."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from assurance.accounts.models import User
from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money, to_minor
from assurance.scenarios.reader import Lined, midnight
from claims.models import Claim
from coupons.models import Coupon
from logistics.models import FreightTemplate, Line, LineCountry, ProductFreight, TemplateLine
from orders.models import Order, Refund
from sellers.models import Company, Membership, PriceTier, Product, Seller
from sellers.services.membership import TERMS_VERSION


@dataclass
class World:
    """What a scenario's names stand for."""

    sellers: dict[str, Seller] = field(default_factory=dict)
    buyers: dict[str, User] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    products: dict[str, list[Product]] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    coupons: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)

    def order(self, name: str) -> Order:
        return Order.objects.select_related("policy", "seller").get(pk=self.orders[name])

    def claim(self, name: str) -> Claim:
        return Claim.objects.select_related("order__policy", "order__seller").get(pk=self.claims[name])

    def coupon(self, name: str) -> Coupon:
        return Coupon.objects.get(pk=self.coupons[name])

    def refund(self, name: str) -> Refund:
        return Refund.objects.select_related("order__policy").get(pk=self.refunds[name])

    def seller_name(self, seller_id: int | None) -> str:
        """The scenario's name of a seller, "platform" for none."""
        return next((name for name, s in self.sellers.items() if s.pk == seller_id), "platform")


def build(given: Lined, first_step: datetime) -> World:
    """The world before the first step; Trade Assurance opened 10 days earlier unless said otherwise."""
    world = World()
    opened = midnight(plus(day_of(first_step), -10))
    for name, row in (given.get("sellers") or {}).items():
        world.sellers[name] = _seller(name, row or {}, opened)
    for name, row in (given.get("buyers") or {}).items():
        country = (row or {}).get("country", "US")
        world.buyers[name] = User.objects.create(email=f"{name}@play.example", name=name, country=country)
    for name, row in (given.get("lines") or {}).items():
        world.lines[name] = _line(name, row)
    for name, row in (given.get("products") or {}).items():
        world.products[name] = _products(name, row, world, opened)
    return world


def _seller(name: str, row: dict[str, Any], opened: datetime) -> Seller:
    company, _ = Company.objects.get_or_create(name=f"play: {row.get('company', name)}")
    qualified = midnight(row["qualified"]) if "qualified" in row else opened
    seller = Seller.objects.create(company=company, name=f"play: {name}", qualified_at=qualified)
    if "upgraded" in row:
        Membership.objects.create(
            seller=seller, joined_at=midnight(row["upgraded"]), terms_version=TERMS_VERSION
        )
    return seller


def _line(name: str, row: dict[str, Any]) -> Line:
    line = Line.objects.create(
        code=f"play-{name}",
        name=name,
        carrier="play",
        mode=row["mode"],
        is_platform=row.get("platform", True),
    )
    LineCountry.objects.bulk_create(
        LineCountry(
            line=line,
            country=country,
            transit_min=days[0],
            transit_max=days[1],
            handling_days=row.get("handling", 0),
            guaranteed=country in row.get("guaranteed", []),
        )
        for country, days in row["transit"].items()
    )
    return line


def _products(name: str, row: dict[str, Any], world: World, opened: datetime) -> list[Product]:
    seller = world.sellers[row["seller"]]
    template = FreightTemplate.objects.create(seller=seller, name=f"play: {name}")
    TemplateLine.objects.bulk_create(
        TemplateLine(template=template, line=world.lines[line]) for line in row.get("lines", [])
    )
    made = [
        Product.objects.create(
            seller=seller,
            name=name,
            rts=row.get("rts", True),
            dispatch_days=row.get("dispatch_days", 7),
            small_quick=row.get("small_quick", False),
            created_at=opened - timedelta(days=1),
        )
        for _ in range(row.get("count", 1))
    ]
    price = to_minor(Money(Decimal(row["price"]), USD))
    PriceTier.objects.bulk_create(PriceTier(product=p, min_quantity=1, price_minor=price) for p in made)
    ProductFreight.objects.bulk_create(ProductFreight(product=p, template=template) for p in made)
    return made
