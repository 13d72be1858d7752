"""Platform coupons, their one redemption, and the recovery from the seller who was late."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import USD, Amount
from sellers.models import Debt, Seller


class CouponState(models.TextChoices):
    ACTIVE = "active"
    RESERVED = "reserved"
    REDEEMED = "redeemed"
    VOID = "void"


class Coupon(models.Model):
    """Issued by an approved claim (CLM-6), spent once with any seller (CPN-3). Amounts in USD.

    `reserved_until` is when the order that holds it closes unpaid, so that the clock frees it; none while
    that order does not close by itself. `bearer` is the seller from whom its use is recovered; none means
    the platform bears it (DLV-7).
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coupons")
    bearer = models.ForeignKey(Seller, null=True, on_delete=models.PROTECT, related_name="borne_coupons")
    from_order_id = models.BigIntegerField(unique=True)
    face_minor = models.BigIntegerField()
    issued_at = models.DateTimeField()
    last_day = models.DateField()
    state = models.CharField(max_length=8, choices=CouponState, default=CouponState.ACTIVE)
    reserved_order_id = models.BigIntegerField(null=True)
    reserved_at = models.DateTimeField(null=True)
    reserved_until = models.DateTimeField(null=True)

    face = Amount("face_minor", USD)

    class Meta:
        verbose_name = _("platform coupon")
        verbose_name_plural = _("platform coupons")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(face_minor__gt=0), name="coupon_has_a_face"),
            models.CheckConstraint(
                condition=Q(state="reserved", reserved_order_id__isnull=False, reserved_at__isnull=False)
                | (~Q(state="reserved") & Q(reserved_order_id=None, reserved_at=None, reserved_until=None)),
                name="reserved_for_an_order",
            ),
            models.UniqueConstraint(
                fields=["reserved_order_id"],
                condition=Q(reserved_order_id__isnull=False),
                name="one_reserved_coupon_per_order",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["owner", "-id"], name="coupon_of_owner")]

    def __str__(self) -> str:
        return f"{self.face} for {self.owner}"


class Redemption(models.Model):
    """The one use of a coupon (CPN-5), on one order (CPN-3). `used` is in USD."""

    coupon = models.OneToOneField(Coupon, on_delete=models.PROTECT, related_name="redemption")
    order_id = models.BigIntegerField(unique=True)
    used_minor = models.BigIntegerField()
    redeemed_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    used = Amount("used_minor", USD)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(used_minor__gt=0), name="used_something")]

    def __str__(self) -> str:
        return f"{self.used} on order {self.order_id}"


class Recovery(models.Model):
    """What a used coupon costs its bearer (REC-1). The debt says how much is taken and still open."""

    redemption = models.OneToOneField(Redemption, on_delete=models.PROTECT, related_name="recovery")
    debt = models.OneToOneField(Debt, on_delete=models.PROTECT, related_name="recovery")
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")

    def __str__(self) -> str:
        return f"recovery {self.pk}"

    @property
    def state(self) -> str:
        """open, taken or reversed (REC-2, REC-3)."""
        if self.reversed_at:
            return "reversed"
        return "open" if self.debt.open_minor else "taken"


class StoreCoupon(models.Model):
    """A seller's own coupon: a percentage or an amount off the goods of an order (ORD-7). Amounts in USD.

    Valid on platform days, until it is ended or its uses are all taken. `used` counts the orders that carry it.
    """

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="store_coupons")
    name = models.CharField(_("name"), max_length=60)
    percent = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    amount_minor = models.BigIntegerField(null=True)
    least_minor = models.BigIntegerField(default=0)
    first_day = models.DateField()
    last_day = models.DateField()
    limit = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    amount = Amount("amount_minor", USD)
    least = Amount("least_minor", USD)

    class Meta:
        verbose_name = _("store coupon")
        verbose_name_plural = _("store coupons")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=90, amount_minor=None)
                | Q(percent=None, amount_minor__gt=0, least_minor__gt=F("amount_minor")),
                name="store_coupon_leaves_something",
            ),
            models.CheckConstraint(
                condition=Q(limit=None) | Q(used__lte=F("limit")), name="store_coupon_uses_within_limit"
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="store_coupon_has_days"),
            models.UniqueConstraint(
                fields=["seller", "name"], condition=Q(ended_at=None), name="store_coupon_named_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["seller", "-id"], name="store_coupon_of_seller")]

    def __str__(self) -> str:
        return self.name
