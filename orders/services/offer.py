"""What an order would say: its goods, sums, line and days, worked out and checked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of
from assurance.kernel.money import USD, Money, convert, rounded, to_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import rates_at
from assurance.kernel.rules import RuleViolation
from logistics import queries as logistics
from logistics.models import LineCountry, Mode
from orders.models import OrderLine
from orders.rules import terms
from sellers import queries as sellers
from sellers.models import Product

MOST_PIECES = 10_000_000
_NO_LINE: dict[str, Any] = {
    "line": None,
    "mode": Mode.EXPRESS,
    "platform_line": False,
    "handling_days": 0,
    "line_guaranteed": False,
    "transit_min": 0,
    "transit_max": 0,
}


@dataclass(frozen=True)
class Draft:
    """What somebody asks for. `shipping` none: priced by the freight template, for the chosen line.

    `items` are quantities by product id. `initial` none: all at once. `usd_rate` is USD per unit of
    `currency`, `cny_rate` USD per yuan. `source`: where the business came from; unsaid, a buyer came by the
    product's page and a seller drafts after an inquiry. `prices`: what the two sides agreed for one piece, by
    product id; unsaid, the product's own price for that quantity. The discount of a store coupon is known once a use of
    it is counted (`orders.services.start`).
    """

    items: Mapping[int, int]
    line_id: int | None
    destination: str
    address: Mapping[str, Any] = field(default_factory=dict)
    shipping: Money | None = None
    discount: Money | None = None
    store_coupon_id: int | None = None
    initial: Money | None = None
    export: str = terms.SELF
    dispatch: terms.DispatchTerms | None = None
    currency: str = USD
    usd_rate: Decimal = Decimal(1)
    cny_rate: Decimal = Decimal("0.14")
    source: str = ""
    prices: Mapping[int, Money] = field(default_factory=dict)


@dataclass(frozen=True)
class Worked:
    """A draft worked out: the columns of its order, its lines without their order, its total."""

    columns: dict[str, Any]
    lines: list[OrderLine]
    total: Money


def rated(draft: Draft, at: datetime) -> Draft:
    """A draft at the rates of the day, for a seller's new order. Refused MON-2 where its currency has none."""
    found = {USD: Decimal(1), **rates_at(at)}
    if draft.currency not in found:
        raise RuleViolation(
            "MON-2",
            _("There is no exchange rate for %(currency)s today."),
            advice=_("Use %(others)s for the order, or try again once there is one."),
            conflict=False,
            field="currency",
            currency=draft.currency,
            others=", ".join(found),
        )
    return replace(draft, usd_rate=found[draft.currency], cny_rate=found.get("CNY", draft.cny_rate))


def items_of(draft: Draft, *, by_seller: bool = False) -> list[tuple[Product, int]]:
    """The products asked for, of one seller; refused ORD-1 with what is wrong.

    A seller may agree to less than the least quantity that is offered to everybody.
    """
    if not draft.items:
        raise RuleViolation("ORD-1", _("Choose at least one product."), conflict=False, field="items")
    found = {
        p.pk: p
        for p in Product.objects.filter(pk__in=draft.items).select_related("seller").prefetch_related("tiers")
    }
    if len(found) != len(draft.items) or not all(product.tiers.all() for product in found.values()):
        raise no_longer_offered()
    items = [(found[pk], quantity) for pk, quantity in draft.items.items()]
    if len({product.seller_id for product, _quantity in items}) > 1:
        raise RuleViolation(
            "ORD-1", _("One order holds one supplier's products."), conflict=False, field="items"
        )
    for product, quantity in items:
        least = 1 if by_seller else product.tiers.all()[0].min_quantity
        if not least <= quantity <= MOST_PIECES:
            raise RuleViolation(
                "ORD-1",
                _("“%(product)s” is sold from %(least)s pieces on."),
                conflict=False,
                field="quantity",
                product=product.name,
                least=f"{least:,}",
            )
    return items


