"""Payments through the gateway, refunds."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import Amount
from coupons.models import Coupon
from orders.models.order import Method, Order
from orders.rules import refunds


class PaymentState(models.TextChoices):
    STARTED = "started", _("Started")
    PENDING = "pending", _("Being confirmed")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    REPLACED = "replaced", _("Replaced")


class Payment(models.Model):
    """One attempt to pay what is due. `cash` and `coupon` count toward the contract, `fee` does not.

    `reference` is what the gateway or the bank quotes; a notice for it counts once (PAY-1).
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    method = models.CharField(max_length=12, choices=Method)
    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.STARTED)
    reference = models.CharField(max_length=40, unique=True)
    currency = models.CharField(max_length=3)
    cash_minor = models.BigIntegerField()
    coupon = models.ForeignKey(Coupon, null=True, on_delete=models.PROTECT, related_name="payments")
    coupon_minor = models.BigIntegerField(default=0)
    coupon_usd_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    cash = Amount("cash_minor")
    coupon_part = Amount("coupon_minor")
    fee = Amount("fee_minor")
    returned = Amount("returned_minor")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(cash_minor__gt=0, coupon_minor__gte=0, fee_minor__gte=0, returned_minor__gte=0),
                name="payment_amounts",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["started", "pending"]),
                name="one_open_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def charge(self):  # type: ignore[no-untyped-def]
        """What the buyer's account is charged: the cash and the method's fee."""
        return self.cash + self.fee


class Cause(models.TextChoices):
    """Why a refund is applied for, from a list."""

    NOT_DISPATCHED = refunds.NOT_DISPATCHED, _("Not dispatched")
    NOT_DELIVERED = refunds.NOT_DELIVERED, _("Not delivered")
    DAMAGED = "damaged", _("Arrived damaged")
    NOT_AS_DESCRIBED = "not_as_described", _("Not as described")
    QUANTITY = "quantity", _("Pieces are missing")
    QUALITY = "quality", _("Poor quality")
    OTHER = "other", _("Another reason")


class Refund(models.Model):
    """An application for a refund (RFD). `amount` none asks for everything and closes the order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=16, choices=Cause, default=Cause.OTHER)
    reason = models.CharField(max_length=500, blank=True, default="")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    opened_at = models.DateTimeField()
    state = models.CharField(
        max_length=12,
        default="negotiating",
        choices=[
            ("negotiating", _("Waiting for the supplier")),
            ("escalated", _("With the platform")),
            ("agreed", _("Agreed")),
            ("ruled", _("Ruled")),
            ("withdrawn", _("Withdrawn")),
        ],
    )
    answer = models.CharField(max_length=500, blank=True, default="")
    # What the supplier offers instead; none once the buyer or the supplier has said no to it.
    counter_minor = models.BigIntegerField(null=True)
    refused_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    paid_minor = models.BigIntegerField(null=True)
    full = models.BooleanField(default=False)

    amount = Amount("amount_minor")
    counter = Amount("counter_minor")
    paid = Amount("paid_minor")

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["negotiating", "escalated"]),
                name="one_open_refund",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor=None) | Q(amount_minor__gt=0), name="refund_amount"
            ),
            models.CheckConstraint(
                condition=Q(counter_minor=None) | Q(counter_minor__gt=0), name="refund_counter"
            ),
        ]

    def __str__(self) -> str:
        return f"refund of {self.order_id}"
