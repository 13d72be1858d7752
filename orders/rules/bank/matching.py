"""What a statement line is for, and what becomes of it when its statement is taken in (PAY-2, ORD-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assurance.kernel.money import Money
from assurance.kernel.rules import rule
from orders.rules.bank.lines import Line
from orders.rules.bank.reference import Quoted

# Of an order: associated at once, left to the seller's associate funds, sent back, kept until both sides agree.
EXACT, AMOUNT, CLOSED, NOT_AGREED = "exact", "amount", "closed", "not_agreed"
# Unclear: a person assigns it or sends it back.
NO_REFERENCE, BROKEN, NUMBER, UNKNOWN, SEVERAL = "none", "broken", "number", "unknown", "several"
CURRENCY, REPEAT = "currency", "repeat"
# Not money that arrived: what is known already, what left the account, and an earlier credit that the bank reversed.
KNOWN, DEBIT, TAKEN_BACK = "known", "debit", "taken_back"

# What all that waits for an order comes to, beside EXACT.
SHORT, MORE, EXCESS = "short", "more", "excess"

OF_AN_ORDER = (EXACT, AMOUNT, CLOSED, NOT_AGREED)
UNCLEAR = (NO_REFERENCE, BROKEN, NUMBER, UNKNOWN, SEVERAL, CURRENCY, REPEAT)
IGNORED = (KNOWN, DEBIT)
STORED = (*OF_AN_ORDER, *UNCLEAR)


@dataclass(frozen=True)
class Earlier:
    """Money of another statement that already stands on an order."""

    day: date
    bank_reference: str
    amount: Money


@dataclass(frozen=True)
class Awaits:
    """The order that a reference names: `due` and `outstanding` are cash, less what its coupon pays.

    `waiting` is what stands on the statement and is not yet associated; `may_pay` says that its state takes money.
    """

    due: Money
    outstanding: Money
    waiting: Money
    is_closed: bool
    may_pay: bool
    earlier: Sequence[Earlier] = ()


@rule("PAY-2", "ORD-3", "ORD-1")
def judge(line: Line, quoted: Quoted, order: Awaits | None, *, is_known: bool) -> str:
    """One of the codes above. `order` is the one that a valid reference names, if there is one."""
    if not line.is_credit:
        return TAKEN_BACK if line.taken_back else DEBIT
    if is_known:
        return KNOWN
    if line.taken_back:
        return NO_REFERENCE
    if len(quoted.orders) != 1:
        return _without_order(quoted)
    if order is None:
        return UNKNOWN
    if line.amount.currency != order.due.currency:
        return CURRENCY
    fits = not order.is_closed and order.may_pay and _fits(line.amount, order)
    if any(_may_repeat(line, before, fits=fits) for before in order.earlier):
        return REPEAT
    if order.is_closed:
        return CLOSED
    if not order.may_pay:
        return NOT_AGREED
    return EXACT if fits else AMOUNT


@rule("PAY-2")
def compared(order: Awaits) -> tuple[str, Money]:
    """What the money that waits comes to once it is associated, and by how much it differs.

    EXACT: what is due now, or all that is left. SHORT of what is due, MORE than that and toward the balance, or
    EXCESS, beyond the contract, which goes back.
    """
    if order.waiting in (order.due, order.outstanding):
        return EXACT, order.waiting * 0
    if order.waiting > order.outstanding:
        return EXCESS, order.waiting - order.outstanding
    if order.waiting > order.due:
        return MORE, order.waiting - order.due
    return SHORT, order.due - order.waiting


def _without_order(quoted: Quoted) -> str:
    if quoted.orders:
        return SEVERAL
    if quoted.numbers:
        return NUMBER
    return BROKEN if quoted.is_broken else NO_REFERENCE


def _fits(amount: Money, order: Awaits) -> bool:
    """With what already waits it is just what is due now, or all that is left."""
    together = order.waiting + amount
    return together.amount > 0 and together in (order.due, order.outstanding)


def _may_repeat(line: Line, before: Earlier, *, fits: bool) -> bool:
    """The same amount for the same order once more: perhaps the same payment in a file that was changed.

    Only where it is just what is still due, came on another day and under another reference of the bank
    it is certainly new (two equal halves); else a person looks.
    """
    if line.amount != before.amount:
        return False
    is_other = line.day != before.day and line.bank_reference != before.bank_reference
    return not (fits and is_other and line.bank_reference)
