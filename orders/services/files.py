"""Keeping the files that people send with something on an order."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assurance.kernel.events import Actor
from assurance.kernel.uploads import Upload
from orders.models import Attachment, Order


def keep(
    order: Order, purpose: str, about_id: int, uploads: Iterable[Upload], *, at: datetime, actor: Actor
) -> list[Attachment]:
    """Store checked files with their rows, inside the caller's transaction.

    A file goes to the storage before its row is there: if the transaction fails, a file without a row is left,
    which nobody can reach; a row never lacks its file.
    """
    rows = []
    for upload in uploads:
        row = Attachment(
            key=secrets.token_hex(16),
            order=order,
            purpose=purpose,
            about_id=about_id,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
            sent_by_id=actor.user_id,
            sent_at=at,
        )
        default_storage.save(row.path, ContentFile(upload.content))
        rows.append(row)
    return Attachment.objects.bulk_create(rows)
