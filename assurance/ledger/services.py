"""Posting transfers. The only writer of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from assurance.kernel import clock
from assurance.kernel.money import USD, Money, from_minor, to_minor
from assurance.kernel.rulebook import TITLES
from assurance.kernel.rules import rule as decides
from assurance.ledger.models import Account, AccountKind


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


_LEGS = """
    leg AS (
        SELECT * FROM unnest(%(kinds)s::varchar[], %(owners)s::bigint[], %(currencies)s::varchar[],
            %(amounts)s::bigint[]) WITH ORDINALITY AS leg (kind, owner_id, currency, amount_minor, place)),
    known AS (
        SELECT id, kind, owner_id, currency FROM ledger_account
        WHERE (kind, owner_id, currency) IN (SELECT kind, owner_id, currency FROM leg))
"""

# Accounts are found or opened, and the transfer written with its entries, in one round trip. It answers the
# transfer and which legs it has written: an account that somebody else opened at the same moment cannot be seen
# yet. Nothing is locked for that, since locks taken in passing could wait for one another in a circle.
_POST = f"""
    WITH {_LEGS},
    opened AS (
        INSERT INTO ledger_account (kind, owner_id, currency, balance_minor)
        SELECT kind, owner_id, currency, 0 FROM leg
        WHERE NOT EXISTS (SELECT FROM known WHERE (known.kind, known.owner_id, known.currency)
            = (leg.kind, leg.owner_id, leg.currency))
        GROUP BY kind, owner_id, currency ORDER BY kind, owner_id, currency
        ON CONFLICT (kind, owner_id, currency) DO NOTHING
        RETURNING id, kind, owner_id, currency),
    posted AS (
        INSERT INTO ledger_transfer (what, rule, cause, cause_id, happened_at, recorded_at, reference)
        VALUES (%(what)s, %(rule)s, %(cause)s, %(cause_id)s, %(at)s, %(now)s, %(reference)s) RETURNING id),
    found AS (
        SELECT account.id, leg.amount_minor, leg.place
        FROM leg JOIN (TABLE known UNION ALL TABLE opened) AS account USING (kind, owner_id, currency)),
    written AS (
        INSERT INTO ledger_entry (transfer_id, account_id, amount_minor)
        SELECT posted.id, found.id, found.amount_minor FROM posted, found ORDER BY found.place)
    SELECT posted.id, ARRAY(SELECT place FROM found) FROM posted
"""  # noqa: S608 - no value of anybody's in it

# The legs that were left, once the accounts that others opened can be seen.
_REST = f"""
    WITH {_LEGS}
    INSERT INTO ledger_entry (transfer_id, account_id, amount_minor)
    SELECT %(transfer)s, known.id, leg.amount_minor FROM leg JOIN known USING (kind, owner_id, currency)
    WHERE leg.place <> ALL(%(written)s::bigint[]) ORDER BY leg.place
"""  # noqa: S608


@decides("MON-3")
def post(
    *,
    what: str,
    rule: str,
    cause: tuple[str, int],
    at: datetime,
    reference: str,
    legs: Iterable[tuple[Holder, Money]],
) -> None:
    """Post one balanced transfer inside the caller's transaction (MON-3).

    `reference` is unique for ever: posting it twice is an IntegrityError, so a repeated act that
    got past its own check still cannot move money twice. Legs of zero are left out.
    """
    if rule not in TITLES:
        raise ValueError(f"not in the rulebook: {rule}")
    moved = [(holder, money) for holder, money in legs if money.amount]
    values: dict[str, Any] = {
        "kinds": [str(holder.kind) for holder, _money in moved],
        "owners": [holder.owner_id for holder, _money in moved],
        "currencies": [money.currency.code for _holder, money in moved],
        "amounts": [to_minor(money) for _holder, money in moved],
        "what": what,
        "rule": rule,
        "cause": cause[0],
        "cause_id": cause[1],
        "at": at,
        "now": clock.now(),
        "reference": reference,
    }
    with connection.cursor() as cursor:
        cursor.execute(_POST, values)
        transfer, written = cursor.fetchone()
        if len(written) < len(moved):
            cursor.execute(_REST, {**values, "transfer": transfer, "written": written})


_LOCK = """
    SELECT balance_minor FROM ledger_account
    WHERE kind = %(kind)s AND owner_id = %(owner_id)s AND currency = %(currency)s FOR UPDATE
"""


def lock_balance(holder: Holder, currency: str = USD) -> Money:
    """Lock a guarded account until the transaction ends and return what it holds."""
    key: dict[str, Any] = {"kind": str(holder.kind), "owner_id": holder.owner_id, "currency": currency}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, key)
        found = cursor.fetchone()
        if found is None:
            Account.objects.bulk_create([Account(**key)], ignore_conflicts=True)
            cursor.execute(_LOCK, key)
            found = cursor.fetchone()
    return from_minor(found[0], currency)


def exchanged(money: Money, other: Money) -> list[tuple[Holder, Money]]:
    """The two legs through which an amount becomes another currency; none within one currency."""
    if money.currency == other.currency:
        return []
    return [(EXCHANGE, money), (EXCHANGE, -other)]
