"""Taking in bank statements in the background, line by line (PAY-2).

Each line has its own transaction, so that a long file holds no order for long, and a line that is known already,
from this file or another one, is left alone. So a run may die anywhere, and two may even run beside each other: the
next goes on from the last lines that were noted.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from assurance.kernel import events
from assurance.kernel.days import start_of
from assurance.kernel.events import Actor
from assurance.kernel.money import to_minor
from orders.models import BankLine, BankStatement, StatementState
from orders.queries.bank import Judged, counts_from, judged, lines_of
from orders.rules.bank import matching
from orders.rules.bank.lines import Line
from orders.services import bank, bank_money, taken_back
from orders.services.elapse import locked

BATCH, TRIES = 25, 3
SILENCE = timedelta(minutes=1)


def waiting(at: datetime) -> QuerySet[BankStatement]:
    """What is to be taken in as of an instant, and no living run has in hand."""
    free = Q(seen_at=None) | Q(seen_at__lt=timezone.now() - SILENCE)
    asked = BankStatement.objects.filter(free, state=StatementState.TAKING, taken_at__lte=at)
    return asked.order_by("taken_at", "id")


def under_way(at: datetime) -> bool:
    """Whether money that was asked for by an instant is still being taken in, or about to be."""
    return BankStatement.objects.filter(state=StatementState.TAKING, taken_at__lte=at).exists()


def take_due(at: datetime) -> int:
    """Take in every statement that was asked for by `at`; how many lines were gone through.

    Money counts from when its taking in was asked for, however late this runs (TIM-3). Raises what a line raises;
    the statement is tried again at the next look, and given up after the third.
    """
    return sum(_take_in(statement) for statement in waiting(at) if _hold(statement))


def _hold(statement: BankStatement) -> bool:
    """Take it for this run; False if another has taken it, or it has failed too often.

    Hearts beat in the time of this machine, not of the trade.
    """
    mine = _still_mine(statement)
    if statement.tries >= TRIES:
        mine.update(state=StatementState.FAILED, seen_at=None)
        return False
    held = mine.update(tries=F("tries") + 1, seen_at=timezone.now())
    statement.tries += 1
    return bool(held)


def _take_in(statement: BankStatement) -> int:
    lines, first = lines_of(statement), statement.done
    try:
        while statement.done < len(lines):
            batch = lines[statement.done : statement.done + BATCH]
            for found in judged(batch, _at(statement), statement.pk):
                if found.code == matching.TAKEN_BACK:
                    taken_back.note(found.line, statement, _at(statement))
                elif found.code not in matching.IGNORED:
                    _take(found, statement)
            statement.done += len(batch)
            if not _still_mine(statement).update(done=statement.done, seen_at=timezone.now()):
                return statement.done - first
    except Exception:
        state = StatementState.FAILED if statement.tries >= TRIES else StatementState.TAKING
        _still_mine(statement).update(state=state, seen_at=None)
        raise
    _finish(statement)
    return statement.done - first


def _still_mine(statement: BankStatement) -> QuerySet[BankStatement]:
    return BankStatement.objects.filter(
        pk=statement.pk, state=StatementState.TAKING, tries=statement.tries, taken_at=statement.taken_at
    )


def _at(statement: BankStatement) -> datetime:
    assert statement.taken_at is not None, "asked for (a constraint keeps it)"
    return statement.taken_at


@transaction.atomic
def _take(found: Judged, statement: BankStatement) -> None:
    """One line. Its order is locked before it is judged for good; never before what has happened to it since."""
    at, actor = _at(statement), Actor("ops", statement.taken_by_id)
    order = locked(found.order.pk, at) if found.order is not None else None
    if order is not None:
        at = counts_from(order, at)
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
def _finish(statement: BankStatement) -> None:
    """Write down what came of it, once."""
    counts = dict(Counter(_outcomes(statement)))
    done = _still_mine(statement).update(state=StatementState.TAKEN, counts=counts, seen_at=None)
    if done:
        actor = Actor("ops", statement.taken_by_id)
        events.record("statement", statement.pk, "taken_in", at=_at(statement), actor=actor, rules=("PAY-2",))


def _outcomes(statement: BankStatement) -> list[str]:
    mine = dict(BankLine.objects.filter(statement=statement).values_list("bank_reference", "why"))
    found = []
    for line in lines_of(statement):
        if not line.is_credit:
            found.append(matching.TAKEN_BACK if line.taken_back else matching.DEBIT)
        else:
            found.append(mine.get(line.key, matching.KNOWN))
    return found
