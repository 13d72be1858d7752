"""Orders as rows of a file: its columns, and the orders of a list in pieces of a steady size (ORD-9)."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from assurance.kernel.units import ZONE, minor_unit
from logistics.models import Mode
from orders.models import Export, Order, Source
from orders.rules import lifecycle

PIECE = 2000
Cell = str | Decimal | None

_SQL = """
    SELECT o.id, o.number, o.created_at, o.currency, o.goods_minor, o.shipping_minor, o.discount_minor,
        o.total_minor, o.coupon_minor, o.cash_minor, o.refunded_minor, o.export, o.mode, o.destination,
        o.buyer_country, o.drafted_by, o.source, o.rts, o.covered, o.can_deliver, o.dispatch_due,
        CASE WHEN d.kind = 'left_alone' THEN 'closed' WHEN d.kind = 'receipt' THEN 'completed' ELSE o.state END
            AS state,
        g.order_id IS NOT NULL AS overdue,
        b.name AS buyer, b.company AS buyer_company, s.name AS seller, p.name AS salesperson, l.products,
        ARRAY(SELECT name FROM orders_label t WHERE t.order_id = o.id ORDER BY name) AS labels,
        (SELECT string_agg(text, ' / ' ORDER BY n.id) FROM orders_note n WHERE n.order_id = o.id) AS notes
    FROM orders_order o
    JOIN accounts_user b ON b.id = o.buyer_id
    JOIN sellers_seller s ON s.id = o.seller_id
    LEFT JOIN accounts_user p ON p.id = o.salesperson_id
    LEFT JOIN kernel_deadline d
        ON d.subject_id = o.id AND d.kind IN ('left_alone', 'receipt') AND d.due_at <= %(at)s
    LEFT JOIN orders_guarantee g ON g.order_id = o.id AND g.kind = 'dispatch' AND g.late_at <= %(at)s
    CROSS JOIN LATERAL (
        SELECT string_agg(l.quantity || ' × ' || CASE WHEN %(zh)s AND l.name_zh <> '' THEN l.name_zh ELSE l.name END,
            '; ' ORDER BY l.id) AS products
        FROM orders_orderline l WHERE l.order_id = o.id
    ) l
    WHERE o.id = ANY(%(ids)s) ORDER BY o.id DESC
"""


@dataclass(frozen=True)
class Column:
    """A column and how its cell follows from a row. `side`: whose file has it; empty: both."""

    name: Promise
    cell: Callable[[Any], Cell]
    side: str = ""


def _money(column: str) -> Callable[[Any], Cell]:
    def cell(row: Any) -> Cell:
        return Decimal(getattr(row, column)) * _unit(row.currency)

    return cell


def _named(column: str, names: Mapping[Any, Any]) -> Callable[[Any], Cell]:
    return lambda row: str(names.get(getattr(row, column), getattr(row, column)))


def _text(column: str) -> Callable[[Any], Cell]:
    return lambda row: getattr(row, column)


def _country(column: str) -> Callable[[Any], Cell]:
    return lambda row: str(countries.name(getattr(row, column)))


def _day(column: str) -> Callable[[Any], Cell]:
    def cell(row: Any) -> Cell:
        day: date | None = getattr(row, column)
        return day.isoformat() if day else None

    return cell


def _yes(column: str) -> Callable[[Any], Cell]:
    return lambda row: str(_("yes")) if getattr(row, column) else None


_unit = cache(minor_unit)
_SIDES = {"buyer": _("Buyer"), "seller": _("Seller")}
_KINDS = {True: _("Ready to Ship"), False: _("Made to order")}

COLUMNS = (
    Column(_("Order number"), _text("number")),
    Column(_("Created"), lambda row: f"{row.created_at.astimezone(ZONE):%Y-%m-%d %H:%M:%S %Z}"),
    Column(_("State"), _named("state", lifecycle.STATE_NAMES)),
    Column(_("Supplier"), _text("seller"), side="buyer"),
    Column(_("Buyer"), _text("buyer"), side="seller"),
    Column(_("Company"), _text("buyer_company"), side="seller"),
    Column(_("Buyer’s country"), _country("buyer_country"), side="seller"),
    Column(_("Products"), _text("products")),
    Column(_("Order type"), _named("rts", _KINDS)),
    Column(_("Currency"), _text("currency")),
    Column(_("Goods total"), _money("goods_minor")),
    Column(_("Shipping"), _money("shipping_minor")),
    Column(_("Store coupon"), _money("discount_minor")),
    Column(_("Contract total"), _money("total_minor")),
    Column(_("Platform coupon"), _money("coupon_minor")),
    Column(_("Received from the buyer"), _money("cash_minor")),
    Column(_("Refunded"), _money("refunded_minor")),
    Column(_("Export mode"), _named("export", dict(Export.choices))),
    Column(_("Transport"), _named("mode", dict(Mode.choices))),
    Column(_("Destination"), _country("destination")),
    Column(_("Dispatch by"), _day("dispatch_due")),
    Column(_("Overdue"), _yes("overdue")),
    Column(_("On-time dispatch"), _yes("covered")),
    Column(_("On-time delivery"), _yes("can_deliver")),
    Column(_("Drafted by"), _named("drafted_by", _SIDES)),
    Column(_("Lead source"), _named("source", dict(Source.choices)), side="seller"),
    Column(_("Salesperson"), _text("salesperson"), side="seller"),
    Column(_("Labels"), lambda row: ", ".join(row.labels), side="seller"),
    Column(_("Notes"), _text("notes"), side="seller"),
)


def columns(side: str) -> list[Column]:
    return [column for column in COLUMNS if column.side in ("", side)]


def pieces(found: QuerySet[Order], at: datetime, *, chinese: bool) -> Iterator[list[Any]]:
    """All orders found, newest first, PIECE by PIECE: each begins after the last order of the one before, so

    that a million need no more memory than the first thousands, and no transaction that stays open.
    """
    last: int | None = None
    while True:
        rest = found if last is None else found.filter(pk__lt=last)
        ids = list(rest.order_by("-pk").values_list("pk", flat=True)[:PIECE])
        if ids:
            yield _read(ids, at, chinese=chinese)
        if len(ids) < PIECE:
            return
        last = ids[-1]


def _read(ids: Sequence[int], at: datetime, *, chinese: bool) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"ids": list(ids), "at": at, "zh": chinese})
        row = _row(tuple(column.name for column in cursor.description))
        return [row._make(values) for values in cursor.fetchall()]


@cache
def _row(names: tuple[str, ...]) -> Any:
    return namedtuple("SheetRow", names)
