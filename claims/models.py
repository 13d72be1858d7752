"""Claims on the guarantees, and exemptions from them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import USD, Amount
from coupons.models import Coupon
from orders.models import Order
from sellers.models import Seller


class Claim(models.Model):
    """The one claim of an order (CLM-1). The bearer is judged when the coupon is issued (DLV-7)."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="claim")
    guarantee = models.CharField(
        max_length=8, choices=[("dispatch", _("On-time dispatch")), ("delivery", _("On-time delivery"))]
    )
    state = models.CharField(
        max_length=9,
        default="in_review",
        choices=[("in_review", _("In review")), ("approved", _("Approved")), ("rejected", _("Rejected"))],
    )
    amount_minor = models.BigIntegerField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    filed_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True, default="")
    review_by = models.DateField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="reviews"
    )
    decision_reason = models.CharField(max_length=500, blank=True, default="")
    seller_bears = models.BooleanField(null=True)
    bearer = models.ForeignKey(Seller, null=True, on_delete=models.PROTECT, related_name="borne_claims")
    coupon = models.OneToOneField(Coupon, null=True, on_delete=models.PROTECT, related_name="claim")

    amount = Amount("amount_minor", USD)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="in_review", decided_at=None, coupon=None)
                | Q(state="approved", decided_at__isnull=False, coupon__isnull=False)
                | Q(state="rejected", decided_at__isnull=False, coupon=None),
                name="claim_decided",
            ),
        ]
        indexes: ClassVar = [
            # Read by the review queue, the oldest first.
            models.Index(fields=["filed_at"], condition=Q(state="in_review"), name="claim_in_review"),
        ]

    def __str__(self) -> str:
        return f"claim on {self.order_id}"


class Exemption(models.Model):
    """Force majeure, decided by ops with a reason (DSP-7), for an order or a region and period."""

    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="exemptions")
    country = models.CharField(max_length=2, blank=True, default="")
    due_from = models.DateField(null=True)
    due_to = models.DateField(null=True)
    platform_bears = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    touched = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")

    def __str__(self) -> str:
        return self.reason
