"""Setting, clearing and taking rows of the deadlines table.

Locks: a service holds its object's row before it touches the object's deadlines. A set-based sweep
takes deadline rows and never locks a wide row afterwards; a sweep that works object by object only
peeks here, locks the object, and then takes the deadline (`claim`): zero rows mean somebody else has it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.db.models import Min

from assurance.kernel.models import Deadline


def put(subject_id: int, wanted: Mapping[str, datetime | None]) -> None:
    """Make the deadlines of an object be what is wanted, kind by kind; None clears one.

    What stands already is left alone, so that an act that moves no deadline waits for no sweep.
    """
    present = dict(
        Deadline.objects.filter(subject_id=subject_id, kind__in=list(wanted)).values_list("kind", "due_at")
    )
    _write(
        subject_id,
        gone=[kind for kind in present if wanted[kind] is None],
        fresh={kind: due for kind, due in wanted.items() if due is not None and present.get(kind) != due},
    )


def first(subject_id: int, wanted: Mapping[str, datetime | None]) -> None:
    """The same without looking, for an object that has none of these deadlines yet."""
    _write(
        subject_id,
        gone=[kind for kind, due in wanted.items() if due is None],
        fresh={kind: due for kind, due in wanted.items() if due is not None},
    )


_WRITE = """
    WITH gone AS (DELETE FROM kernel_deadline WHERE subject_id = %(subject)s AND kind = ANY(%(gone)s))
    INSERT INTO kernel_deadline (kind, subject_id, due_at)
    SELECT kind, %(subject)s, due_at FROM unnest(%(kinds)s::varchar[], %(dues)s::timestamptz[]) AS fresh (kind, due_at)
    ON CONFLICT (subject_id, kind) DO UPDATE SET due_at = EXCLUDED.due_at
"""


def _write(subject_id: int, *, gone: list[str], fresh: Mapping[str, datetime]) -> None:
    if gone or fresh:
        values: dict[str, Any] = {
            "subject": subject_id,
            "gone": gone,
            "kinds": list(fresh),
            "dues": list(fresh.values()),
        }
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, values)


def peek(kind: str, at: datetime, limit: int) -> list[int]:
    """Objects with a deadline of this kind that is due, oldest first, without locking."""
    due = Deadline.objects.filter(kind=kind, due_at__lte=at).order_by("due_at", "id")
    return list(due.values_list("subject_id", flat=True)[:limit])


def claim(subject_id: int, kind: str, at: datetime) -> bool:
    """Take one due deadline under the object's lock; False if somebody else has already taken it."""
    deleted, _ = Deadline.objects.filter(subject_id=subject_id, kind=kind, due_at__lte=at).delete()
    return bool(deleted)


# The rows of a batch are deleted and handed on as `due` to the statements that follow, in one round trip.
_TAKE = """
    WITH due AS (
        DELETE FROM kernel_deadline WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM kernel_deadline WHERE kind = %(kind)s AND due_at <= %(at)s
            ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED))
        RETURNING subject_id, due_at),
"""


def all_at_once(kind: str, at: datetime, batch: int, follow: str, values: Mapping[str, Any]) -> int:
    """Work off due deadlines set-based, a batch a transaction; how many.

    `follow` are further WITH queries that read `due (subject_id, due_at)`. Rows that another sweeper holds
    are passed over, so sweepers share the work.
    """
    sql = f"{_TAKE} {follow} SELECT count(*) FROM due"  # noqa: S608 - no value of anybody's in it
    given = {**values, "kind": kind, "at": at, "batch": batch}
    total = 0
    # Most ticks find nothing; asking first is far cheaper than planning the whole statement.
    if not peek(kind, at, 1):
        return total
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            taken = int(cursor.fetchone()[0])
        total += taken
        if taken < batch:
            return total


def next_due(after: datetime) -> datetime | None:
    """The next instant at which anything falls due."""
    return Deadline.objects.filter(due_at__gt=after).aggregate(due=Min("due_at"))["due"]


def one_by_one(kind: str, at: datetime, batch: int, step: Callable[[int], bool]) -> int:
    """Work off due deadlines object by object, each in a transaction of its own; how many.

    `step` locks the object, claims the deadline and acts; False says that somebody else did. One that fails keeps
    its deadline and holds up no other; the first error is raised when the others are done.
    """
    total, failed = 0, []
    while True:
        due, done = peek(kind, at, batch), 0
        for pk in due:
            try:
                done += step(pk)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:
                failed.append(error)
        total += done
        if len(due) < batch or not done:
            break
    if failed:
        raise failed[0]
    return total
