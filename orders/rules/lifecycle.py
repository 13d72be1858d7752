"""The states of an order, which verbs they allow, and what the clock alone does to them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import after, day_of, end_of, plus
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule
from orders.rules.guarantees import named_later

DRAFT = "draft"
AWAITING_SUPPLIER = "awaiting_supplier"
AWAITING_BUYER = "awaiting_buyer"
AWAITING_PAYMENT = "awaiting_payment"
INITIAL_SHORT = "initial_payment_short"
INITIAL_TO_CONFIRM = "initial_payment_to_confirm"
AWAITING_DISPATCH = "awaiting_dispatch"
PARTLY_DISPATCHED = "partly_dispatched"
AWAITING_RECEIPT = "awaiting_receipt"
COMPLETED = "completed"
CLOSED = "closed"

TO_DISPATCH = (AWAITING_DISPATCH, PARTLY_DISPATCHED)

# What closes when nobody goes on with it (ORD-3).
LEFT_ALONE = frozenset({AWAITING_SUPPLIER, AWAITING_BUYER, AWAITING_PAYMENT})

UNANSWERED, UNPAID = "unanswered", "unpaid"

# One of the two sides has not said yes (ORD-1): nobody owes anything, and no money counts.
NOT_AGREED = frozenset({DRAFT, AWAITING_SUPPLIER, AWAITING_BUYER})
_UNPAID_STATES = NOT_AGREED | {AWAITING_PAYMENT}
_PAID_STATES = frozenset(
    {
        INITIAL_SHORT,
        INITIAL_TO_CONFIRM,
        AWAITING_DISPATCH,
        PARTLY_DISPATCHED,
        AWAITING_RECEIPT,
        COMPLETED,
    }
)

# Which states allow a verb (ORD-2, STA-1). Whoever may use it is checked apart.
ALLOWED: dict[str, frozenset[str]] = {
    "edit": NOT_AGREED,
    "confirm_supplier": frozenset({AWAITING_SUPPLIER}),
    "confirm_buyer": frozenset({AWAITING_BUYER}),
    "decline_supplier": frozenset({AWAITING_SUPPLIER}),
    "decline_buyer": frozenset({AWAITING_BUYER}),
    "cancel": _UNPAID_STATES,
    "pay": frozenset({AWAITING_PAYMENT}) | _PAID_STATES,
    "accept_short": frozenset({INITIAL_TO_CONFIRM, INITIAL_SHORT}),
    "ask_rest": frozenset({INITIAL_TO_CONFIRM}),
    "dispatch": frozenset({AWAITING_DISPATCH, PARTLY_DISPATCHED}),
    "number": frozenset({PARTLY_DISPATCHED, AWAITING_RECEIPT, COMPLETED}),
    "receive": frozenset({AWAITING_RECEIPT}),
    "extend": frozenset({AWAITING_RECEIPT}),
    "address": frozenset({AWAITING_SUPPLIER, AWAITING_BUYER, AWAITING_PAYMENT}) | _PAID_STATES,
    "propose": frozenset({AWAITING_DISPATCH, PARTLY_DISPATCHED, INITIAL_SHORT, INITIAL_TO_CONFIRM}),
    "refund": _PAID_STATES,
    "exempt": _UNPAID_STATES | _PAID_STATES,
    "review": frozenset({COMPLETED}),
}


@rule("STA-1", "ORD-2")
def check_allows(state: str, verb: str) -> None:
    """Refuse a verb that the order's state does not allow."""
    if state not in ALLOWED[verb]:
        raise RuleViolation(
            "STA-1",
            _("This is not possible while the order is “%(state)s”."),
            advice=_("Reload the page to see what can be done now."),
            state=STATE_NAMES[state],
        )


STATE_NAMES = {
    DRAFT: _("Draft"),
    AWAITING_SUPPLIER: _("Awaiting the supplier"),
    AWAITING_BUYER: _("Awaiting the buyer"),
    AWAITING_PAYMENT: _("Awaiting payment"),
    INITIAL_SHORT: _("Initial payment short"),
    INITIAL_TO_CONFIRM: _("Initial payment to confirm"),
    AWAITING_DISPATCH: _("Awaiting dispatch"),
    PARTLY_DISPATCHED: _("Partly dispatched"),
    AWAITING_RECEIPT: _("Awaiting receipt"),
    COMPLETED: _("Completed"),
    CLOSED: _("Closed"),
}


@rule("ORD-1")
def first_state(*, by_seller: bool, all_rts: bool, sent: bool = True) -> str:
    """Where an order begins: a draft with its seller until it is sent, then with the buyer; a buyer's order

    with the supplier, or at its payment when all goods are Ready to Ship.
    """
    if by_seller:
        return AWAITING_BUYER if sent else DRAFT
    return AWAITING_PAYMENT if all_rts else AWAITING_SUPPLIER


