"""Reading the ledger: balances, an account's statement, the chain of transfers behind an object."""

from collections.abc import Sequence

from django.db import connection, models
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from assurance.kernel.money import USD, Money, from_minor
from assurance.ledger.models import GUARDED, Account, AccountKind, Entry, Transfer


def balance(kind: AccountKind, owner_id: int = 0, currency: str = USD) -> Money:
    """What an account holds now. Unguarded accounts are summed from their entries."""
    account = Account.objects.filter(kind=kind, owner_id=owner_id, currency=currency).first()
    if account is None:
        return from_minor(0, currency)
    if kind in GUARDED:
        return from_minor(account.balance_minor, currency)
    total = account.entries.aggregate(total=Sum("amount_minor"))["total"]
    return from_minor(total or 0, currency)


def statement(kind: AccountKind, owner_id: int, currency: str = USD) -> QuerySet[Entry]:
    """An account's entries, newest first, each with its transfer."""
    return (
        Entry.objects.filter(account__kind=kind, account__owner_id=owner_id, account__currency=currency)
        .select_related("transfer", "account")
        .order_by("-id")
    )


def balances_after(account_id: int, balance: Money, entries: Sequence[Entry]) -> dict[int, Money]:
    """What the account held after each of these entries, by id: `balance` less all that came later.

    One query, that reads what is newer than the oldest of them.
    """
    if not entries:
        return {}
    later = Entry.objects.filter(account_id=account_id, pk__gt=min(entry.pk for entry in entries))
    sums = later.aggregate(
        **{f"after_{entry.pk}": Sum("amount_minor", filter=Q(pk__gt=entry.pk)) for entry in entries}
    )
    currency = balance.currency.code
    return {entry.pk: balance - from_minor(sums[f"after_{entry.pk}"] or 0, currency) for entry in entries}


def transfers_of(cause: str, cause_id: int) -> QuerySet[Transfer]:
    """All transfers that one object caused, in order, with their entries."""
    return (
        Transfer.objects.filter(cause=cause, cause_id=cause_id)
        .prefetch_related(models.Prefetch("entries", Entry.objects.select_related("account")))
        .order_by("id")
    )


def totals() -> list[tuple[str, str, int, int]]:
    """Kind, currency, how many accounts, and what they hold together in minor units: summed from the entries."""
    rows = (
        Account.objects.values_list("kind", "currency")
        .annotate(count=Count("pk", distinct=True), held=Coalesce(Sum("entries__amount_minor"), 0))
        .order_by("currency", "kind")
    )
    return [(kind, currency, count, held) for kind, currency, count, held in rows]


def faults() -> list[str]:
    """What would break MON-3, in words; empty when the books are in order."""
    checks = {
        "currency does not sum to zero": """
            SELECT a.currency FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
            GROUP BY 1 HAVING SUM(e.amount_minor) <> 0""",
        "balance is not the sum of its entries": """
            SELECT a.kind || ':' || a.owner_id FROM ledger_account a
            LEFT JOIN ledger_entry e ON e.account_id = a.id
            WHERE a.kind IN ('order', 'seller', 'returns')
            GROUP BY a.id HAVING a.balance_minor <> COALESCE(SUM(e.amount_minor), 0)""",
        "transfer names no rule": "SELECT reference FROM ledger_transfer WHERE rule = ''",
        "transfer does not balance": """
            SELECT t.reference FROM ledger_transfer t JOIN ledger_entry e ON e.transfer_id = t.id
            JOIN ledger_account a ON a.id = e.account_id
            GROUP BY t.id, a.currency HAVING SUM(e.amount_minor) <> 0""",
    }
    found: list[str] = []
    with connection.cursor() as cursor:
        for what, sql in checks.items():
            cursor.execute(sql)
            found += [f"{what}: {row[0]}" for row in cursor.fetchall()]
    return found
