"""Membership of the upgrade service and the lamp. Pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import after, day_of, from_day, plus
from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule


@dataclass(frozen=True)
class Stay:
    """One stay in the upgrade service, from joining until leaving."""

    joined_at: datetime
    left_at: datetime | None = None


@rule("UPG-2")
def is_member(stays: list[Stay], at: datetime) -> bool:
    """A contract effective at this instant is covered: from joining until leaving."""
    return any(s.joined_at <= at and (s.left_at is None or at < s.left_at) for s in stays)


@rule("UPG-1", "UPG-4")
def check_join(stays: list[Stay], *, lit: bool, consented: bool, policy: Policy, at: datetime) -> None:
    """Refuse a second membership, an account without the lamp, a missing consent, and a return too early."""
    if is_member(stays, at):
        raise RuleViolation("UPG-1", _("This account is already in the upgrade service."))
    if not lit:
        raise RuleViolation(
            "UPG-1",
            _("Only an account with the lamp lit can join the upgrade service."),
            advice=_("Activate Trade Assurance first."),
        )
    if not consented:
        raise RuleViolation(
            "UPG-1",
            _("Joining needs your consent to the terms of the upgrade service."),
            advice=_("Read the terms and tick the box."),
            conflict=False,
            field="consent",
        )
    again = rejoins_from(stays, policy)
    if again is not None and day_of(at) < again:
        raise RuleViolation("UPG-4", _("Joining again is possible from %(day)s."), day=again)


@rule("UPG-4")
def rejoins_from(stays: list[Stay], policy: Policy) -> date | None:
    """The first day on which an account that has left can join again; none if it never left."""
    left = max((s.left_at for s in stays if s.left_at), default=None)
    return plus(day_of(left), policy.upgrade_rejoin_days) if left else None


@rule("UPG-3")
def leaves_from(stay: Stay, policy: Policy) -> date:
    """The first day on which a stay can be ended."""
    return plus(day_of(stay.joined_at), policy.upgrade_leave_days)


@rule("UPG-3")
def check_leave(stays: list[Stay], *, policy: Policy, at: datetime) -> None:
    """Refuse leaving as a non-member (STA-1) and before day 30 of the stay."""
    current = next((s for s in stays if s.left_at is None), None)
    if current is None:
        raise RuleViolation("STA-1", _("This account is not in the upgrade service."))
    first = leaves_from(current, policy)
    if day_of(at) < first:
        raise RuleViolation("UPG-3", _("Leaving is possible from %(day)s."), day=first)


@dataclass(frozen=True)
class Standing:
    """The facts of an account's qualification. All instants; none means it has not happened."""

    opened_at: datetime | None
    last_effective_at: datetime | None = None
    activated_at: datetime | None = None
    terminated_at: datetime | None = None


@rule("QUA-1", "QUA-2", "QUA-3", "QUA-4")
def qualification(facts: Standing, policy: Policy, at: datetime) -> str:
    """not_open, active, suspended, temporary or terminated, by facts and clock alone (TIM-3).

    A contract that becomes effective restores a suspended account at that instant, because the quiet
    days are counted from it.
    """
    if facts.opened_at is None or at < facts.opened_at:
        return "not_open"
    if facts.terminated_at is not None and facts.terminated_at <= at:
        return "terminated"
    suspended_from = _quiet_until(facts, policy)
    if at < suspended_from:
        return "active"
    if facts.activated_at is not None and suspended_from <= facts.activated_at <= at:
        return "temporary" if at < after(facts.activated_at, policy.temporary_days) else "suspended"
    return "suspended"


@rule("QUA-2", "QUA-4")
def lamp_out_at(facts: Standing, policy: Policy, at: datetime) -> datetime | None:
    """When the lamp goes out if no contract becomes effective before; none while it is out."""
    state = qualification(facts, policy, at)
    if state == "temporary" and facts.activated_at is not None:
        return after(facts.activated_at, policy.temporary_days)
    return _quiet_until(facts, policy) if state == "active" else None


@rule("QUA-4")
def locked_until(facts: Standing, policy: Policy, at: datetime) -> date | None:
    """The day from which *activate* works again after a failed try; none when it is not locked."""
    if qualification(facts, policy, at) != "suspended" or facts.activated_at is None:
        return None
    if facts.activated_at < _quiet_until(facts, policy):
        return None
    again = from_day(after(facts.activated_at, policy.temporary_days), policy.activate_lock_days)
    return day_of(again) if at < again else None


