"""Telling people. Called inside the transaction of what happened."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from assurance.notices.models import Notice

_TELL = """
    INSERT INTO notices_notice
        (user_id, kind, about, about_id, data, happened_at, next_try_at, attempts, last_error)
    SELECT user_id, %s, %s, %s, %s::jsonb, %s, %s, 0, '' FROM ({people}) AS people (user_id)
"""


def tell(
    people: Iterable[int] | QuerySet[Any, int],
    kind: str,
    *,
    about: str,
    about_id: int,
    at: datetime,
    **data: Any,
) -> None:
    """Put one notice into each person's inbox and the mail outbox; data holds plain values only.

    People are ids of users, or a query that finds them, which then costs no round trip of its own.
    """
    if isinstance(people, QuerySet):
        found, given = people.query.sql_with_params()
    else:
        found, given = "SELECT unnest(%s::bigint[])", (list(people),)
    with connection.cursor() as cursor:
        cursor.execute(_TELL.format(people=found), [kind, about, about_id, json.dumps(data), at, at, *given])


def mark_read(*, user_id: int, at: datetime, notice_id: int | None = None) -> None:
    """Count one notice of a person, or all of them, as read; the first reading stays."""
    unread = Notice.objects.filter(user_id=user_id, read_at=None)
    (unread.filter(pk=notice_id) if notice_id is not None else unread).update(read_at=at)
