"""Bank statements: a file is read and kept, looked at, and then taken in line by line (PAY-2)."""

import hashlib
from collections import Counter
from datetime import datetime

from django.db import transaction

from assurance.kernel import events
from assurance.kernel.days import start_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import to_minor
from orders.models import BankLine, BankStatement
from orders.queries.accounts import accounts
from orders.queries.bank import Judged, judged, lines_of
from orders.rules.bank import files, matching
from orders.rules.bank.lines import Line
from orders.services import bank, bank_money
from orders.services.elapse import locked


@transaction.atomic
def upload(*, name: str, data: bytes, at: datetime, actor: Actor = PLATFORM) -> tuple[BankStatement, bool]:
    """Read a file and keep what it says; whether it is new. Nothing counts yet. UnreadableError.

    The same bytes again are the same statement, whatever the file is called.
    """
    if len(data) > files.MOST_BYTES:
        raise files.too_large()
    digest = hashlib.sha256(data).hexdigest()
    known = BankStatement.objects.filter(digest=digest).first()
    if known is not None:
        return known, False
    kind, parts = files.read(data, [account.packed for account in accounts()])
    statement, is_new = BankStatement.objects.get_or_create(
        digest=digest,
        defaults={
            "name": name[:200],
            "size": len(data),
            "format": kind,
            "parts": [part.as_json() for part in parts],
            "lines": [line.as_json() for part in parts for line in part.lines],
            "uploaded_by_id": actor.user_id,
            "uploaded_at": at,
        },
    )
    if is_new:
        events.record(
            "statement", statement.pk, "uploaded", at=at, actor=actor, rules=("PAY-2",), name=name[:200]
        )
    return statement, is_new


def take_in(*, statement_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> BankStatement:
    """Let the statement's money count: what fits exactly is associated, the rest waits for a person.

    Each line has its own transaction, so that a long file holds no order for long. A line that is known
    already, from this file or another one, is left alone; so a run that was broken off is simply repeated.
    """
    statement = BankStatement.objects.get(pk=statement_id)
    if statement.taken_at is not None:
        return statement
    for found in judged(lines_of(statement), at, statement.pk):
        if found.code not in matching.IGNORED:
            _take(found, statement, at, actor)
    return _finish(statement_id, reason, at, actor)


@transaction.atomic
def _take(found: Judged, statement: BankStatement, at: datetime, actor: Actor) -> None:
    """One line. Its order is locked before it is judged for good."""
    order = locked(found.order.pk, at) if found.order is not None else None
    if order is not None:
        found = judged([found.line], at, statement.pk)[0]
    if found.code in matching.IGNORED:
        return
    is_orders = found.code in matching.OF_AN_ORDER
    line, is_new = BankLine.objects.get_or_create(
        bank_reference=found.line.key,
        defaults=_columns(found.line, at)
        | {"statement": statement, "why": found.code, "order": order if is_orders else None},
    )
    if not is_new or order is None or not is_orders:
        return
    if found.code == matching.CLOSED:
        bank_money.mark_for_return(line, order, at)
    elif found.code == matching.EXACT:
        bank.associate(order_id=order.pk, at=at, actor=actor)
    else:
        bank.waits(order, line, at, actor)


def _columns(line: Line, at: datetime) -> dict[str, object]:
    return {
        "account": line.account,
        "payer": line.payer,
        "reference": line.text,
        "currency": line.amount.currency.code,
        "amount_minor": to_minor(line.amount),
        # The bank's day, in the platform's zone; never later than now.
        "arrived_at": min(start_of(line.day), at),
    }


@transaction.atomic
def _finish(statement_id: int, reason: str, at: datetime, actor: Actor) -> BankStatement:
    statement = BankStatement.objects.select_for_update().get(pk=statement_id)
    if statement.taken_at is not None:
        return statement
    statement.taken_at, statement.taken_by_id = at, actor.user_id
    statement.counts = dict(Counter(_outcomes(statement)))
    statement.save(update_fields=["taken_at", "taken_by", "counts"])
    events.record("statement", statement.pk, "taken_in", at=at, actor=actor, rules=("PAY-2",), reason=reason)
    return statement


def _outcomes(statement: BankStatement) -> list[str]:
    mine = dict(BankLine.objects.filter(statement=statement).values_list("bank_reference", "why"))
    found = []
    for line in lines_of(statement):
        if not line.is_credit:
            found.append(matching.TAKEN_BACK if line.taken_back else matching.DEBIT)
        else:
            found.append(mine.get(line.key, matching.KNOWN))
    return found
