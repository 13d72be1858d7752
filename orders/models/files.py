"""Files on an order, for its two sides and the platform to see."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class Purpose(models.TextChoices):
    """What a file was sent with."""

    MESSAGE = "message", _("Message")
    PROOF = "proof", _("Proof of dispatch")
    UPDATE = "update", _("Production update")
    EVIDENCE = "evidence", _("Evidence")
    REVIEW = "review", _("Review")


class Attachment(models.Model):
    """A checked file. `about_id` is the row that it was sent with, by its purpose.

    The key is drawn at random and is the file's name in the storage and in its address.
    """

    key = models.CharField(max_length=32, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attachments")
    purpose = models.CharField(max_length=8, choices=Purpose)
    about_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar = [
            # Read with the messages, updates and refunds of an order's page.
            models.Index(fields=["order", "purpose", "about_id"], name="file_of_order"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def path(self) -> str:
        """Where it lies in the storage; spread over folders by its random key."""
        return f"orders/{self.key[:2]}/{self.key}"
