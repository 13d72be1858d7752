"""Telling people. Called inside the transaction of what happened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from assurance.notices.models import Notice


def tell(user_ids: Iterable[int], kind: str, *, about: str, about_id: int, at: datetime, **data: Any) -> None:
    """Put one notice into each person's inbox and the mail outbox; data holds plain values only."""
    Notice.objects.bulk_create(
        Notice(
            user_id=user_id,
            kind=kind,
            about=about,
            about_id=about_id,
            data=data,
            happened_at=at,
            next_try_at=at,
        )
        for user_id in user_ids
    )


def mark_read(*, user_id: int, at: datetime, notice_id: int | None = None) -> None:
    """Count one notice of a person, or all of them, as read; the first reading stays."""
    unread = Notice.objects.filter(user_id=user_id, read_at=None)
    (unread.filter(pk=notice_id) if notice_id is not None else unread).update(read_at=at)
