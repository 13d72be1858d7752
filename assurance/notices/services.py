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
