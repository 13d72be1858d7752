"""A seller's balance and debts, in USD.

Lock: the seller's ledger account. Every function here takes it before it reads balance or debts, so
two movements of one seller's money follow each other.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor, to_text
from assurance.ledger import services as ledger
from assurance.ledger.services import ADVANCES, COUPONS, OUTSIDE, Holder
from sellers import rules
from sellers.models import Debt

# Who stood in for the seller and gets the money when a debt is paid, by the rule that made the debt.
_STOOD_IN = {"REC-1": COUPONS, "PAY-4": ADVANCES}

Leg = tuple[Holder, Money]


def lock(*seller_ids: int) -> None:
    """Lock several sellers' accounts in one order, before money moves between more than one of them."""
    for seller_id in sorted(set(seller_ids)):
        ledger.lock_balance(ledger.seller(seller_id))


def credit(
    *,
    seller_id: int,
    amount: Money,
    paid_by: Sequence[Leg],
    what: str,
    rule: str,
    cause: tuple[str, int],
    reference: str,
    at: datetime,
) -> None:
    """Put USD into a balance, then take open debts from it, oldest first (REC-2).

    `paid_by` are the other legs of the transfer. Inside the caller's transaction.
    """
    account = ledger.seller(seller_id)
    balance = ledger.lock_balance(account)
    ledger.post(
        what=what,
        rule=rule,
        cause=cause,
        at=at,
        reference=reference,
        legs=[*paid_by, (account, amount)],
    )
    _pay_debts(seller_id, balance + amount, at)


def owe(
    *,
    seller_id: int,
    amount: Money,
    rule: str,
    cause: tuple[str, int],
    what: str,
    at: datetime,
    paid_to: Sequence[Leg] = (),
) -> Debt:
    """Take what a seller owes from the balance; what it lacks becomes an open debt (REC-2).

    With `paid_to` the whole amount goes there now and the platform stands in for what is open (a refund,
    PAY-4). Without, only what is taken moves, to the account that has already paid (a recovery, REC-1).
    """
    account = ledger.seller(seller_id)
    taken = rules.taken_now(amount, balance=ledger.lock_balance(account))
    rest = amount - taken
    debt = Debt.objects.create(
        seller_id=seller_id,
        rule=rule,
        cause=cause[0],
        cause_id=cause[1],
        since=at,
        amount_minor=to_minor(amount),
        taken_minor=to_minor(taken),
        open_minor=to_minor(rest),
    )
    stood_in = _STOOD_IN[rule]
    legs = (
        [(account, -taken), (stood_in, -rest), *paid_to]
        if paid_to
        else [(account, -taken), (stood_in, taken)]
    )
    if paid_to or taken.amount:
        ledger.post(what=what, rule=rule, cause=cause, at=at, reference=f"{what}:{cause[1]}", legs=legs)
    return debt


def let_go(*, debt_id: int, rule: str, what: str, at: datetime) -> None:
    """Undo a debt: what was taken goes back as a credit, what is open is cancelled (REC-3)."""
    peek = Debt.objects.get(pk=debt_id)
    ledger.lock_balance(ledger.seller(peek.seller_id))
    debt = Debt.objects.get(pk=debt_id)
    taken = debt.taken
    debt.taken_minor = debt.open_minor = 0
    debt.save(update_fields=["taken_minor", "open_minor"])
    if taken.amount:
        credit(
            seller_id=debt.seller_id,
            amount=taken,
            paid_by=[(_STOOD_IN[debt.rule], -taken)],
            what=what,
            rule=rule,
            cause=(debt.cause, debt.cause_id),
            reference=f"{what}:{debt.cause_id}",
            at=at,
        )


@transaction.atomic
def deposit(*, seller_id: int, amount: Money, reference: str, at: datetime, actor: Actor = PLATFORM) -> None:
    """Money that a seller pays into the balance from outside; debts are taken from it first."""
    rules.check_deposit(amount)
    event = events.record(
        "seller", seller_id, "deposited", at=at, actor=actor, rules=("REC-2",), amount=to_text(amount)
    )
    credit(
        seller_id=seller_id,
        amount=amount,
        paid_by=[(OUTSIDE, -amount)],
        what="deposit",
        rule="REC-2",
        cause=("seller", seller_id),
        reference=f"deposit:{reference or event.pk}",
        at=at,
    )


@transaction.atomic
def withdraw(
    *,
    seller_id: int,
    amount: Money,
    reference: str,
    at: datetime,
    actor: Actor = PLATFORM,
    to: str = "",
) -> None:
    """Pay a seller's money out; refused PAY-4 beyond the balance. `to` names the account for the record."""
    account = ledger.seller(seller_id)
    rules.check_withdraw(amount, balance=ledger.lock_balance(account))
    event = events.record(
        "seller", seller_id, "withdrew", at=at, actor=actor, rules=("PAY-4",), amount=to_text(amount), to=to
    )
    ledger.post(
        what="withdrawal",
        rule="PAY-4",
        cause=("seller", seller_id),
        at=at,
        reference=f"withdrawal:{reference or event.pk}",
        legs=[(account, -amount), (OUTSIDE, amount)],
    )


def _pay_debts(seller_id: int, balance: Money, at: datetime) -> None:
    for debt in Debt.objects.filter(seller_id=seller_id, open_minor__gt=0).order_by("since", "id"):
        taken = rules.taken_now(debt.open, balance=balance)
        if not taken.amount:
            return
        balance -= taken
        debt.taken_minor += to_minor(taken)
        debt.open_minor -= to_minor(taken)
        debt.save(update_fields=["taken_minor", "open_minor"])
        ledger.post(
            what="debt_paid",
            rule="REC-2",
            cause=(debt.cause, debt.cause_id),
            at=at,
            reference=f"debt:{debt.pk}:{debt.taken_minor}",
            legs=[(ledger.seller(seller_id), -taken), (_STOOD_IN[debt.rule], taken)],
        )
