"""Bank statements: a file is read and kept, looked at, and then taken in or discarded (PAY-2)."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from orders.models import BankStatement, StatementState
from orders.queries.accounts import accounts
from orders.rules.bank import files

_UNDER_WAY = (StatementState.TAKING, StatementState.TAKEN)


@transaction.atomic
def upload(*, name: str, data: bytes, at: datetime, actor: Actor = PLATFORM) -> tuple[BankStatement, bool]:
    """Read a file and keep what it says; whether there is anything new to look at. UnreadableError.

    Nothing counts yet. The same bytes again are the same statement, whatever the file is called; one that was
    discarded is to be taken in again.
    """
    if len(data) > files.MOST_BYTES:
        raise files.too_large()
    digest = hashlib.sha256(data).hexdigest()
    known = BankStatement.objects.filter(digest=digest).first()
    if known is not None:
        return _brought_back(known.pk, name, at, actor)
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
        _record(statement, "uploaded", at, actor, name=name[:200])
    return statement, is_new


@transaction.atomic
def take_in(*, statement_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> BankStatement:
    """Ask for the statement to be taken in; its money counts from now. `orders.services.intake` does it.

    Refused STA-1 if it was discarded. Asked for again it changes nothing, or goes on where it broke off.
    """
    statement = _locked(statement_id)
    if statement.state in _UNDER_WAY:
        return statement
    if statement.state == StatementState.DISCARDED:
        raise RuleViolation(
            "STA-1",
            _("This statement was discarded."),
            advice=_("Upload the file again if it is to count after all."),
        )
    statement.state, statement.tries, statement.seen_at = StatementState.TAKING, 0, None
    statement.taken_at, statement.taken_by_id = at, actor.user_id
    statement.save(update_fields=["state", "tries", "seen_at", "taken_at", "taken_by"])
    _record(statement, "asked", at, actor, reason=reason)
    return statement


@transaction.atomic
def discard(*, statement_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> BankStatement:
    """Put aside a statement that was looked at and is not wanted. Refused STA-1 once its money was asked for.

    Repeating it changes nothing.
    """
    statement = _locked(statement_id)
    if statement.state == StatementState.DISCARDED:
        return statement
    if statement.state != StatementState.UPLOADED:
        raise RuleViolation(
            "STA-1",
            _("This statement is taken in, or it is being taken in: its money counts."),
            advice=_("Deal with its lines one by one: mark for return what is not wanted."),
        )
    statement.state, statement.discarded_at = StatementState.DISCARDED, at
    statement.discarded_by_id = actor.user_id
    statement.save(update_fields=["state", "discarded_at", "discarded_by"])
    _record(statement, "discarded", at, actor, reason=reason)
    return statement


def _brought_back(statement_id: int, name: str, at: datetime, actor: Actor) -> tuple[BankStatement, bool]:
    """A known file that came once more: whether it had been discarded and is there again."""
    statement = _locked(statement_id)
    if statement.state != StatementState.DISCARDED:
        return statement, False
    statement.state, statement.discarded_at, statement.discarded_by = StatementState.UPLOADED, None, None
    statement.save(update_fields=["state", "discarded_at", "discarded_by"])
    _record(statement, "uploaded", at, actor, name=name[:200])
    return statement, True


def _locked(statement_id: int) -> BankStatement:
    return BankStatement.objects.select_for_update().get(pk=statement_id)


def _record(statement: BankStatement, kind: str, at: datetime, actor: Actor, **said: str) -> None:
    events.record("statement", statement.pk, kind, at=at, actor=actor, rules=("PAY-2",), **said)
