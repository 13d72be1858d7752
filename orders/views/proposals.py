"""The days that have been proposed for dispatch, told to both sides alike (DSP-6)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from orders.models import Order, Proposal
from orders.queries.buyer import Detail
from orders.rules.amendments import lapses_at


@dataclass(frozen=True)
class Line:
    """A proposal that is over: which day, proposed when, by whom and why, and what became of it when."""

    day: date
    reason: str
    by: str
    at: datetime
    outcome: str
    ended_at: datetime
    icon: str
    tone: str


def lines(shown: Detail) -> list[Line]:
    """The proposals of an order that no longer wait for an answer, the newest first."""
    return [_line(shown.order, one) for one in shown.proposals if one is not shown.proposal]


def _line(order: Order, proposal: Proposal) -> Line:
    answer = proposal.answer or "lapsed"
    ended_at = proposal.answered_at or lapses_at(proposal.day)
    said = {
        "accepted": _("Accepted by %(buyer)s") % {"buyer": order.buyer},
        "refused": _("Refused by %(buyer)s") % {"buyer": order.buyer},
        "replaced": _("Replaced by the next proposal"),
        "lapsed": _why_lapsed(order, proposal, ended_at),
    }
    return Line(
        day=proposal.day,
        reason=proposal.reason,
        by=str(proposal.proposed_by or order.seller.name),
        at=proposal.proposed_at,
        outcome=said[answer],
        ended_at=ended_at,
        icon={"accepted": "check", "refused": "cross", "replaced": "calendar"}.get(answer, "clock"),
        tone="good" if answer == "accepted" else "",
    )


def _why_lapsed(order: Order, proposal: Proposal, ended_at: datetime) -> str:
    if ended_at == lapses_at(proposal.day):
        return _("Lapsed: not answered before that day")
    if ended_at == order.claimed_at:
        return _("Lapsed: a claim was filed")
    if ended_at == order.submitted_at:
        return _("Lapsed: the order was wholly dispatched")
    if ended_at == order.exempted_at:
        return _("Lapsed: the order was exempted for force majeure")
    return _("Lapsed: the order was closed")
