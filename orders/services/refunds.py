"""Apply for refund: opened by the buyer, answered by the supplier, ruled by ops, paid out (RFD, CPN-6)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import deadlines
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor, to_text
from assurance.kernel.rules import RuleViolation
from orders.models import Order, Refund
from orders.queries.facts import facts, parcels_of, policy_of
from orders.rules import lifecycle, refunds
from orders.rules.guarantees import receipt_window
from orders.services import book, payout, release
from orders.services.elapse import locked

ESCALATE = "refund_escalate"
OPEN = (refunds.NEGOTIATING, refunds.ESCALATED)


@transaction.atomic
def agreed(*, order_id: int, amount: Money | None, at: datetime, actor: Actor = PLATFORM) -> Refund:
    """A refund that both sides have agreed, paid at once; none refunds everything and closes the order.

    Refused STA-1, RFD-1, CPN-6.
    """
    order = locked(order_id, at)
    _check(order, amount, at)
    refund = _write(order, amount, reason="", state=refunds.AGREED, at=at, actor=actor)
    refund.decided_at = at
    _pay(order, refund, amount, at, actor)
    return refund


@transaction.atomic
def apply(
    *, order_id: int, amount: Money | None, reason: str, at: datetime, actor: Actor = PLATFORM
) -> Refund:
    """The buyer applies for a refund; the supplier is to answer. Money is not released meanwhile (PAY-4).

    Refused STA-1 (also while another is open), RFD-1, CPN-6.
    """
    order = locked(order_id, at)
    _check(order, amount, at)
    if order.refunds.filter(state__in=OPEN).exists():
        raise RuleViolation(
            "STA-1",
            _("A refund has already been applied for and is not decided yet."),
            advice=_("Answer it or wait for its decision first."),
        )
    refund = _write(order, amount, reason=reason, state=refunds.NEGOTIATING, at=at, actor=actor)
    order.disputed = True
    book.settle(order, at)
    deadlines.first(refund.pk, {ESCALATE: refunds.escalates_at(at, policy_of(order, at))})
    book.record(
        order, "refund_applied", at=at, actor=actor, rules=("RFD-1",), amount=_said(amount), reason=reason
    )
    book.tell_seller(order, "refund_applied", at)
    return refund


@transaction.atomic
def answer(*, refund_id: int, agree: bool, at: datetime, words: str = "", actor: Actor = PLATFORM) -> Refund:
    """The supplier agrees, and it is paid, or refuses, and the buyer may escalate. Refused STA-1, CPN-6.

    Refusing again in the same words changes nothing.
    """
    order, refund = _locked(refund_id, at)
    if refund.state != refunds.NEGOTIATING:
        raise _decided()
    if not agree and refund.refused_at is not None and refund.answer == words:
        return refund
    refund.answer = words
    if agree:
        payout.check_amount(order, refund.amount)
        refund.state, refund.decided_at = refunds.AGREED, at
        _pay(order, refund, refund.amount, at, actor)
        return refund
    refund.refused_at = at
    refund.save()
    book.record(order, "refund_refused", at=at, actor=actor, rules=("RFD-2",), words=words)
    book.tell_buyer(order, "refund_refused", at)
    return refund


@transaction.atomic
def escalate(*, refund_id: int, at: datetime, actor: Actor = PLATFORM) -> Refund:
    """The buyer brings the application before ops, from day 4. Refused STA-1, RFD-2."""
    order, refund = _locked(refund_id, at)
    if refund.state != refunds.NEGOTIATING:
        raise _decided()
    refunds.check_escalate(refund.opened_at, policy=policy_of(order, at), at=at)
    _escalate(order, refund, at, actor)
    return refund


@transaction.atomic
def escalate_due(*, refund_id: int, at: datetime) -> bool:
    """The sweep's step: what is still open on day 7 goes to ops, as of 00:00 of that day (RFD-2)."""
    order = locked(Refund.objects.get(pk=refund_id).order_id, at)
    if not deadlines.claim(refund_id, ESCALATE, at):
        return False
    _escalate_if_due(order, Refund.objects.select_for_update().get(pk=refund_id), at)
    return True


