"""Building a scenario's small world. Setting it up is not subject to the rules, so rows are written directly."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from assurance.accounts.models import User
from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money, rounded, to_minor
from assurance.scenarios.reader import Lined, midnight
from claims.models import Claim
from coupons.models import Coupon
from logistics.models import FreightTemplate, Line, LineCountry, ProductFreight, TemplateLine
from orders.models import Order, Refund
from sellers.models import Company, Membership, PriceTier, Product, Seller
from sellers.services.membership import TERMS_VERSION

Thing = TypeVar("Thing")


class NotMade(Exception):
    """A name of the scenario is used before its step has made the thing."""


class Named(dict[str, Thing]):
    """Things by their names in the scenario."""

    def __missing__(self, name: str) -> Thing:
        raise NotMade(name)


@dataclass
class World:
    """What a scenario's names stand for."""

    sellers: Named[Seller] = field(default_factory=Named)
    buyers: Named[User] = field(default_factory=Named)
    lines: Named[Line] = field(default_factory=Named)
    products: Named[Product] = field(default_factory=Named)
    prices: Named[Decimal] = field(default_factory=Named)
    orders: Named[int] = field(default_factory=Named)
    exports: Named[str] = field(default_factory=Named)
    claims: Named[int] = field(default_factory=Named)
    coupons: Named[int] = field(default_factory=Named)
    refunds: Named[int] = field(default_factory=Named)

    def order(self, name: str) -> Order:
        return Order.objects.select_related("policy", "seller").get(pk=self.orders[name])

    def claim(self, name: str) -> Claim:
        return Claim.objects.select_related("order__policy", "order__seller").get(pk=self.claims[name])

    def coupon(self, name: str) -> Coupon:
        return Coupon.objects.get(pk=self.coupons[name])

    def refund(self, name: str) -> Refund:
        return Refund.objects.select_related("order__policy").get(pk=self.refunds[name])

    def product(self, name: str, currency: str) -> Product:
        """A product as it is sold in a currency: a scenario's prices are in the currency of the order.

        ValueError if the price is finer than its minor unit.
        """
        first = self.products[name]
        price_minor = to_minor(Money(self.prices[name], currency))
        if currency == first.currency:
            return first
        twin, is_new = Product.objects.get_or_create(
            seller=first.seller,
            name=name,
            currency=currency,
            defaults={
                "rts": first.rts,
                "dispatch_days": first.dispatch_days,
                "created_at": first.created_at,
            },
        )
        if is_new:
            PriceTier.objects.create(product=twin, min_quantity=1, price_minor=price_minor)
            ProductFreight.objects.create(product=twin, template=first.freight.template)
        return twin

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
        world.products[name] = _product(name, row, world, opened)
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


def _product(name: str, row: dict[str, Any], world: World, opened: datetime) -> Product:
    """The product, `count` times; orders are made with the first. A price that is finer than a cent is of another

    currency: what it is in USD nobody asks.
    """
    seller = world.sellers[row["seller"]]
    template = FreightTemplate.objects.create(seller=seller, name=f"play: {name}")
    TemplateLine.objects.bulk_create(
        TemplateLine(template=template, line=world.lines[line]) for line in row.get("lines", [])
    )
    made = Product.objects.bulk_create(
        Product(
            seller=seller,
            name=name,
            rts=row.get("rts", True),
            dispatch_days=row.get("dispatch_days", 7),
            small_quick=row.get("small_quick", False),
            created_at=opened - timedelta(days=1),
        )
        for _ in range(row.get("count", 1))
    )
    world.prices[name] = Decimal(row["price"])
    price = to_minor(rounded(world.prices[name], USD))
    PriceTier.objects.bulk_create(PriceTier(product=p, min_quantity=1, price_minor=price) for p in made)
    ProductFreight.objects.bulk_create(ProductFreight(product=p, template=template) for p in made)
    return made[0]
