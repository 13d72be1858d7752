"""Agreeing on another dispatch day, and exempting an order (DSP-6, DSP-7)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import deadlines
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from orders.models import Order, Proposal
from orders.queries.facts import facts, parcels_of, promise_after
from orders.rules import amendments, lifecycle
from orders.services import book
from orders.services.elapse import locked, state_now

_NOTHING_OPEN = _("No new dispatch day is waiting for an answer.")


@transaction.atomic
def propose(*, order_id: int, day: date, reason: str, at: datetime, actor: Actor = PLATFORM) -> Proposal:
    """The seller proposes another dispatch day; a new proposal replaces an open one. Refused STA-1, DSP-6.

    The same day for the same reason again is the open proposal: nobody is told twice.
    """
    order = locked(order_id, at)
    _check(order, day, at)
    again = order.proposals.filter(answer="", day=day, reason=reason).first()
    if again is not None:
        return again
    book.end_proposals(order, at, "replaced")
    proposal = Proposal.objects.create(
        order=order, day=day, reason=reason, proposed_by_id=actor.user_id, proposed_at=at
    )
    deadlines.put(order.pk, {book.PROPOSAL: amendments.lapses_at(day)})
    book.record(
        order, "date_proposed", at=at, actor=actor, rules=("DSP-6",), day=day.isoformat(), reason=reason
    )
    book.tell_buyer(order, "date_proposed", at, day=day.isoformat())
    return proposal


@transaction.atomic
def accept(*, order_id: int, at: datetime, actor: Actor = PLATFORM, day: date | None = None) -> Order:
    """The buyer accepts: deadline and promise move, an overdue mark and an open entrance go (DSP-6).

    `day` is the one that the buyer has seen; refused DSP-6 if another has been proposed since.
    """
    order = locked(order_id, at)
    proposal = _newest(order)
    _check(order, proposal.day, at)
    amendments.check_open(proposal.answer)
    amendments.check_seen(day, proposed=proposal.day)
    _answer(order, proposal, "accepted", at)
    order.dispatch_due = proposal.day
    if order.can_deliver:
        order.promise = promise_after(order, proposal.day)
    book.settle(order, at)
    book.record(order, "date_accepted", at=at, actor=actor, rules=("DSP-6",), day=proposal.day.isoformat())
    book.tell_seller(order, "date_accepted", at, day=proposal.day.isoformat())
    return order


@transaction.atomic
def refuse(*, order_id: int, at: datetime, actor: Actor = PLATFORM) -> Order:
    """The buyer refuses: nothing moves."""
    order = locked(order_id, at)
    proposal = _newest(order)
    if proposal.answer or amendments.lapses_at(proposal.day) <= at:
        raise RuleViolation("STA-1", _NOTHING_OPEN)
    _answer(order, proposal, "refused", at)
    book.record(order, "date_refused", at=at, actor=actor, rules=("DSP-6",), day=proposal.day.isoformat())
    book.tell_seller(order, "date_refused", at, day=proposal.day.isoformat())
    return order


@transaction.atomic
def lapse(*, order_id: int, at: datetime) -> bool:
    """The sweep's step: a proposal left unanswered until its day lapses then; False if it was taken."""
    order = book.lock(order_id)
    if not deadlines.claim(order_id, book.PROPOSAL, at):
        return False
    book.end_proposals(order, at, "lapsed")
    return True


@transaction.atomic
def exempt(
    *,
    order_id: int,
    platform_bears: bool,
    reason: str,
    at: datetime,
    since: datetime | None = None,
    actor: Actor = PLATFORM,
) -> Order:
    """Ops exempt an order for force majeure (DSP-7). Refused STA-1, and DSP-7 once a claim is filed.

    `since` is when it was decided, if it is carried out on this order only now.
    """
    order = locked(order_id, at)
    if order.claimed_at is not None:
        raise RuleViolation("DSP-7", _("A claim has been filed on this order; it can no longer be exempted."))
    lifecycle.check_allows(state_now(order, at), "exempt")
    if order.exempted_at is not None and order.platform_bears == platform_bears:
        return order
    order.exempted_at, order.platform_bears = since or at, platform_bears
    if not platform_bears:
        book.end_proposals(order, at, "lapsed")
    book.record(
        order,
        "exempted",
        at=since or at,
        actor=actor,
        rules=("DSP-7",),
        platform_bears=platform_bears,
        reason=reason,
    )
    book.settle(order, at)
    book.tell_buyer(order, "order_exempted", at)
    book.tell_seller(order, "order_exempted", at)
    return order


@transaction.atomic
def claim_filed(*, order: Order, at: datetime, actor: Actor, guarantee: str) -> None:
    """A filed claim tells its order: the one claim is used up (CLM-1). The order is locked by the caller."""
    order.claimed_at = at
    book.end_proposals(order, at, "lapsed")
    book.settle(order, at)
    book.record(order, "claim_filed", at=at, actor=actor, rules=("CLM-1",), guarantee=guarantee)


def _newest(order: Order) -> Proposal:
    """The proposal that waits for an answer, or has lapsed; what came before it is answered by it.

    A lapsed one is found so that DSP-6 can say why it is too late.
    """
    proposal = order.proposals.select_for_update().order_by("-id").first()
    if proposal is None or proposal.answer not in ("", "lapsed"):
        raise RuleViolation("STA-1", _NOTHING_OPEN)
    return proposal


def _answer(order: Order, proposal: Proposal, answer: str, at: datetime) -> None:
    proposal.answer, proposal.answered_at = answer, at
    proposal.save(update_fields=["answer", "answered_at"])
    deadlines.put(order.pk, {book.PROPOSAL: None})


def _check(order: Order, day: date, at: datetime) -> None:
    if order.closed_at is not None:
        lifecycle.check_allows(order.state, "propose")
    known = facts(order, parcels_of(order.pk), at)
    amendments.check_new_day(day, facts=known, first_due=order.first_due, at=at)
