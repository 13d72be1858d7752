"""When a refund can be applied for, how large it can be, how a dispute proceeds. Pure decisions."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import end_of, from_day
from assurance.kernel.money import USD, Money, convert
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule

NEGOTIATING, ESCALATED, AGREED, RULED, WITHDRAWN = "negotiating", "escalated", "agreed", "ruled", "withdrawn"


# Reasons that the facts of an order can contradict.
NOT_DISPATCHED, NOT_DELIVERED = "not_dispatched", "not_delivered"


@rule("RFD-1")
def contradicted(*, is_submitted: bool, is_delivered: bool) -> frozenset[str]:
    """The reasons that what is known leaves out; a receipt taken as given says nothing of an arrival."""
    known = {NOT_DISPATCHED: is_submitted, NOT_DELIVERED: is_delivered}
    return frozenset(cause for cause, is_known in known.items() if is_known)


@rule("RFD-1")
def check_cause(cause: str, *, is_submitted: bool, is_delivered: bool) -> None:
    """Refuse a reason that what is known of the order contradicts."""
    if cause in contradicted(is_submitted=is_submitted, is_delivered=is_delivered):
        raise RuleViolation(
            "RFD-1",
            _("What is known of the order contradicts this reason."),
            advice=_("Choose another reason."),
            conflict=False,
            field="cause",
        )


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
def check_amount(
    amount: Money | None,
    *,
    cash: Money,
    refunded: Money,
    outstanding: Money,
    field: str = "amount",
    advice: Any = "",
) -> None:
    """Refuse an amount beyond the cash still there; None asks for everything and closes the order.

    `cash` is what the buyer paid without the method's fee. A partial refund moves no coupon money. `advice` is
    for whoever names the amount.
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
        raise RuleViolation("RFD-1", _("The refund has to be more than zero."), conflict=False, field=field)
    if amount > cash - refunded:
        raise RuleViolation(
            "CPN-6",
            _("At most %(left)s, the cash paid and not yet refunded, can be refunded in part."),
            advice=advice,
            conflict=False,
            field=field,
            left=cash - refunded,
        )


@rule("RFD-2")
def check_alone(another_open: bool) -> None:
    """Refuse a second application while one is not decided."""
    if another_open:
        raise RuleViolation(
            "RFD-2",
            _("A refund has already been applied for and is not decided yet."),
            advice=_("Answer it or wait for its decision first."),
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


@rule("RFD-2")
def check_refusal(words: str) -> None:
    """A refusal says why: the buyer reads it, and the platform if it decides."""
    if not words.strip():
        raise RuleViolation(
            "RFD-2",
            _("Explain why you refuse; the buyer and the platform can read it."),
            conflict=False,
            field="words",
        )


@rule("RFD-2")
def check_counter(offer: Money, *, asked: Money | None) -> None:
    """An offer is less than what is asked for; who would pay all of it agrees instead."""
    if asked is not None and offer >= asked:
        raise RuleViolation(
            "RFD-2",
            _("The buyer requests %(asked)s; an offer must be less than that."),
            advice=_("Agree if you want to pay it."),
            conflict=False,
            field="offer",
            asked=asked,
        )


@rule("RFD-2")
def check_seen(seen: Money | None, *, offered: Money | None) -> Money:
    """The offer to be answered: refuse without one, and an answer to an amount that is no longer offered."""
    if offered is None:
        raise RuleViolation("STA-1", _("No offer of the supplier waits for an answer."))
    if seen is not None and seen != offered:
        raise RuleViolation(
            "RFD-2",
            _("The supplier’s offer is %(offer)s by now."),
            advice=_("Look at it, then answer again."),
            offer=offered,
        )
    return offered


@rule("RFD-3", "MON-3")
def ways_back(cash: Money, *, by_gateway: Money) -> tuple[Money, Money]:
    """What of a refund goes back through the gateway, and what by bank: each the way it came, the card first.

    `by_gateway` is what came through the gateway and has not gone back.
    """
    first = min(cash, by_gateway)
    return first, cash - first


@dataclass(frozen=True)
class Purse:
    """The money of an order as a refund finds it, in the order's currency but for what is in USD."""

    cash: Money
    refunded: Money
    coupon: Money
    held: Money
    fee_taken: Money
    released_usd: Money
    usd_rate: Decimal


@dataclass(frozen=True)
class Split:
    """Who pays a refund. `usd` is what the seller gives back of a release; below zero it is a credit."""

    cash: Money
    coupon: Money
    from_held: Money
    from_seller: Money
    fee_back: Money
    usd: Money


@rule("CPN-6", "RFD-3", "PAY-4", "ORD-5")
def split(amount: Money | None, purse: Purse) -> Split:
    """What a refund takes from where: the held money first, then what the seller has received.

    A full refund takes the coupon's part back to the platform and undoes the release: the fee comes back, and
    the seller owes the dollars received less those refunded since. That is below zero where refunds in part
    took more than the net.
    """
    is_full = amount is None
    cash = purse.cash - purse.refunded if amount is None else amount
    coupon = purse.coupon if is_full else purse.coupon * 0
    needed = cash + coupon
    from_held = min(needed, purse.held)
    fee_back = purse.fee_taken if is_full else purse.fee_taken * 0
    share = needed - from_held - fee_back
    usd = purse.released_usd if is_full else convert(share, usd_rate=purse.usd_rate, to=USD)
    return Split(cash, coupon, from_held, needed - from_held, fee_back, usd)
