"""Posting transfers. The only writer of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from assurance.kernel import clock
from assurance.kernel.money import USD, Money, to_minor
from assurance.kernel.rulebook import TITLES
from assurance.kernel.rules import rule as decides
from assurance.ledger.models import Account, AccountKind, Entry, Transfer


@dataclass(frozen=True)
class Holder:
    """Names an account; it is opened by the first transfer that uses it."""

    kind: AccountKind
    owner_id: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.owner_id}"


GATEWAY = Holder(AccountKind.GATEWAY)
BANK = Holder(AccountKind.BANK)
OUTSIDE = Holder(AccountKind.OUTSIDE)
SERVICE_FEE = Holder(AccountKind.SERVICE_FEE)
METHOD_FEE = Holder(AccountKind.METHOD_FEE)
COUPONS = Holder(AccountKind.COUPONS)
ADVANCES = Holder(AccountKind.ADVANCES)
EXCHANGE = Holder(AccountKind.EXCHANGE)
RETURNS = Holder(AccountKind.RETURNS)


def held(order_id: int) -> Holder:
    """The money held for an order (PAY-4)."""
    return Holder(AccountKind.ORDER, order_id)


def seller(seller_id: int) -> Holder:
    """A seller's balance, in USD (MON-2)."""
    return Holder(AccountKind.SELLER, seller_id)


@decides("MON-3")
def post(
    *,
    what: str,
    rule: str,
    cause: tuple[str, int],
    at: datetime,
    reference: str,
    legs: Iterable[tuple[Holder, Money]],
) -> Transfer:
    """Post one balanced transfer inside the caller's transaction (MON-3).

    `reference` is unique for ever: posting it twice is an IntegrityError, so a repeated act that
    got past its own check still cannot move money twice. Legs of zero are left out.
    """
    if rule not in TITLES:
        raise ValueError(f"not in the rulebook: {rule}")
    amounts = [(holder, money.currency.code, to_minor(money)) for holder, money in legs if money.amount]
    accounts = _accounts({(holder, currency) for holder, currency, _ in amounts})
    transfer = Transfer.objects.create(
        what=what,
        rule=rule,
        cause=cause[0],
        cause_id=cause[1],
        happened_at=at,
        recorded_at=clock.now(),
        reference=reference,
    )
    Entry.objects.bulk_create(
        Entry(transfer=transfer, account_id=accounts[holder, currency], amount_minor=minor)
        for holder, currency, minor in amounts
    )
    return transfer


def lock_balance(holder: Holder, currency: str = USD) -> Money:
    """Lock a guarded account until the transaction ends and return what it holds."""
    mine = Account.objects.select_for_update().filter(
        kind=holder.kind, owner_id=holder.owner_id, currency=currency
    )
    account = mine.first()
    if account is None:
        _accounts({(holder, currency)})
        account = mine.get()
    return account.balance


def exchanged(money: Money, other: Money) -> list[tuple[Holder, Money]]:
    """The two legs through which an amount becomes another currency; none within one currency."""
    if money.currency == other.currency:
        return []
    return [(EXCHANGE, money), (EXCHANGE, -other)]


def _accounts(wanted: set[tuple[Holder, str]]) -> dict[tuple[Holder, str], int]:
    found = _find(wanted)
    missing = wanted - set(found)
    if missing:
        Account.objects.bulk_create(
            [Account(kind=h.kind, owner_id=h.owner_id, currency=currency) for h, currency in missing],
            ignore_conflicts=True,
        )
        found = _find(wanted)
    return found


def _find(wanted: set[tuple[Holder, str]]) -> dict[tuple[Holder, str], int]:
    match = Q()
    for holder, currency in wanted:
        match |= Q(kind=holder.kind, owner_id=holder.owner_id, currency=currency)
    return {
        (Holder(AccountKind(a.kind), a.owner_id), a.currency): a.pk for a in Account.objects.filter(match)
    }