@transaction.atomic
def rule(
    *, refund_id: int, amount: Money | None, at: datetime, words: str = "", actor: Actor = PLATFORM
) -> Refund:
    """Ops decide an escalated application: none is everything, zero is nothing. Refused STA-1, CPN-6."""
    order, refund = _locked(refund_id, at)
    if refund.state != refunds.ESCALATED:
        raise RuleViolation("STA-1", _("Only an escalated application can be ruled on."))
    refund.answer = words or refund.answer
    refund.state, refund.decided_at = refunds.RULED, at
    book.record(
        order, "refund_ruled", at=at, actor=actor, rules=("RFD-2",), amount=_said(amount), words=words
    )
    if amount is not None and not amount.amount:
        _end(order, refund, at)
        book.tell_buyer(order, "refund_ruled", at)
        return refund
    payout.check_amount(order, amount)
    _pay(order, refund, amount, at, actor)
    return refund


def _check(order: Order, amount: Money | None, at: datetime) -> None:
    if order.closed_at is not None:
        lifecycle.check_allows(order.state, "refund")
    refunds.check_paid(order.effective_at is not None)
    payout.check_amount(order, amount)
    refunds.check_window(receipt_window(facts(order, parcels_of(order.pk), at)), at=at)


def _write(
    order: Order, amount: Money | None, *, reason: str, state: str, at: datetime, actor: Actor
) -> Refund:
    return Refund.objects.create(
        order=order,
        currency=order.currency,
        amount_minor=to_minor(amount) if amount is not None else None,
        reason=reason,
        opened_by_id=actor.user_id,
        opened_at=at,
        state=state,
    )


def _locked(refund_id: int, at: datetime) -> tuple[Order, Refund]:
    """The order, then the application, both locked; an escalation that fell due is carried out first."""
    order = locked(Refund.objects.get(pk=refund_id).order_id, at)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    _escalate_if_due(order, refund, at)
    return order, refund


def _escalate_if_due(order: Order, refund: Refund, at: datetime) -> None:
    due = refunds.escalates_at(refund.opened_at, policy_of(order, at))
    if refund.state == refunds.NEGOTIATING and due <= at:
        _escalate(order, refund, due, PLATFORM)


def _escalate(order: Order, refund: Refund, at: datetime, actor: Actor) -> None:
    refund.state = refunds.ESCALATED
    refund.save()
    deadlines.put(refund.pk, {ESCALATE: None})
    book.record(order, "refund_escalated", at=at, actor=actor, rules=("RFD-2",))
    book.tell_seller(order, "refund_escalated", at)


def _pay(order: Order, refund: Refund, amount: Money | None, at: datetime, actor: Actor) -> None:
    if amount is None:
        others = order.refunds.filter(state__in=OPEN).exclude(pk=refund.pk)
        others.update(state="withdrawn", decided_at=at)
    paid = payout.pay(order, refund, amount, at)
    refund.paid_minor, refund.full = to_minor(paid), amount is None
    said = {"amount": to_text(paid), "full": amount is None}
    book.record(order, "refunded", at=at, actor=actor, rules=("RFD-3", "CPN-6"), **said)
    _end(order, refund, at)
    book.tell_buyer(order, "refunded", at, amount=str(paid.amount), currency=order.currency)
    book.tell_seller(order, "refunded", at, amount=str(paid.amount), currency=order.currency)


def _end(order: Order, refund: Refund, at: datetime) -> None:
    """Nothing is being decided any more: money held back meanwhile is released (PAY-4)."""
    refund.save()
    deadlines.put(refund.pk, {ESCALATE: None})
    order.disputed = order.refunds.filter(state__in=OPEN).exists()
    if order.received_at is not None and order.closed_at is None:
        release.release(order, at)
    book.settle(order, at)


def _said(amount: Money | None) -> str:
    return "full" if amount is None else to_text(amount)


def _decided() -> RuleViolation:
    return RuleViolation("STA-1", _("This application is no longer with the supplier."))
