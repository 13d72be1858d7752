"""Apply for refund: opened by the buyer, negotiated, ruled by ops, paid out (RFD, CPN-6).

Every act leaves a step in the application's thread, which both sides and ops read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import deadlines
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor, to_text
from assurance.kernel.rules import RuleViolation
from assurance.kernel.uploads import Upload
from orders.models import Cause, Order, Purpose, Refund, RefundStep, Step
from orders.queries.facts import facts, parcels_of, policy_of
from orders.rules import lifecycle, refunds
from orders.rules.guarantees import delivered_at, refund_window
from orders.services import book, files, payout, release
from orders.services.elapse import locked

ESCALATE = "refund_escalate"
OPEN = (refunds.NEGOTIATING, refunds.ESCALATED)
ASK_FOR_ALL = _("Ask for a full refund to close the order; the coupon's part then returns to the platform.")
BUYER, SUPPLIER, OPS = "buyer", "supplier", "platform"


@transaction.atomic
def agreed(*, order_id: int, amount: Money | None, at: datetime, actor: Actor = PLATFORM) -> Refund:
    """A refund that both sides have agreed, paid at once; none refunds everything and closes the order.

    Refused STA-1, RFD-1, CPN-6.
    """
    order = locked(order_id, at)
    _check(order, amount, at)
    refund = _write(order, amount, reason="", state=refunds.AGREED, at=at, actor=actor)
    refund.decided_at = at
    _note(refund, Step.AGREED, OPS, amount=amount, at=at, actor=actor)
    _pay(order, refund, amount, at, actor)
    return refund


@transaction.atomic
def apply(
    *,
    order_id: int,
    amount: Money | None,
    reason: str,
    at: datetime,
    actor: Actor = PLATFORM,
    cause: str = Cause.OTHER,
    uploads: Sequence[Upload] = (),
) -> Refund:
    """The buyer applies for a refund; the supplier is to answer. Money is not released meanwhile (PAY-4).

    Refused STA-1, CPN-6, RFD-1, RFD-2.
    """
    order = locked(order_id, at)
    _check(order, amount, at, cause)
    refunds.check_alone(order.refunds.filter(state__in=OPEN).exists())
    refund = _write(order, amount, reason=reason, state=refunds.NEGOTIATING, at=at, actor=actor, cause=cause)
    _note(refund, Step.APPLIED, BUYER, amount=amount, words=reason, at=at, actor=actor, uploads=uploads)
    order.disputed = True
    book.settle(order, at)
    deadlines.first(refund.pk, {ESCALATE: refunds.escalates_at(at, policy_of(order, at))})
    book.record(
        order,
        "refund_applied",
        at=at,
        actor=actor,
        rules=("RFD-1",),
        amount=_said(amount),
        reason=reason,
        cause=cause,
    )
    book.tell_seller(order, "refund_applied", at)
    return refund


@transaction.atomic
def answer(
    *,
    refund_id: int,
    agree: bool,
    at: datetime,
    words: str = "",
    actor: Actor = PLATFORM,
    uploads: Sequence[Upload] = (),
) -> Refund:
    """The supplier agrees, and it is paid, or refuses in words, and the buyer may escalate. Refused STA-1, RFD-2,
    CPN-6.

    Refusing again in the same words changes nothing. A refusal takes an offer back.
    """
    order, refund = _locked(refund_id, at)
    _check_negotiating(refund)
    if not agree:
        refunds.check_refusal(words)
    if not agree and refund.refused_at is not None and refund.answer == words:
        return refund
    refund.answer = words
    said: dict[str, Any] = {"words": words, "at": at, "actor": actor, "uploads": uploads}
    if agree:
        payout.check_amount(order, refund.amount)
        refund.state, refund.decided_at = refunds.AGREED, at
        _note(refund, Step.AGREED, SUPPLIER, amount=refund.amount, **said)
        _pay(order, refund, refund.amount, at, actor)
        return refund
    refund.refused_at, refund.counter = at, None
    refund.save()
    _note(refund, Step.REFUSED, SUPPLIER, **said)
    book.record(order, "refund_refused", at=at, actor=actor, rules=("RFD-2",), words=words)
    book.tell_buyer(order, "refund_refused", at)
    return refund


@transaction.atomic
def counter(
    *,
    refund_id: int,
    offer: Money,
    at: datetime,
    words: str = "",
    actor: Actor = PLATFORM,
    uploads: Sequence[Upload] = (),
) -> Refund:
    """The supplier offers another amount; it replaces an open offer. Refused STA-1, RFD-2, CPN-6.

    It answers the application but does not stop its days: unaccepted, it goes to ops like a refusal. The same
    offer in the same words is the open one.
    """
    order, refund = _locked(refund_id, at)
    _check_negotiating(refund)
    refunds.check_counter(offer, asked=refund.amount)
    payout.check_amount(order, offer, field="offer")
    if refund.counter == offer and refund.answer == words:
        return refund
    refund.counter, refund.answer = offer, words
    refund.save()
    _note(refund, Step.COUNTERED, SUPPLIER, amount=offer, words=words, at=at, actor=actor, uploads=uploads)
    said = {"amount": to_text(offer), "words": words}
    book.record(order, "refund_countered", at=at, actor=actor, rules=("RFD-2",), **said)
    book.tell_buyer(order, "refund_countered", at, amount=str(offer.amount), currency=order.currency)
    return refund


@transaction.atomic
def accept(*, refund_id: int, at: datetime, seen: Money | None = None, actor: Actor = PLATFORM) -> Refund:
    """The buyer accepts the supplier's offer, and it is paid. Refused STA-1, RFD-2 if it has changed, CPN-6."""
    order, refund = _locked(refund_id, at)
    _check_negotiating(refund)
    offer = refunds.check_seen(seen, offered=refund.counter)
    payout.check_amount(order, offer)
    refund.state, refund.decided_at = refunds.AGREED, at
    _note(refund, Step.ACCEPTED, BUYER, amount=offer, at=at, actor=actor)
    _pay(order, refund, offer, at, actor)
    return refund