@rule("QUA-4")
def check_activate(facts: Standing, policy: Policy, at: datetime) -> None:
    """Refuse *activate* unless the account is suspended and the button is not locked."""
    if qualification(facts, policy, at) != "suspended":
        raise RuleViolation("QUA-4", _("Only a suspended account can be activated."))
    locked = locked_until(facts, policy, at)
    if locked is not None:
        raise RuleViolation(
            "QUA-4",
            _(
                "After an activation without an effective contract, activating is possible again from %(day)s."
            ),
            advice=_("An order that you draft and the buyer pays still restores the account at once."),
            day=locked,
        )


def _quiet_until(facts: Standing, policy: Policy) -> datetime:
    since = max(at for at in (facts.opened_at, facts.last_effective_at) if at is not None)
    return from_day(since, policy.quiet_days + 1)


@rule("QUA-1", "QUA-6")
def check_can_draft(qualification: str) -> None:
    """A suspended account may still draft (QUA-3); one that is terminated or not open may not."""
    if qualification == "terminated":
        raise RuleViolation("QUA-6", _("A terminated account takes no new orders."))
    if qualification == "not_open":
        raise RuleViolation("QUA-1", _("Trade Assurance is not open for this account."))


@rule("QUA-1")
def check_can_open(qualification: str) -> None:
    """Ops open an account once; a suspended or terminated one has ways of its own (QUA-3, QUA-4, QUA-5)."""
    if qualification != "not_open":
        raise RuleViolation("STA-1", _("Trade Assurance has already been opened for this account."))


@rule("QUA-1")
def check_lit(qualification: str) -> None:
    """Refuse a buyer's order with a seller whose lamp is out."""
    if qualification not in ("active", "temporary"):
        rule_id = "QUA-6" if qualification == "terminated" else "QUA-1"
        raise RuleViolation(
            rule_id,
            _("This supplier takes no Trade Assurance orders at present."),
            advice=_("Choose another supplier for this product."),
        )


@rule("ORD-1", "ORD-4")
def check_product(*, dispatch_days: int, tiers: Sequence[tuple[int, Money]]) -> None:
    """Refuse a product without a price, with a price for nothing, or one that takes too long to dispatch.

    `tiers` are (from this quantity on, price of one piece).
    """
    if not 1 <= dispatch_days <= 90:
        raise RuleViolation(
            "ORD-4", _("Dispatch takes 1 to 90 days after payment."), conflict=False, field="dispatch_days"
        )
    if not tiers:
        raise RuleViolation("ORD-1", _("Enter at least one price."), conflict=False, field="tiers")
    if any(quantity < 1 or price.amount <= 0 for quantity, price in tiers):
        raise RuleViolation(
            "ORD-1", _("Quantities start at 1 and prices are above zero."), conflict=False, field="tiers"
        )
    if len({quantity for quantity, _price in tiers}) != len(tiers):
        raise RuleViolation(
            "ORD-1", _("Each quantity can have one price only."), conflict=False, field="tiers"
        )


@rule("REC-2")
def taken_now(owed: Money, *, balance: Money) -> Money:
    """What a balance covers of what is owed, in USD; the rest stays an open debt."""
    return min(owed, balance)


@rule("PAY-4")
def check_withdraw(amount: Money, *, balance: Money) -> None:
    """Refuse taking out nothing or more than the balance holds."""
    if not balance.amount:
        raise RuleViolation(
            "PAY-4", _("The balance is zero: there is nothing to withdraw."), conflict=False, field="amount"
        )
    if amount.amount <= 0 or amount > balance:
        raise RuleViolation(
            "PAY-4",
            _("The balance is %(balance)s; a withdrawal takes between 0.01 and that."),
            conflict=False,
            field="amount",
            balance=balance,
        )


@rule("REC-2")
def check_deposit(amount: Money) -> None:
    """Refuse paying in nothing."""
    if amount.amount <= 0:
        raise RuleViolation("REC-2", _("Pay in an amount above zero."), conflict=False, field="amount")


@rule("MKT-3")
def check_campaign(first_day: date, last_day: date, *, today: date) -> None:
    """Refuse days in the wrong order, and a campaign that would be over before it is written down."""
    if not first_day <= last_day:
        raise RuleViolation(
            "MKT-3", _("A campaign ends on its first day or later."), conflict=False, field="last_day"
        )
    if last_day < today:
        raise RuleViolation("MKT-3", _("These days are already over."), conflict=False, field="last_day")


@rule("MKT-3")
def check_changeable(last_day: date, *, today: date) -> None:
    """Refuse to change a campaign that is over: what counted in it has counted."""
    if last_day < today:
        raise RuleViolation("MKT-3", _("The campaign is over and stays as it was."))
