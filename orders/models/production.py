"""What a supplier shows of the goods while they are made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assurance.kernel.models import APPEND_ONLY
from orders.models.order import Order


class Stage(models.TextChoices):
    """How far the goods are."""

    MATERIALS = "materials", _("Materials are in")
    MAKING = "making", _("In production")
    CHECKING = "checking", _("Quality check")
    PACKING = "packing", _("Packing")
    READY = "ready", _("Ready to be sent")


class ProductionUpdate(models.Model):
    """One update; it is never changed. `token` names the form that it came from."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="production_updates")
    stage = models.CharField(max_length=9, choices=Stage)
    words = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    token = models.CharField(max_length=36)

    class Meta:
        verbose_name = _("production update")
        verbose_name_plural = _("production updates")
        triggers: ClassVar = [APPEND_ONLY]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "token"], name="one_update_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.order_id}"
