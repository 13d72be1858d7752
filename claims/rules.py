"""Filing and reviewing a claim. Pure decisions."""

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, end_of, plus
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule
from orders.rules import guarantees
from orders.rules.guarantees import Facts

DISPATCH, DELIVERY = "dispatch", "delivery"
# What becomes of an order under an exemption of its region and period (DSP-7).
EXEMPTS, CLAIMED, CLOSED, ALREADY = "exempted", "claimed", "closed", "already"
EARLIER, NOTHING_LEFT = "earlier", "nothing_left"
MOST_DAYS = 366
IN_REVIEW, APPROVED, REJECTED = "in_review", "approved", "rejected"


def guarantee_state(facts: Facts, guarantee: str, at: datetime) -> str:
    judge = guarantees.dispatch_state if guarantee == DISPATCH else guarantees.delivery_state
    return judge(facts, at)


@rule("CLM-1", "CLM-2", "CLM-3", "CLM-4")
def check_claim(facts: Facts, guarantee: str, *, is_buyer: bool, at: datetime) -> None:
    """Refuse a claim; the first rule that holds, in the order of CLM-4, answers."""
    if not is_buyer:
        raise RuleViolation("CLM-2", _("Only the order's buyer can claim."))
    if facts.claimed:
        raise RuleViolation("CLM-1", _("A claim has already been made for this order."))
    if facts.refunded_at is not None:
        raise RuleViolation("CLM-3", _("A refund closed this order, so nothing can be claimed any more."))
    state = guarantee_state(facts, guarantee, at)
    own = ("DSP-1", "DSP-4", "DSP-5") if guarantee == DISPATCH else ("DLV-1", "DLV-4", "DLV-4")
    if state in (guarantees.NONE, guarantees.ENDED):
        raise RuleViolation(own[0], _("This order does not carry that guarantee."))
    if state == guarantees.EXEMPTED:
        raise RuleViolation("DSP-7", _("This order was exempted from the guarantee for force majeure."))
    if state != guarantees.LATE:
        raise RuleViolation(own[1], _("The guaranteed date has not been missed."))
    entrance = guarantees.dispatch_entrance if guarantee == DISPATCH else guarantees.delivery_entrance
    if not entrance(facts, at)[0]:
        raise RuleViolation(own[2], _("The time for making this claim is over."))


@rule("CLM-5", "DLV-5")
def recommendation(facts: Facts, guarantee: str, at: datetime) -> str:
    """approve while the guarantee is missed on today's facts, else reject."""
    return "approve" if guarantee_state(facts, guarantee, at) == guarantees.LATE else "reject"


@rule("CLM-5")
def review_due(filed_at: datetime, policy: Policy) -> date:
    """The last day of the review; later ones are shown as late and still allowed."""
    return plus(day_of(filed_at), policy.review_days)


@rule("CLM-5")
def is_review_late(filed_at: datetime, policy: Policy, at: datetime) -> bool:
    return at >= end_of(review_due(filed_at, policy))


@rule("STA-1")
def check_undecided(state: str) -> None:
    """A claim is decided once."""
    if state != IN_REVIEW:
        raise RuleViolation("STA-1", _("This claim has already been decided."))


@rule("DSP-3", "DLV-7")
def check_decidable(facts: Facts, guarantee: str, at: datetime) -> None:
    """Approving a delivery claim waits until it is known whether the seller dispatched in time."""
    if guarantee == DELIVERY and guarantees.is_verifying(facts, at):
        raise RuleViolation(
            "DSP-3",
            _("It is still being verified whether the order was dispatched in time, which decides who pays."),
            advice=_("Approve when the first scan is known, at the latest 48 hours after submission."),
        )


@rule("DSP-7")
def check_period(first: date, last: date) -> None:
    """Refuse a period that ends before it begins, or that no event lasts."""
    if last < first:
        raise RuleViolation("DSP-7", _("The last day is before the first."), conflict=False, field="due_to")
    if (last - first).days >= MOST_DAYS:
        raise RuleViolation("DSP-7", _("A period is at most a year long."), conflict=False, field="due_to")


@rule("DSP-7")
def region_outcome(facts: Facts, *, first_day: date, at: datetime) -> str:
    """Whether an order of the region and period is exempted, or why it is left out.

    What was late before the period began was late for another reason and stays so. An order without the
    guarantees is judged likewise, for the rate leaves out exempted orders.
    """
    if facts.claimed:
        return CLAIMED
    if facts.closed_at is not None and facts.closed_at <= at:
        return CLOSED
    if facts.exempted_at is not None:
        return ALREADY
    dispatch = guarantees.dispatch_state(replace(facts, covered=True), at)
    delivery = guarantees.delivery_state(facts, at)
    late = guarantees.LATE
    if (dispatch == late and facts.dispatch_due is not None and facts.dispatch_due < first_day) or (
        delivery == late and facts.promise is not None and facts.promise < first_day
    ):
        return EARLIER
    can_go = guarantees.UNDECIDED | {late}
    return EXEMPTS if dispatch in can_go or delivery in can_go else NOTHING_LEFT
