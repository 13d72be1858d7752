"""What a row of the seller's list shows, read for one page of keys in one statement.

The statement is the same for everybody and every filter, so it is put into words once: the ORM would take
longer to write it than the database to answer. It names columns only of models, so that a renamed one breaks
the tests and not a page in use.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from orders.models import Order

if TYPE_CHECKING:

    class Listed(Order):
        """An order with what stands beside it in a row. The product is its first; `lines_in_all` says of how many."""

        buyer_name: str
        buyer_company: str
        salesperson_name: str | None
        has_proposal: bool
        has_unread: bool
        refund_asked_at: datetime | None
        notes_in_all: int
        label_names: list[str]
        lines_in_all: int
        product_name: str
        product_name_zh: str
        quantity: int
        price_minor: int
        picture: str

        class Meta:
            abstract = True

else:
    Listed = Order

# Wide, or of no use to a row.
_LEFT_OUT = {
    "address",
    "request_key",
    "cny_rate",
    "handling_days",
    "transit_min",
    "transit_max",
    "line_guaranteed",
    "first_due",
}

_SQL = """
    SELECT {columns}, b.name AS buyer_name, b.company AS buyer_company, p.name AS salesperson_name,
        EXISTS (SELECT FROM orders_proposal q WHERE q.order_id = o.id AND q.answer = '') AS has_proposal,
        EXISTS (SELECT FROM orders_unread u WHERE u.order_id = o.id AND u.side = 'supplier') AS has_unread,
        (SELECT r.opened_at FROM orders_refund r WHERE o.disputed AND r.order_id = o.id
            AND r.state = 'negotiating' AND r.refused_at IS NULL AND r.counter_minor IS NULL) AS refund_asked_at,
        (SELECT count(*) FROM orders_note n WHERE n.order_id = o.id) AS notes_in_all,
        ARRAY(SELECT name FROM orders_label t WHERE t.order_id = o.id ORDER BY name) AS label_names,
        l.*
    FROM orders_order o
    JOIN accounts_user b ON b.id = o.buyer_id
    LEFT JOIN accounts_user p ON p.id = o.salesperson_id
    CROSS JOIN LATERAL (
        SELECT count(*) OVER () AS lines_in_all, l.name AS product_name, l.name_zh AS product_name_zh,
            l.quantity, l.price_minor, g.picture::text AS picture
        FROM orders_orderline l JOIN sellers_product g ON g.id = l.product_id
        WHERE l.order_id = o.id ORDER BY l.id LIMIT 1
    ) l
    WHERE o.id = ANY(%s)
"""


def read(keys: Sequence[Order]) -> list["Listed"]:
    """These orders with what a row shows, as they stand in `keys`. One query."""
    ids = [order.pk for order in keys]
    found = {order.pk: order for order in Order.objects.raw(_words(), [ids])} if ids else {}
    return [found[pk] for pk in ids if pk in found]  # type: ignore[misc]


@cache
def _words() -> str:
    columns = [f"o.{field.column}" for field in Order._meta.concrete_fields if field.name not in _LEFT_OUT]
    return _SQL.format(columns=", ".join(columns))
