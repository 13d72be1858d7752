"""What buyer and supplier write to each other on an order."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assurance.kernel.models import APPEND_ONLY
from orders.models.order import Order


class Message(models.Model):
    """One message; it is never changed. `token` names the form that it came from."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="messages")
    side = models.CharField(max_length=8, choices=[("buyer", _("Buyer")), ("supplier", _("Supplier"))])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()
    words = models.CharField(max_length=2000, blank=True)
    token = models.CharField(max_length=36)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        triggers: ClassVar = [APPEND_ONLY]
        constraints: ClassVar = [
            # Also what an order's messages are read by.
            models.UniqueConstraint(fields=["order", "token"], name="one_message_per_form"),
        ]
        indexes: ClassVar = [models.Index(fields=["order", "-id"], name="message_of_order")]

    def __str__(self) -> str:
        return f"{self.side} on {self.order_id}"


class Unread(models.Model):
    """That a side has not read what the other wrote on an order. Gone when it has, so lists look into few rows.

    `first` and `latest` are ids of messages: the first one not read, and the one that was written down last.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="unread", db_index=False)
    side = models.CharField(max_length=8)
    first = models.BigIntegerField()
    latest = models.BigIntegerField()

    class Meta:
        verbose_name = _("unread messages")
        verbose_name_plural = _("unread messages")
        constraints: ClassVar = [
            # Also what a list's rows are looked up by.
            models.UniqueConstraint(fields=["order", "side"], name="one_unread_per_side"),
        ]

    def __str__(self) -> str:
        return f"{self.side} of {self.order_id}"
