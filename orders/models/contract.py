"""Versions of a contract that one side has changed before it was agreed (ORD-1)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assurance.kernel.models import APPEND_ONLY
from orders.models.order import Order


class ContractVersion(models.Model):
    """One version, as it was sent or kept. An order that nobody has changed has none: it is its only version."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    made_by = models.CharField(max_length=8, choices=[("buyer", _("Buyer")), ("supplier", _("Supplier"))])
    made_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a contract")
        verbose_name_plural = _("versions of contracts")
        triggers: ClassVar = [APPEND_ONLY]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="one_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}, version {self.number}"