@dataclass(frozen=True)
class Funds:
    """The money on an order, in its currency: agreed, and received as cash and by coupon."""

    total: Money
    initial: Money | None
    paid: Money
    short_accepted: bool = False
    rest_asked: bool = False

    @property
    def initial_met(self) -> bool:
        return self.paid.amount > 0 and (self.short_accepted or self.paid >= (self.initial or self.total))

    @property
    def full(self) -> bool:
        return self.paid >= self.total

    @property
    def outstanding(self) -> Money:
        return max(self.total - self.paid, Money(0, self.total.currency))


@rule("PAY-1", "PAY-2")
def due_now(funds: Funds) -> Money:
    """What is to be paid next: the rest of the initial payment, then the balance."""
    if funds.initial is None or funds.initial_met:
        return funds.outstanding
    return funds.initial - funds.paid


@rule("PAY-1")
def check_part(cash: Money, *, most: Money) -> None:
    """Refuse to pay nothing, or more than is left of the contract beside a coupon's part."""
    if cash.currency != most.currency or not 0 < cash.amount <= most.amount:
        raise RuleViolation(
            "PAY-1",
            _("Pay between %(least)s and %(most)s."),
            conflict=False,
            field="amount",
            least=from_minor(1, most.currency.code),
            most=most,
        )


@rule("PAY-1", "PAY-2")
def check_arrived(amount: Money) -> None:
    """Refuse a transfer that brings nothing."""
    if amount.amount <= 0:
        raise RuleViolation("PAY-1", _("A transfer brings more than zero."), conflict=False, field="amount")


IN_FULL, MET, SHORT = "in_full", "met", "short"


@rule("PAY-1", "PAY-2")
def outcome(funds: Funds, more: Money) -> tuple[str, Money]:
    """What a payment, its coupon's part included, would make of the order, and what is missing then.

    Paid in full: nothing; what was due met: the balance; short: the rest of what was due.
    """
    then = replace(funds, paid=funds.paid + more)
    if then.full:
        return IN_FULL, then.outstanding
    return (MET, then.outstanding) if then.initial_met else (SHORT, due_now(then))


@rule("PAY-2", "PAY-3")
def counted(cash: Money, *, coupon: Money, outstanding: Money) -> tuple[Money, Money]:
    """What arriving cash counts beside its coupon's part, and what is beyond the contract and goes back."""
    excess = max(cash + coupon - outstanding, cash * 0)
    return cash - excess, excess


@rule("PAY-2", "ORD-2")
def paid_state(funds: Funds, *, submitted: bool, any_parcel: bool, received: bool) -> str:
    """The state of an order that has money on it. An order whose last parcel is submitted awaits receipt."""
    if received:
        return COMPLETED
    if not funds.initial_met:
        return INITIAL_SHORT if funds.rest_asked else INITIAL_TO_CONFIRM
    if submitted:
        return AWAITING_RECEIPT
    return PARTLY_DISPATCHED if any_parcel else AWAITING_DISPATCH


@rule("ORD-3")
def closes_at(
    state: str, since: datetime, *, discount_since: datetime | None, policy: Policy
) -> tuple[datetime, str] | None:
    """When an order left alone closes, and why; None if its state never does. Drafts stay.

    The seven days of a discount run only while payment is awaited, from the later of the two.
    """
    if state in (AWAITING_SUPPLIER, AWAITING_BUYER):
        return after(since, policy.unanswered_days), UNANSWERED
    if state != AWAITING_PAYMENT:
        return None
    limit = after(since, policy.unpaid_days)
    if discount_since is not None:
        limit = min(limit, after(max(discount_since, since), policy.unpaid_discount_days))
    return limit, UNPAID


@rule("ORD-8")
def receipt_due(dispatched_on: datetime, *, mode: str, extensions: int, policy: Policy) -> datetime:
    """When receipt is taken as given: n days after dispatch by mode, and 15 for each extension."""
    days = policy.receipt_days[mode] + extensions * policy.extension_days
    return end_of(plus(day_of(dispatched_on), days))


@rule("ORD-8")
def provisional_dispatch(
    submitted: datetime, scans: list[tuple[datetime, datetime | None]], hours: int
) -> datetime:
    """The dispatch time that stands if nothing more is learnt: each parcel's scan if it counts, else its submission.

    Not before an old parcel was named the last one: until then the buyer waits for more.
    """
    limit = timedelta(hours=hours)
    times = [scan if scan is not None and scan - sent <= limit else sent for sent, scan in scans]
    if named_later(submitted, [sent for sent, _scan in scans]):
        times.append(submitted)
    return max(times, default=submitted)