@transaction.atomic
def decline(
    *, refund_id: int, at: datetime, seen: Money | None = None, words: str = "", actor: Actor = PLATFORM
) -> Refund:
    """The buyer says no to the supplier's offer; the application stands. Refused STA-1, RFD-2."""
    order, refund = _locked(refund_id, at)
    _check_negotiating(refund)
    offer = refunds.check_seen(seen, offered=refund.counter)
    refund.counter = None
    refund.save()
    _note(refund, Step.DECLINED, BUYER, amount=offer, words=words, at=at, actor=actor)
    said = {"amount": to_text(offer), "words": words}
    book.record(order, "refund_declined", at=at, actor=actor, rules=("RFD-2",), **said)
    book.tell_seller(order, "refund_declined", at)
    return refund


@transaction.atomic
def withdraw(*, refund_id: int, at: datetime, actor: Actor = PLATFORM) -> Refund:
    """The buyer takes the application back while it is open; a new one may follow. Refused STA-1."""
    order, refund = _locked(refund_id, at)
    _check_open(refund)
    refund.state, refund.decided_at, refund.counter = refunds.WITHDRAWN, at, None
    _note(refund, Step.WITHDRAWN, BUYER, at=at, actor=actor)
    book.record(order, "refund_withdrawn", at=at, actor=actor, rules=("RFD-2",))
    _end(order, refund, at)
    book.tell_seller(order, "refund_withdrawn", at)
    return refund


@transaction.atomic
def add(
    *,
    refund_id: int,
    side: str,
    words: str,
    at: datetime,
    token: str | None = None,
    uploads: Sequence[Upload] = (),
    actor: Actor = PLATFORM,
) -> Refund:
    """Either side adds words and evidence while it is open, before ops too. Refused STA-1.

    `token` names the form: sent twice, it is one step.
    """
    order, refund = _locked(refund_id, at)
    if token is not None and refund.steps.filter(token=token).exists():
        return refund
    _check_open(refund)
    _note(refund, Step.SAID, side, words=words, at=at, actor=actor, uploads=uploads, token=token)
    tell = book.tell_seller if side == BUYER else book.tell_buyer
    tell(order, "refund_evidence", at)
    return refund


