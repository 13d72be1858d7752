"""Paying through the gateway: an attempt is started, then the gateway's notices settle it (PAY-1)."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, from_minor, to_minor
from assurance.kernel.rules import RuleViolation
from assurance.ledger.services import GATEWAY
from coupons import queries as coupon_queries
from coupons import rules as coupon_rules
from coupons import services as coupons
from coupons.models import Coupon
from orders.models import Method, Order, Payment, PaymentState
from orders.queries.bank import is_asked_for, is_kept_back
from orders.queries.facts import funds, left_alone, policy_of
from orders.rules import lifecycle, terms
from orders.services import book, income
from orders.services.elapse import locked, state_now

OPEN = (PaymentState.STARTED, PaymentState.PENDING)


@transaction.atomic
def start(
    *,
    order_id: int,
    method: str,
    at: datetime,
    amount: Money | None = None,
    coupon_id: int | None = None,
    actor: Actor = PLATFORM,
) -> Payment:
    """Start an attempt to pay what is due now (or `amount` of it); a coupon is reserved for it (CPN-4).

    Refused STA-1 (nothing to pay, or an attempt is being confirmed), PAY-1, CPN-2 to CPN-5. An attempt
    that the buyer has not carried out is replaced; the same one asked for again is returned as it is.
    Money by T/T may be under way: its coupon stays reserved, also for another transfer.
    """
    order = locked(order_id, at)
    lifecycle.check_allows(state_now(order, at), "pay")
    due = lifecycle.due_now(funds(order))
    if due.amount <= 0:
        raise RuleViolation("STA-1", _("Nothing is due on this order."))
    discounted = order.discount_since
    before = order.payments.select_for_update().filter(state__in=OPEN).first()
    _check_not_confirmed(before)
    if amount is not None:
        lifecycle.check_part(amount, most=funds(order).outstanding)
    if coupon_id is None and method == Method.TT:
        coupon_id = next((coupon.pk for coupon in coupon_queries.reserved_for(order.pk)), None)
    if before is not None and before.method != Method.TT and before.coupon_id not in (None, coupon_id):
        _give_coupon_up(order, before, at)
    quoted = _take_coupon(order, coupon_id, due, at, actor)
    part = quoted[1] if quoted else due * 0
    cash = due - part if amount is None else amount
    lifecycle.check_part(cash, most=funds(order).outstanding - part)
    if before is not None:
        if (before.method, before.coupon_id, before.cash) == (method, coupon_id, cash):
            return before
        _end(before, PaymentState.REPLACED, at)
    fee = terms.method_fee(cash, method=method, policy=policy_of(order, at))
    payment = Payment.objects.create(
        order=order,
        method=method,
        reference=secrets.token_hex(12),
        currency=order.currency,
        cash_minor=to_minor(cash),
        coupon_id=coupon_id,
        coupon_minor=to_minor(part),
        coupon_usd_minor=to_minor(quoted[2]) if quoted else 0,
        fee_minor=to_minor(fee),
        started_at=at,
    )
    if order.discount_since != discounted:  # all that an attempt can change of the order itself (ORD-3)
        book.settle(order, at)
    return payment


@transaction.atomic
def take_off_coupon(*, order_id: int, at: datetime, actor: Actor = PLATFORM) -> Order:
    """The buyer takes the reserved coupon off the order: it is free again, and an attempt that was not carried

    out ends (CPN-4). Refused STA-1 while the gateway confirms one, CPN-4 once a transfer has been asked for with
    it, for its money may be under way. Without a reserved coupon nothing changes.
    """
    order = locked(order_id, at)
    coupon = next(iter(coupon_queries.reserved_for(order.pk)), None)
    if coupon is None:
        return order
    lifecycle.check_allows(state_now(order, at), "pay")
    before = order.payments.select_for_update().filter(state__in=OPEN).first()
    _check_not_confirmed(before)
    if is_asked_for(order, coupon.pk):
        raise RuleViolation(
            "CPN-4",
            _("A bank transfer with this coupon may be under way."),
            advice=_(
                "The coupon is used when the transfer arrives, and free again if the order closes unpaid."
            ),
        )
    if before is not None and before.coupon_id == coupon.pk:
        _end(before, PaymentState.REPLACED, at)
    _free_coupon(order, at)
    book.record(order, "coupon_taken_off", at=at, actor=actor, rules=("CPN-4",))
    book.settle(order, at)
    return order


@transaction.atomic
def settle(*, reference: str, outcome: str, at: datetime, actor: Actor = PLATFORM) -> Payment:
    """Take in a notice of the gateway: succeeded, failed or pending. A repeat, or one that comes after

    the attempt was decided, changes nothing. Money that no longer counts is marked for return with its fee: the
    order is closed (ORD-3), or the attempt was replaced, or overtaken by a transfer that left nothing to pay.
    """
    order = locked(Payment.objects.get(reference=reference).order_id, at)
    is_over = state_now(order, at) == lifecycle.CLOSED
    payment = Payment.objects.select_for_update().get(reference=reference)
    if outcome == "pending":
        if payment.state == PaymentState.STARTED:
            payment.state = PaymentState.PENDING
            payment.save(update_fields=["state"])
            book.record(order, "payment_pending", at=at, actor=actor, rules=("PAY-1",))
    elif outcome == "failed":
        if payment.state in OPEN:
            _fail(order, payment, at, actor)
    elif payment.state in OPEN and not is_over and funds(order).outstanding.amount:
        _succeed(order, payment, at, actor)
    elif payment.state != PaymentState.SUCCEEDED and not payment.returned_minor:
        income.to_be_returned(
            order,
            money=payment.charge,
            source=GATEWAY,
            reference=f"return:{reference}",
            rule="ORD-3" if is_over else "PAY-1",
            at=at,
        )
        payment.returned_minor = to_minor(payment.charge)
        payment.save(update_fields=["returned_minor"])
        if payment.state in OPEN:
            _end(payment, PaymentState.REPLACED, at)
    return payment


def _take_coupon(
    order: Order, coupon_id: int | None, due: Money, at: datetime, actor: Actor
) -> tuple[Coupon, Money, Money] | None:
    """Reserve the chosen coupon until the order would close, which a discount brings nearer (ORD-3)."""
    if coupon_id is None:
        return None
    quoted = coupons.quote(
        coupon_id=coupon_id,
        buyer_id=order.buyer_id,
        order_id=order.pk,
        due=due,
        usd_rate=order.usd_rate,
        at=at,
        lock=True,
    )
    if quoted[0].reserved_order_id != order.pk and is_kept_back(quoted[0]):
        raise coupon_rules.reserved_elsewhere()
    order.discount_since = order.discount_since or at
    limit = left_alone(order, at)
    until = limit[0] if limit else None
    coupons.reserve(coupon=quoted[0], order_id=order.pk, until=until, at=at, actor=actor)
    return quoted


def _check_not_confirmed(attempt: Payment | None) -> None:
    if attempt is not None and attempt.state == PaymentState.PENDING:
        raise RuleViolation(
            "STA-1",
            _("A payment for this order is being confirmed."),
            advice=_("Wait for the gateway's answer; you will be told."),
        )


def _give_coupon_up(order: Order, attempt: Payment, at: datetime) -> None:
    """Free the coupon of an attempt that came to nothing, unless a transfer waits for it as well (CPN-4)."""
    if attempt.coupon_id is not None and not is_asked_for(order, attempt.coupon_id):
        _free_coupon(order, at)


def _free_coupon(order: Order, at: datetime) -> None:
    if coupons.release(order_id=order.pk, at=at) and not order.discount_minor:
        order.discount_since = None


def _end(payment: Payment, state: str, at: datetime) -> None:
    payment.state, payment.settled_at = state, at
    payment.save(update_fields=["state", "settled_at"])


def _fail(order: Order, payment: Payment, at: datetime, actor: Actor) -> None:
    _end(payment, PaymentState.FAILED, at)
    if state_now(order, at) != lifecycle.CLOSED:  # else its closing frees the coupon, or its money takes it
        _give_coupon_up(order, payment, at)
    book.settle(order, at)
    book.record(order, "payment_failed", at=at, actor=actor, rules=("PAY-1", "CPN-4"), method=payment.method)
    book.tell_buyer(order, "payment_failed", at)


def _succeed(order: Order, payment: Payment, at: datetime, actor: Actor) -> None:
    coupon = None
    if payment.coupon_id is not None:
        held = Coupon.objects.select_for_update().get(pk=payment.coupon_id)
        if held.reserved_order_id == order.pk:  # else a transfer came first and has used it
            coupon = (held, payment.coupon_part, from_minor(payment.coupon_usd_minor))
    _end(payment, PaymentState.SUCCEEDED, at)
    returned = income.count(
        order,
        cash=payment.cash,
        fee=payment.fee,
        coupon=coupon,
        source=GATEWAY,
        reference=f"payment:{payment.reference}",
        rule="PAY-3" if coupon else "PAY-1",
        at=at,
        actor=actor,
    )
    if returned.amount:
        payment.returned_minor = to_minor(returned)
        payment.save(update_fields=["returned_minor"])
