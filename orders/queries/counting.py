"""Counts for the tabs of an order list: none further than a tab can say, all in one statement.

A dozen subqueries take the ORM longer to put into words than the database to answer. The words are the same
for everybody, so they are made once, with stand-ins for whose list it is and for the instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from assurance.kernel.days import day_of

MOST = 100  # one more than the 99 that a tab shows
SOMEBODY, SOMETIME = -(2**40), datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Counting:
    """Counts put into SQL. `params` may hold the stand-ins."""

    parts: tuple[str, ...]
    params: tuple[Any, ...]

    def of(self, owner_id: int, at: datetime, *more: QuerySet[Any]) -> list[int]:
        """The counts for one owner at an instant, and those of `more`, in order."""
        given: dict[Any, Any] = {SOMEBODY: owner_id, SOMETIME: at, day_of(SOMETIME): day_of(at)}
        added = counting(more)
        values = [given.get(value, value) for value in self.params]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join([*self.parts, *added.parts])}", [*values, *added.params])
            return list(cursor.fetchone())


def counting(asked: Iterable[QuerySet[Any] | Sequence[QuerySet[Any]]]) -> Counting:
    """Put the counting of these orders into words. Where several stand for one, no order is in two of them:

    each then has an index of its own, which one condition with an "or" would not have. None stand for nothing.
    """
    parts: list[str] = []
    params: list[Any] = []
    for found in asked:
        counted = []
        for piece in [found] if isinstance(found, QuerySet) else found:
            sql, values = _limited(piece)
            counted.append(f"(SELECT count(*) FROM ({sql}) counted)")  # noqa: S608
            params += values
        parts.append(f"LEAST({MOST}, {' + '.join(counted) or '0'})")
    return Counting(tuple(parts), tuple(params))


def _limited(found: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    sql, params = found.order_by().values("pk")[:MOST].query.sql_with_params()
    return sql, params
