"""When a refund can be applied for, how large it can be, how a dispute proceeds. Pure decisions."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import end_of, from_day
from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule

NEGOTIATING, ESCALATED, AGREED, RULED = "negotiating", "escalated", "agreed", "ruled"


@rule("RFD-1")
def check_paid(paid: bool) -> None:
    """Refuse before payment."""
    if not paid:
        raise RuleViolation("RFD-1", _("Nothing has been paid on this order yet."))


@rule("RFD-1")
def check_window(last_day: date | None, *, at: datetime) -> None:
    """Refuse after day 30 from receipt; `last_day` is none before it."""
    if last_day is not None and at >= end_of(last_day):
        raise RuleViolation("RFD-1", _("A refund could be applied for through %(day)s."), day=last_day)


@rule("CPN-6", "RFD-3")
def check_amount(amount: Money | None, *, cash: Money, refunded: Money, outstanding: Money) -> None:
    """Refuse an amount beyond the cash still there; None asks for everything and closes the order.

    `cash` is what the buyer paid without the method's fee. A partial refund moves no coupon money.
    """
    if outstanding.amount > 0:
        raise RuleViolation(
            "CPN-6",
            _("A balance of %(balance)s is still open on this order."),
            advice=_("A refund is possible once the order is paid in full."),
            balance=outstanding,
        )
    if amount is None:
        return
    if amount.amount <= 0:
        raise RuleViolation(
            "RFD-1", _("The refund has to be more than zero."), conflict=False, field="amount"
        )
    if amount > cash - refunded:
        raise RuleViolation(
            "CPN-6",
            _("At most %(left)s, the cash paid and not yet refunded, can be refunded in part."),
            advice=_(
                "Ask for a full refund to close the order; the coupon's part then returns to the platform."
            ),
            conflict=False,
            field="amount",
            left=cash - refunded,
        )


@rule("RFD-2")
def check_escalate(opened_at: datetime, *, policy: Policy, at: datetime) -> None:
    """The buyer may escalate from day 4."""
    earliest = from_day(opened_at, policy.refund_escalate_days)
    if at < earliest:
        raise RuleViolation(
            "RFD-2", _("The supplier still has time to answer; you can escalate from %(day)s."), day=earliest
        )


@rule("RFD-2")
def escalates_at(opened_at: datetime, policy: Policy) -> datetime:
    """When an unanswered or refused application goes to ops by itself: 00:00 of day 7."""
    return from_day(opened_at, policy.refund_auto_days)


@rule("RFD-2", "TIM-3")
def state_at(state: str, opened_at: datetime, *, policy: Policy, at: datetime) -> str:
    """An application's state by the clock: open on day 7 means escalated, whether a job ran or not."""
    return ESCALATED if state == NEGOTIATING and at >= escalates_at(opened_at, policy) else state