def work_out(draft: Draft, items: list[tuple[Product, int]], policy: Policy, at: datetime) -> Worked:
    """Everything that a draft comes to. Refused LOG-1, ORD-4, ORD-7, PAY-1, ORD-6, in this order."""
    way = _way(draft)
    dispatch = draft.dispatch or terms.DispatchTerms(days=max(p.dispatch_days for p, _q in items))
    terms.check_terms(dispatch, today=day_of(at))
    lines = _lines(draft, items)
    goods = sum((line.amount for line in lines), Money(0, draft.currency))
    shipping = draft.shipping if draft.shipping is not None else _shipping(draft, items, way)
    discount = draft.discount or goods * 0
    total = terms.contract_total(goods, shipping, discount)
    terms.check_initial(draft.initial, total)
    terms.check_export(draft.export, total, usd_rate=draft.usd_rate, policy=policy)
    columns = {
        "currency": draft.currency,
        "usd_rate": draft.usd_rate,
        "cny_rate": draft.cny_rate,
        "goods_minor": to_minor(goods),
        "shipping_minor": to_minor(shipping),
        "discount_minor": to_minor(discount),
        "total_minor": to_minor(total),
        "initial_minor": to_minor(draft.initial) if draft.initial is not None else None,
        "rts": all(product.rts for product, _quantity in items),
        "export": draft.export,
        "destination": draft.destination,
        "dispatch_days": dispatch.days,
        "dispatch_after": dispatch.after,
        "dispatch_day": dispatch.day,
        "dispatch_due": dispatch.day,
        "first_due": dispatch.day,
        **_pinned_line(way),
    }
    return Worked(columns, lines, total)


def goods_of(draft: Draft, items: list[tuple[Product, int]]) -> Money:
    """The goods alone, without shipping: what a store coupon counts on."""
    return sum((line.amount for line in _lines(draft, items)), Money(0, draft.currency))


def _lines(draft: Draft, items: list[tuple[Product, int]]) -> list[OrderLine]:
    lines = []
    for product, quantity in items:
        price = _price(draft, product, quantity)
        lines.append(
            OrderLine(
                product=product,
                name=product.name,
                name_zh=product.name_zh,
                unit=product.unit,
                currency=draft.currency,
                quantity=quantity,
                price_minor=price,
                amount_minor=price * quantity,
            )
        )
    return lines


def _shipping(draft: Draft, items: list[tuple[Product, int]], way: LineCountry | None) -> Money:
    """The template's price for the chosen line, or nothing where a made-to-order order names no line."""
    if way is None:
        return Money(0, draft.currency)
    cost = logistics.cost_by(way, items)
    if cost is None:
        raise _no_such_line()
    return convert(cost, usd_rate=draft.usd_rate, to=draft.currency)


def _price(draft: Draft, product: Product, quantity: int) -> int:
    """One piece, in minor units of the order's currency."""
    if product.pk in draft.prices:
        return to_minor(draft.prices[product.pk])
    price = sellers.unit_price(product, quantity)
    if product.currency == draft.currency:
        return price
    return to_minor(rounded(Money(price, USD).amount / 100 / draft.usd_rate, draft.currency))


def no_longer_offered() -> RuleViolation:
    return RuleViolation("ORD-1", _("A product is no longer offered."), conflict=False, field="items")


def _no_such_line() -> RuleViolation:
    return RuleViolation(
        "LOG-1",
        _("This shipping method does not reach the destination for these products."),
        advice=_("Choose another shipping method."),
        conflict=False,
        field="line",
    )


def _way(draft: Draft) -> LineCountry | None:
    """How the chosen line reaches the destination; none where no line is chosen. Refused LOG-1."""
    if draft.line_id is None:
        return None
    way = logistics.line_to(draft.line_id, draft.destination)
    if way is None:
        raise _no_such_line()
    return way


def _pinned_line(way: LineCountry | None) -> dict[str, Any]:
    """The line with its days as they are now: a later change of the line table moves no promise."""
    if way is None:
        return _NO_LINE
    days = logistics.transit(way)
    return {
        "line": way.line,
        "mode": way.line.mode,
        "platform_line": way.line.is_platform,
        "handling_days": days.handling,
        "line_guaranteed": days.guaranteed,
        "transit_min": days.transit_min,
        "transit_max": days.transit_max,
    }


def not_yours() -> RuleViolation:
    return RuleViolation("ORD-1", _("These products are another supplier's."), conflict=False, field="items")