@transaction.atomic
def escalate(*, refund_id: int, at: datetime, actor: Actor = PLATFORM) -> Refund:
    """The buyer brings the application before ops, from day 4. Refused STA-1, RFD-2."""
    order, refund = _locked(refund_id, at)
    _check_negotiating(refund)
    refunds.check_escalate(refund.opened_at, policy=policy_of(order, at), at=at)
    _escalate(order, refund, at, actor, side=BUYER)
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
    _note(refund, Step.RULED, OPS, amount=amount, words=words, at=at, actor=actor)
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


def _check(order: Order, amount: Money | None, at: datetime, cause: str = Cause.OTHER) -> None:
    if order.closed_at is not None:
        lifecycle.check_allows(order.state, "refund")
    refunds.check_paid(order.effective_at is not None)
    payout.check_amount(order, amount, advice=ASK_FOR_ALL)
    known = facts(order, parcels_of(order.pk), at)
    refunds.check_window(refund_window(known), at=at)
    is_delivered = delivered_at(known, at) is not None
    refunds.check_cause(cause, is_submitted=known.submitted_at is not None, is_delivered=is_delivered)


def _write(
    order: Order,
    amount: Money | None,
    *,
    reason: str,
    state: str,
    at: datetime,
    actor: Actor,
    cause: str = Cause.OTHER,
) -> Refund:
    return Refund.objects.create(
        order=order,
        currency=order.currency,
        amount_minor=to_minor(amount) if amount is not None else None,
        cause=cause,
        reason=reason,
        opened_by_id=actor.user_id,
        opened_at=at,
        state=state,
    )


def _locked(refund_id: int, at: datetime) -> tuple[Order, Refund]:
    """The order, then the application, both locked; an escalation that fell due is carried out first."""
    order = locked(Refund.objects.get(pk=refund_id).order_id, at)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refund.order = order
    _escalate_if_due(order, refund, at)
    return order, refund


def _escalate_if_due(order: Order, refund: Refund, at: datetime) -> None:
    due = refunds.escalates_at(refund.opened_at, policy_of(order, at))
    if refund.state == refunds.NEGOTIATING and due <= at:
        _escalate(order, refund, due, PLATFORM, side=OPS)


def _escalate(order: Order, refund: Refund, at: datetime, actor: Actor, *, side: str) -> None:
    refund.state, refund.counter = refunds.ESCALATED, None
    refund.save()
    _note(refund, Step.ESCALATED, side, at=at, actor=actor)
    deadlines.put(refund.pk, {ESCALATE: None})
    book.record(order, "refund_escalated", at=at, actor=actor, rules=("RFD-2",))
    book.tell_seller(order, "refund_escalated", at)


def _pay(order: Order, refund: Refund, amount: Money | None, at: datetime, actor: Actor) -> None:
    if amount is None:
        others = order.refunds.filter(state__in=OPEN).exclude(pk=refund.pk)
        others.update(state=refunds.WITHDRAWN, decided_at=at, counter_minor=None)
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


def _check_negotiating(refund: Refund) -> None:
    if refund.state != refunds.NEGOTIATING:
        raise RuleViolation("STA-1", _("This application is no longer with the supplier."))


def _check_open(refund: Refund) -> None:
    if refund.state not in OPEN:
        raise RuleViolation("STA-1", _("This application is decided."))


def _note(
    refund: Refund,
    kind: Step,
    side: str,
    *,
    at: datetime,
    actor: Actor,
    amount: Money | None = None,
    words: str = "",
    uploads: Sequence[Upload] = (),
    token: str | None = None,
) -> None:
    """Write a step of the thread, with the files that came with it."""
    step = RefundStep.objects.create(
        refund=refund,
        kind=kind,
        side=side,
        by_id=actor.user_id,
        at=at,
        currency=refund.currency,
        amount_minor=to_minor(amount) if amount is not None else None,
        words=words,
        token=token,
    )
    files.keep(refund.order, Purpose.EVIDENCE, step.pk, uploads, at=at, actor=actor)
