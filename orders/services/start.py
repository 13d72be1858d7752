"""How an order starts: by the buyer, or drafted by the seller (ORD-1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import USD, Money, convert, rounded, to_minor, to_text
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.kernel.rules import RuleViolation
from logistics import queries as logistics
from logistics.models import LineCountry
from orders.models import Order, OrderLine, Source
from orders.rules import lifecycle, terms
from orders.services import book
from sellers import queries as sellers
from sellers import rules as seller_rules
from sellers.models import Product


@dataclass(frozen=True)
class Draft:
    """What somebody asks for. `shipping` none: priced by the freight template, for the chosen line.

    `items` are quantities by product id. `initial` none: all at once. `usd_rate` is USD per unit of
    `currency`, `cny_rate` USD per yuan. `source`: where the business came from; unsaid, a buyer came by the
    product's page and a seller drafts after an inquiry.
    """

    items: Mapping[int, int]
    line_id: int | None
    destination: str
    address: Mapping[str, Any] = field(default_factory=dict)
    shipping: Money | None = None
    discount: Money | None = None
    initial: Money | None = None
    export: str = terms.SELF
    dispatch: terms.DispatchTerms | None = None
    currency: str = USD
    usd_rate: Decimal = Decimal(1)
    cny_rate: Decimal = Decimal("0.14")
    source: str = ""


@transaction.atomic
def by_buyer(
    *, buyer_id: int, draft: Draft, at: datetime, actor: Actor = PLATFORM, request_key: str | None = None
) -> Order:
    """A buyer starts an order: RTS goods go straight to payment, others to the supplier (ORD-1).

    The export mode is the supplier's to choose, on confirming; until then it is self-export (ORD-5).

    Refused QUA-1, QUA-6, ORD-1, LOG-1, ORD-4, ORD-7. The same `request_key` again returns the first order.
    """
    again = _repeated(request_key)
    if again is not None:
        return again
    items = _items(draft)
    policy = policy_at(at).policy
    seller_rules.check_lit(sellers.qualification(items[0][0].seller, at, policy))
    rts = all(product.rts for product, _quantity in items)
    _check_buyable(draft, items, rts=rts)
    state = lifecycle.first_state(by_seller=False, all_rts=rts)
    asked = replace(draft, export=terms.SELF)
    order = _write(
        asked,
        items,
        buyer_id=buyer_id,
        drafted_by="buyer",
        state=state,
        policy=policy,
        at=at,
        key=request_key,
    )
    book.record(order, "started", at=at, actor=actor, rules=("ORD-1",), total=to_text(order.total))
    book.tell_seller(order, "order_started", at)
    return order


@transaction.atomic
def by_seller(
    *,
    seller_id: int,
    buyer_id: int,
    draft: Draft,
    at: datetime,
    actor: Actor = PLATFORM,
    request_key: str | None = None,
    send: bool = True,
) -> Order:
    """A seller drafts an order and sends it to the buyer, or keeps it as a draft (ORD-1).

    Refused QUA-1, QUA-6 when the account cannot draft, ORD-1 for another seller's goods, ORD-4, ORD-6, ORD-7.
    """
    again = _repeated(request_key)
    if again is not None:
        return again
    items = _items(draft)
    seller = items[0][0].seller
    if seller.pk != seller_id:
        raise RuleViolation(
            "ORD-1", _("These products are another supplier's."), conflict=False, field="items"
        )
    policy = policy_at(at).policy
    seller_rules.check_can_draft(sellers.qualification(seller, at, policy))
    state = lifecycle.first_state(by_seller=True, all_rts=False, sent=send)
    order = _write(
        draft,
        items,
        buyer_id=buyer_id,
        drafted_by="seller",
        state=state,
        policy=policy,
        at=at,
        key=request_key,
    )
    book.record(order, "drafted", at=at, actor=actor, rules=("ORD-1",), total=to_text(order.total))
    if send:
        book.tell_buyer(order, "order_to_confirm", at)
    return order


def _repeated(key: str | None) -> Order | None:
    """The order already made under this key; a request that is under way with it is waited for."""
    if key:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    return Order.objects.filter(request_key=key).first() if key else None


def _items(draft: Draft) -> list[tuple[Product, int]]:
    """The products asked for, of one seller; refused ORD-1 with what is wrong."""
    if not draft.items:
        raise RuleViolation("ORD-1", _("Choose at least one product."), conflict=False, field="items")
    found = {
        p.pk: p
        for p in Product.objects.filter(pk__in=draft.items).select_related("seller").prefetch_related("tiers")
    }
    if len(found) != len(draft.items) or not all(product.tiers.all() for product in found.values()):
        raise _no_longer_offered()
    items = [(found[pk], quantity) for pk, quantity in draft.items.items()]
    if len({product.seller_id for product, _quantity in items}) > 1:
        raise RuleViolation(
            "ORD-1", _("One order holds one supplier's products."), conflict=False, field="items"
        )
    for product, quantity in items:
        if quantity < product.tiers.all()[0].min_quantity or quantity > 10_000_000:
            raise RuleViolation(
                "ORD-1",
                _("“%(product)s” is sold from %(least)s pieces on."),
                conflict=False,
                field="quantity",
                product=product.name,
                least=product.tiers.all()[0].min_quantity,
            )
    return items


def _write(
    draft: Draft,
    items: list[tuple[Product, int]],
    *,
    buyer_id: int,
    drafted_by: str,
    state: str,
    policy: Policy,
    at: datetime,
    key: str | None,
) -> Order:
    way = _way(draft)
    dispatch = draft.dispatch or terms.DispatchTerms(days=max(p.dispatch_days for p, _q in items))
    terms.check_terms(dispatch, today=day_of(at))
    lines = _lines(draft, items)
    goods = Money(0, draft.currency) + sum((line.amount for line in lines), Money(0, draft.currency))
    shipping = draft.shipping if draft.shipping is not None else _shipping(draft, items, way)
    discount = draft.discount or goods * 0
    total = terms.contract_total(goods, shipping, discount)
    if draft.initial is not None and not 0 < draft.initial.amount <= total.amount:
        raise RuleViolation(
            "PAY-1",
            _("The initial payment lies between zero and the contract total."),
            conflict=False,
            field="initial",
        )
    terms.check_export(draft.export, total, usd_rate=draft.usd_rate, policy=policy)
    pk, number, country = _next_number(buyer_id)
    order = Order(
        pk=pk,
        number=number,
        buyer_id=buyer_id,
        buyer_country=country,
        seller=items[0][0].seller,
        drafted_by=drafted_by,
        source=draft.source or (Source.INQUIRY if drafted_by == "seller" else Source.DIRECT),
        request_key=key,
        created_at=at,
        state=state,
        state_since=at,
        currency=draft.currency,
        usd_rate=draft.usd_rate,
        cny_rate=draft.cny_rate,
        goods_minor=to_minor(goods),
        shipping_minor=to_minor(shipping),
        discount_minor=to_minor(discount),
        total_minor=to_minor(total),
        initial_minor=to_minor(draft.initial) if draft.initial is not None else None,
        discount_since=at if discount.amount else None,
        rts=all(product.rts for product, _quantity in items),
        export=draft.export,
        destination=draft.destination,
        address=dict(draft.address),
        dispatch_days=dispatch.days,
        dispatch_after=dispatch.after,
        dispatch_day=dispatch.day,
        dispatch_due=dispatch.day,
        first_due=dispatch.day,
        **_pinned_line(way),
    )
    order.save(force_insert=True)
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    book.opened(order, policy)
    return order


def _lines(draft: Draft, items: list[tuple[Product, int]]) -> list[OrderLine]:
    lines = []
    for product, quantity in items:
        price = sellers.unit_price(product, quantity)
        if product.currency != draft.currency:
            asked = rounded(Money(price, USD).amount / 100 / draft.usd_rate, draft.currency)
            price = to_minor(asked)
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


def _check_buyable(draft: Draft, items: list[tuple[Product, int]], *, rts: bool) -> None:
    """A buyer orders what is listed, and RTS goods by a line that prices their shipping (LOG-2)."""
    if not all(product.is_listed for product, _quantity in items):
        raise _no_longer_offered()
    if rts and draft.line_id is None and draft.shipping is None:
        raise RuleViolation("LOG-1", _("Choose a shipping method."), conflict=False, field="line")


def _no_longer_offered() -> RuleViolation:
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
        return {"platform_line": False}
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


def _next_number(buyer_id: int) -> tuple[int, str, str]:
    """A row's id and its 17-digit number: unique, and not to be guessed from a neighbour's by adding one.

    With them, in the same round trip, the country in which the buyer is registered.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('orders_order', 'id')),"
            " (SELECT country FROM accounts_user WHERE id = %s)",
            [buyer_id],
        )
        pk, country = cursor.fetchone()
    return pk, str(8 * 10**16 + pk * 6_364_136_223_846_793 % 10**16), country
