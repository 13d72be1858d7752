"""Agreeing on another dispatch day (DSP-6). Pure decisions."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.rules import RuleViolation, rule
from orders.rules.guarantees import (
    ENDED,
    EXEMPTED,
    LATE,
    NONE,
    Facts,
    delivery_state,
    dispatch_state,
    entrance,
)


@rule("DSP-6")
def check_new_day(day: date, *, facts: Facts, first_due: date | None, at: datetime) -> None:
    """Refuse a day that cannot be agreed; accepting is checked like proposing."""
    if not facts.covered or facts.dispatch_due is None or first_due is None:
        raise RuleViolation("DSP-6", _("This order has no guaranteed dispatch day to move."))
    if dispatch_state(facts, at) == EXEMPTED:
        raise RuleViolation("DSP-6", _("This order is exempted from its guarantees."))
    if facts.claimed:
        raise RuleViolation("DSP-6", _("A claim has been filed; the dispatch day can no longer be moved."))
    if facts.submitted_at is not None:
        raise RuleViolation("DSP-6", _("The order is already wholly dispatched."))
    last = plus(first_due, facts.policy.amendment_days)
    if day <= day_of(at) or day <= facts.dispatch_due or day > last:
        raise RuleViolation(
            "DSP-6",
            _("Choose a day after today and after %(due)s, and no later than %(last)s."),
            conflict=False,
            field="day",
            due=facts.dispatch_due,
            last=last,
        )


@rule("DSP-6")
def check_open(answer: str) -> None:
    """Refuse accepting a proposal that has lapsed, also when what ended it has gone since."""
    if answer:
        raise RuleViolation(
            "DSP-6",
            _("This proposal has lapsed and can no longer be accepted."),
            advice=_("The supplier can propose a day again."),
        )


@rule("DSP-6")
def check_seen(seen: date | None, *, proposed: date) -> None:
    """Refuse accepting a day that the buyer has not seen, because a new proposal replaced the one they saw."""
    if seen is not None and seen != proposed:
        raise RuleViolation(
            "DSP-6",
            _("The supplier now proposes %(day)s instead."),
            advice=_("Accept that day, or refuse it."),
            field="day",
            day=proposed,
        )


@rule("DSP-6")
def lapses_at(day: date) -> datetime:
    """From when a proposal can no longer be accepted: its day must be later than the day of accepting."""
    return start_of(day)


@dataclass(frozen=True)
class Moves:
    """What accepting a proposed day would change; a promise is none where delivery is not guaranteed.

    `overdue_goes` is the late mark for dispatch, `late_goes` that for delivery. `entrance_closes` says that
    *Make a claim* is open now and would no longer be.
    """

    due: date | None
    new_due: date
    promise: date | None
    new_promise: date | None
    overdue_goes: bool
    late_goes: bool
    entrance_closes: bool


@rule("DSP-6")
def moves(day: date, *, facts: Facts, new_promise: date | None, at: datetime) -> Moves:
    """What moves if `day` is accepted at an instant; `new_promise` is the delivery day that follows from it."""
    guaranteed = delivery_state(facts, at) not in (NONE, ENDED)
    after = replace(facts, dispatch_due=day, promise=new_promise if facts.can_deliver else facts.promise)
    return Moves(
        due=facts.dispatch_due,
        new_due=day,
        promise=facts.promise if guaranteed else None,
        new_promise=after.promise if guaranteed else None,
        overdue_goes=dispatch_state(facts, at) == LATE and dispatch_state(after, at) != LATE,
        late_goes=delivery_state(facts, at) == LATE and delivery_state(after, at) != LATE,
        entrance_closes=entrance(facts, at)[0] and not entrance(after, at)[0],
    )
