"""Claims on the guarantees, and exemptions from them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import USD, Amount
from coupons.models import Coupon
from logistics.models import Line
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
    """Force majeure, decided by ops with a reason (DSP-7), for an order or a region and period.

    A region is a draft until it is carried out. It names countries of destination, perhaps one line, and the
    days by which an order was to be dispatched or delivered.
    """

    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="exemptions")
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    due_from = models.DateField(null=True)
    due_to = models.DateField(null=True)
    platform_bears = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    carried_at = models.DateTimeField(null=True)
    carried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    carry_reason = models.CharField(max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(order__isnull=False, countries=[], due_from=None, due_to=None)
                | Q(order=None, due_from__isnull=False, due_to__gte=F("due_from")) & ~Q(countries=[]),
                name="exemption_of_order_or_region",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class ExemptedOrder(models.Model):
    """An order that an exemption of a region has come to, once: exempted, or why it was left out."""

    exemption = models.ForeignKey(Exemption, on_delete=models.PROTECT, related_name="looked_at")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exemption", "order"], name="order_once_per_exemption"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.outcome}"
