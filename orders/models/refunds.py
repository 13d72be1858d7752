"""What was said, offered and shown while a refund was being decided: a thread that nobody can change."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assurance.kernel.models import APPEND_ONLY
from assurance.kernel.money import Amount
from orders.models.money import Refund


class Step(models.TextChoices):
    """What a step of the thread is."""

    APPLIED = "applied", _("Applied for a refund")
    SAID = "said", _("Added a comment or files")
    COUNTERED = "countered", _("Offered another amount")
    DECLINED = "declined", _("Declined the offer")
    REFUSED = "refused", _("Refused")
    AGREED = "agreed", _("Agreed")
    ACCEPTED = "accepted", _("Accepted the offer")
    WITHDRAWN = "withdrawn", _("Withdrew the application")
    ESCALATED = "escalated", _("Escalated to the platform")
    RULED = "ruled", _("Ruled")


class RefundStep(models.Model):
    """One step. `amount` none is everything, where the step has an amount; `token` names the form it came from."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=9, choices=Step)
    side = models.CharField(max_length=8)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(null=True)
    words = models.CharField(max_length=1000, blank=True, default="")
    token = models.CharField(max_length=36, null=True)  # noqa: DJ001 - unique where there is one

    amount = Amount("amount_minor")

    class Meta:
        verbose_name = _("step of a refund")
        verbose_name_plural = _("steps of refunds")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["refund", "token"], name="one_step_per_form"),
        ]
        triggers: ClassVar = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.kind} of refund {self.refund_id}"
