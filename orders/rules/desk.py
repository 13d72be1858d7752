"""What may be put away, and which orders can be borrowed on (ORD-9)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import Money, from_minor
from assurance.kernel.rules import RuleViolation, rule
from orders.rules import lifecycle

DELETABLE = frozenset({lifecycle.DRAFT, lifecycle.CLOSED})
# An order is lent on while its contract is effective and its money still to come to the seller.
LENT_ON = frozenset(
    {
        lifecycle.INITIAL_SHORT,
        lifecycle.INITIAL_TO_CONFIRM,
        lifecycle.AWAITING_DISPATCH,
        lifecycle.PARTLY_DISPATCHED,
        lifecycle.AWAITING_RECEIPT,
    }
)
LOAN_LEAST, LOAN_MOST = from_minor(1_000_00), from_minor(100_000_00)


@rule("ORD-9")
def check_deletable(state: str) -> None:
    """Only drafts and closed orders leave a list: the others still need somebody."""
    if state not in DELETABLE:
        raise RuleViolation(
            "ORD-9",
            _("Only drafts and closed orders can be deleted; this one is “%(state)s”."),
            state=lifecycle.STATE_NAMES[state],
        )


@dataclass(frozen=True)
class Borrowing:
    """What decides whether a seller can borrow on an order."""

    lit: bool
    state: str
    effective_at: datetime | None
    disputed: bool
    refunded: bool
    total: Money


@rule("ORD-9", traced=False)
def can_borrow(known: Borrowing) -> bool:
    """Loan-eligible: effective, unfinished, undisputed, nothing refunded, USD 1,000 to 100,000, the lamp lit."""
    return (
        known.lit
        and known.effective_at is not None
        and known.state in LENT_ON
        and not known.disputed
        and not known.refunded
        and LOAN_LEAST <= known.total <= LOAN_MOST
    )
