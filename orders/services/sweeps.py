"""Jobs over the deadlines table. Each is safe to run late, twice and beside itself (TIM-3).

The two that may find thousands due at one midnight are set-based: whoever set the deadline had already
decided that the guarantee is late then, and takes the deadline back when the facts change.
"""

from datetime import datetime
from functools import partial

from django.db import connection, transaction

from assurance.kernel import clock, deadlines
from orders.services import book, elapse, refunds

BATCH = 500

_MARK_LATE = """
    WITH due (order_id, due_at) AS (SELECT * FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[])),
    marked AS (
        UPDATE orders_guarantee g SET state = 'late' FROM due
        WHERE g.order_id = due.order_id AND g.kind = %(kind)s AND g.state = 'active'
        RETURNING g.order_id, due.due_at),
    told AS (
        INSERT INTO kernel_event (stream, key, kind, actor_role, happened_at, recorded_at, rules, data)
        SELECT 'order', order_id, %(event)s, 'platform', due_at, %(now)s, ARRAY[%(rule)s]::varchar[], '{}'
        FROM marked)
    INSERT INTO notices_notice (user_id, kind, about, about_id, data, happened_at, next_try_at, attempts, last_error)
    SELECT person.user_id, %(event)s, 'order', o.id, jsonb_build_object('number', o.number, 'side', person.side),
        m.due_at, %(at)s, 0, ''
    FROM marked m JOIN orders_order o ON o.id = m.order_id
    CROSS JOIN LATERAL (
        SELECT o.buyer_id, 'buyer' UNION ALL
        SELECT s.user_id, 'seller' FROM sellers_staff s WHERE s.seller_id = o.seller_id
    ) AS person (user_id, side)
"""

_TELL_NEAR = """
    INSERT INTO notices_notice (user_id, kind, about, about_id, data, happened_at, next_try_at, attempts, last_error)
    SELECT s.user_id, 'dispatch_near', 'order', o.id, jsonb_build_object('number', o.number), due.due_at, %(at)s, 0, ''
    FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[]) AS due (order_id, due_at)
    JOIN orders_order o ON o.id = due.order_id
    JOIN sellers_staff s ON s.seller_id = o.seller_id
"""


def mark_late(kind: str, at: datetime, batch: int = BATCH) -> int:
    """Mark guarantees of one kind ("dispatch" or "delivery") late at their deadline; how many."""
    event, rule = book.LATE_EVENTS[kind]
    return _in_batches(
        kind, at, batch, _MARK_LATE, {"kind": kind, "event": event, "rule": rule, "now": clock.now(), "at": at}
    )


def tell_near(at: datetime, batch: int = BATCH) -> int:
    """Tell sellers of orders to be dispatched by tomorrow."""
    return _in_batches(book.DISPATCH_NEAR, at, batch, _TELL_NEAR, {"at": at})


def elapse_orders(kind: str, at: datetime, batch: int = BATCH) -> int:
    """Carry out, order by order, what its own clock has made due: closing, receipt, a known dispatch time."""
    return deadlines.one_by_one(kind, at, batch, lambda pk: elapse.elapse(order_id=pk, kind=kind, at=at))


def escalate_refunds(at: datetime, batch: int = BATCH) -> int:
    """Bring applications still open on day 7 before ops (RFD-2)."""
    return deadlines.one_by_one(
        refunds.ESCALATE, at, batch, lambda pk: refunds.escalate_due(refund_id=pk, at=at)
    )


def _in_batches(kind: str, at: datetime, batch: int, sql: str, values: dict[str, object]) -> int:
    total = 0
    while True:
        with transaction.atomic():
            due = deadlines.take(kind, at, batch)
            if due:
                ids, dues = map(list, zip(*due, strict=True))
                with connection.cursor() as cursor:
                    cursor.execute(sql, {**values, "ids": ids, "dues": dues})
        total += len(due)
        if len(due) < batch:
            return total


mark_dispatch_late = partial(mark_late, book.DISPATCH)
mark_delivery_late = partial(mark_late, book.DELIVERY)
close_left_alone = partial(elapse_orders, book.LEFT_ALONE)
take_receipts_as_given = partial(elapse_orders, book.RECEIPT)
verify_dispatches = partial(elapse_orders, book.VERIFY)
