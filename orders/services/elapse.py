"""What the clock alone does to an order: it closes when left alone, receipt is taken as given (ORD-3, ORD-8)."""

from datetime import datetime

from django.db import transaction

from assurance.kernel import deadlines
from coupons import services as coupons
from orders.models import Order, PaymentState
from orders.queries.bank import on_its_way
from orders.queries.facts import Elapsed, elapsed
from orders.rules import lifecycle
from orders.services import bank_money, book, release
from sellers.services import funds


def locked(order_id: int, at: datetime) -> Order:
    """Lock an order and first carry out what the clock alone has already made of it.

    So an act never meets a state that a job has yet to set (TIM-3). Only an order that is spared has not closed
    yet; what it may not have after its time asks `state_now`.
    """
    order = book.lock(order_id)
    catch_up(order, at)
    return order


def catch_up(order: Order, at: datetime) -> bool:
    """Carry out, on a locked order, what has fallen due, with its own business time; True if anything was."""
    now = elapsed(order, at)
    if now.state == order.state or _is_spared(now):
        return False
    if now.state == lifecycle.CLOSED and now.closed_at is not None:
        close(order, because=now.closed_because, at=now.closed_at, rule="ORD-3")
    elif now.received_at is not None:
        take_receipt_as_given(order, now.received_at)
    return True


def state_now(order: Order, at: datetime) -> str:
    """A locked order's state by the clock: closed also while it is spared, for only money from before saves it."""
    return elapsed(order, at).state


def _is_spared(now: Elapsed) -> bool:
    """Unpaid until its time, but money that was asked for before may be on its way (PAY-2, TIM-3).

    It closes with the next look after that money is there, as of the same instant.
    """
    if now.closed_because != lifecycle.UNPAID or now.closed_at is None:
        return False
    return on_its_way(before=now.closed_at)


def close(order: Order, *, because: str, at: datetime, rule: str) -> None:
    """Close a locked order: open payments end, its coupon is free again (CPN-4), both sides are told."""
    book.move(order, lifecycle.CLOSED, at)
    order.closed_at, order.closed_because = at, because
    order.payments.filter(state__in=[PaymentState.STARTED, PaymentState.PENDING]).update(
        state=PaymentState.REPLACED, settled_at=at
    )
    book.end_proposals(order, at, "lapsed")
    if order.store_coupon_id is not None and order.effective_at is None:
        coupons.return_store_coupon(order.store_coupon_id)
    coupons.release(order_id=order.pk, at=at)
    bank_money.return_open(order, at)
    book.settle(order, at)
    book.record(order, "closed", at=at, rules=(rule,), because=because)
    book.tell_buyer(order, "order_closed", at, because=because)
    book.tell_seller(order, "order_closed", at, because=because)


def take_receipt_as_given(order: Order, at: datetime) -> None:
    """Automatic receipt: completes the order and releases its money, but is no delivery (DLV-3).

    An act that goes on from here may need the account of who bears its coupon as well.
    """
    funds.lock(order.seller_id, *coupons.bearers(order.pk))
    order.received_at = at
    book.move(order, lifecycle.COMPLETED, at)
    release.release(order, at)
    book.settle(order, at)
    book.record(order, "received_automatically", at=at, rules=("ORD-8",))
    book.tell_buyer(order, "order_received_automatically", at)


@transaction.atomic
def elapse(*, order_id: int, kind: str, at: datetime) -> bool:
    """The sweep's step for one order: take its due deadline and carry it out; False if it was taken, or is spared."""
    order = book.lock(order_id)
    if _is_spared(elapsed(order, at)) or not deadlines.claim(order_id, kind, at):
        return False
    if not catch_up(order, at):
        book.settle(order, at)
    return True
