"""Jobs over the deadlines table. Each is safe to run late, twice and beside itself (TIM-3).

The two that may find thousands due at one midnight are set-based: whoever set the deadline had already
decided that the guarantee is late then, and takes the deadline back when the facts change.
"""

from datetime import datetime
from functools import partial

from assurance.kernel import clock, deadlines
from orders.services import amendment, book, elapse, intake, refunds

BATCH = 2000

_MARK_LATE = """
    marked AS (
        UPDATE orders_guarantee g SET state = 'late' FROM due
        WHERE g.order_id = due.subject_id AND g.kind = %(kind)s AND g.state = 'active'
        RETURNING g.order_id, g.number, g.buyer_id, g.seller_id, due.due_at),
    recorded AS (
        INSERT INTO kernel_event (stream, key, kind, actor_role, happened_at, recorded_at, rules, data)
        SELECT 'order', order_id, %(event)s, 'platform', due_at, %(now)s, ARRAY[%(rule)s]::varchar[], '{}'
        FROM marked),
    told AS (
        INSERT INTO notices_notice
            (user_id, kind, about, about_id, data, happened_at, next_try_at, attempts, last_error)
        SELECT user_id, %(event)s, 'order', order_id, jsonb_build_object('number', number, 'side', side),
            due_at, %(at)s, 0, ''
        FROM (
            SELECT buyer_id AS user_id, 'buyer' AS side, order_id, number, due_at FROM marked
            UNION ALL
            SELECT s.user_id, 'seller', order_id, number, due_at FROM marked JOIN sellers_staff s USING (seller_id)
        ) AS people)
"""

_TELL_NEAR = """
    told AS (
        INSERT INTO notices_notice
            (user_id, kind, about, about_id, data, happened_at, next_try_at, attempts, last_error)
        SELECT s.user_id, %(kind)s, 'order', o.id, jsonb_build_object('number', o.number), due.due_at, %(at)s, 0, ''
        FROM due JOIN orders_order o ON o.id = due.subject_id JOIN sellers_staff s USING (seller_id))
"""


def mark_late(kind: str, at: datetime, batch: int = BATCH) -> int:
    """Mark guarantees of one kind ("dispatch" or "delivery") late at their deadline; how many."""
    event, rule = book.LATE_EVENTS[kind]
    return deadlines.all_at_once(
        kind, at, batch, _MARK_LATE, {"event": event, "rule": rule, "now": clock.now()}
    )


def tell_near(at: datetime, batch: int = BATCH) -> int:
    """Tell sellers of orders to be dispatched by tomorrow."""
    return deadlines.all_at_once(book.DISPATCH_NEAR, at, batch, _TELL_NEAR, {})


def elapse_orders(kind: str, at: datetime, batch: int = BATCH) -> int:
    """Carry out, order by order, what its own clock has made due: closing, receipt, a known dispatch time."""
    return deadlines.one_by_one(kind, at, batch, lambda pk: elapse.elapse(order_id=pk, kind=kind, at=at))


def close_left_alone(at: datetime, batch: int = BATCH) -> int:
    """Close what was left alone, once the money is there that finance asked to take in before.

    A minute later closes at the same business time; a minute earlier would send a payment back (TIM-3). What
    cannot be taken in is given up after three tries, and holds nothing up.
    """
    return 0 if intake.under_way(at) else elapse_orders(book.LEFT_ALONE, at, batch)


def lapse_proposals(at: datetime, batch: int = BATCH) -> int:
    """End proposals of a new dispatch day that nobody answered until that day came (DSP-6)."""
    return deadlines.one_by_one(book.PROPOSAL, at, batch, lambda pk: amendment.lapse(order_id=pk, at=at))


def escalate_refunds(at: datetime, batch: int = BATCH) -> int:
    """Bring applications still open on day 7 before ops (RFD-2)."""
    return deadlines.one_by_one(
        refunds.ESCALATE, at, batch, lambda pk: refunds.escalate_due(refund_id=pk, at=at)
    )


mark_dispatch_late = partial(mark_late, book.DISPATCH)
mark_delivery_late = partial(mark_late, book.DELIVERY)
take_receipts_as_given = partial(elapse_orders, book.RECEIPT)
verify_dispatches = partial(elapse_orders, book.VERIFY)
