"""What the seller's list offers to choose from, and what staff have written on one order (ORD-9)."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from orders.models import Label, ListExport, Note

MOST_LABELS = 100

_OFFERS = """
    SELECT
        (SELECT coalesce(jsonb_agg(jsonb_build_array(u.id, u.name) ORDER BY u.name, u.id), '[]')
            FROM sellers_staff s JOIN accounts_user u ON u.id = s.user_id WHERE s.seller_id = %(seller)s),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(id, name, query, is_default) ORDER BY name), '[]')
            FROM orders_savedfilter WHERE seller_id = %(seller)s AND user_id = %(user)s),
        (SELECT coalesce(jsonb_agg(name), '[]') FROM (
            SELECT DISTINCT name FROM orders_label WHERE seller_id = %(seller)s ORDER BY name LIMIT %(labels)s) l),
        CASE WHEN %(all)s THEN
            (SELECT coalesce(jsonb_agg(DISTINCT country), '[]') FROM logistics_linecountry) ELSE '[]' END
"""


@dataclass(frozen=True)
class Kept:
    """A filter under a name."""

    id: int
    name: str
    query: str
    is_default: bool


@dataclass(frozen=True)
class Offers:
    """The staff, one's own saved filters, the labels in use, the countries that lines reach."""

    staff: list[tuple[int, str]]
    kept: list[Kept]
    labels: list[str]
    countries: list[str]


def offers(seller_id: int, user_id: int, *, countries: bool) -> Offers:
    """All of it in one query; the countries only where they are to be shown."""
    values = {"seller": seller_id, "user": user_id, "labels": MOST_LABELS, "all": countries}
    with connection.cursor() as cursor:
        cursor.execute(_OFFERS, values)
        staff, kept, labels, reached = (_read(column) for column in cursor.fetchone())
    return Offers([(pk, name) for pk, name in staff], [Kept(*one) for one in kept], labels, reached)


def _read(column: Any) -> list[Any]:
    return json.loads(column) if isinstance(column, str) else column


def notes_on(order_id: int) -> QuerySet[Note]:
    """The staff's notes on an order, the newest first."""
    return Note.objects.filter(order_id=order_id).select_related("author").order_by("-id")


def labels_on(order_id: int) -> list[str]:
    return list(Label.objects.filter(order_id=order_id).order_by("name").values_list("name", flat=True))


def exports_of(user_id: int, seller_id: int | None) -> QuerySet[ListExport]:
    """A person's own exports from one account, or from their orders as a buyer, the newest first."""
    mine = ListExport.objects.filter(user_id=user_id).order_by("-id")
    return mine.filter(seller=None) if seller_id is None else mine.filter(seller_id=seller_id)
