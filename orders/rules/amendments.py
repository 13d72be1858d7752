"""Agreeing on another dispatch day (DSP-6). Pure decisions."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, plus
from assurance.kernel.rules import RuleViolation, rule
from orders.rules.guarantees import EXEMPTED, Facts, dispatch_state


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
