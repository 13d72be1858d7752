"""What a person is told: a row in the inbox that is also the e-mail to send (kernel outbox)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from assurance.kernel.models import OutboxRow


class Notice(OutboxRow):
    """One message to one person. Words are made when it is read, in the reader's language."""

    # No foreign key in the database: each would lock and look up the person's row once more, and at
    # midnight a sweep writes thousands of notices.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", db_constraint=False
    )
    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=16)
    about_id = models.BigIntegerField()
    data = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="inbox"),
            # Read by the mail sweep: only what still has to leave.
            models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="notice_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"
