"""Lines and their transit times, sellers' freight templates, parcels and what the carrier saw."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from assurance.kernel.money import USD, Amount
from sellers.models import Product, Seller


class Mode(models.TextChoices):
    EXPRESS = "express", _("Express")
    AIR = "air", _("Air freight")
    POST = "post", _("Post")
    LAND = "land", _("Land freight")
    SEA = "sea", _("Sea freight")


class Line(models.Model):
    """A carrier's service (LOG-1): one of the platform's own lines, or a courier sellers book themselves."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80, blank=True, default="")
    carrier = models.CharField(max_length=40)
    mode = models.CharField(max_length=8, choices=Mode)
    is_platform = models.BooleanField(_("platform line"), default=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class LineCountry(models.Model):
    """A line to one destination: days under way, handling, the guarantee, the platform's rate in USD."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="countries")
    country = CountryField()
    transit_min = models.PositiveSmallIntegerField()
    transit_max = models.PositiveSmallIntegerField()
    handling_days = models.PositiveSmallIntegerField(default=0)
    guaranteed = models.BooleanField(default=False)
    first_minor = models.BigIntegerField(default=0)
    additional_minor = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "line destinations"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "country"], name="line_once_per_country"),
            models.CheckConstraint(condition=Q(transit_max__gte=F("transit_min")), name="transit_range"),
        ]

    def __str__(self) -> str:
        return f"{self.line} to {self.country}"


class FreightTemplate(models.Model):
    """A seller's shipping prices, linked to products (LOG-2)."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("freight template")
        verbose_name_plural = _("freight templates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "name"], name="template_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Pricing(models.TextChoices):
    FREE = "free", _("Free shipping")
    FLAT = "flat", _("Flat price")
    WEIGHT = "weight", _("First weight and each additional weight")
    PLATFORM = "platform", _("Platform rate with a discount")


class TemplateLine(models.Model):
    """A line in a template with its price (LOG-2). Amounts in USD cents, weights in grams."""

    template = models.ForeignKey(FreightTemplate, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="in_templates")
    pricing = models.CharField(max_length=8, choices=Pricing, default=Pricing.FREE)
    flat_minor = models.BigIntegerField(default=0)
    first_weight_g = models.PositiveIntegerField(default=500)
    first_minor = models.BigIntegerField(default=0)
    additional_weight_g = models.PositiveIntegerField(default=500)
    additional_minor = models.BigIntegerField(default=0)
    discount_percent = models.PositiveSmallIntegerField(default=0)

    flat = Amount("flat_minor", USD)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "line"], name="line_once_per_template"),
            models.CheckConstraint(
                condition=Q(
                    flat_minor__gte=0,
                    first_minor__gte=0,
                    additional_minor__gte=0,
                    first_weight_g__gt=0,
                    additional_weight_g__gt=0,
                    discount_percent__lte=100,
                ),
                name="freight_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} in {self.template}"


class ProductFreight(models.Model):
    """Which template a product ships by; an RTS product needs one (LOG-2)."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="freight")
    template = models.ForeignKey(FreightTemplate, on_delete=models.PROTECT, related_name="products")

    def __str__(self) -> str:
        return f"{self.product}: {self.template}"


class Parcel(models.Model):
    """One parcel of an order. `first_scan_at` and `delivered_at` are the earliest such events since it was made,

    so the order in which a carrier's messages arrive does not matter (DSP-3, DLV-3). One that was submitted with
    proof alone has no number, until it gets one, and keeps the digest of that proof.
    """

    order_id = models.BigIntegerField()
    carrier = models.CharField(max_length=40)
    number = models.CharField(max_length=60, blank=True, default="")
    proof_digest = models.CharField(max_length=64, blank=True, default="")
    submitted_at = models.DateTimeField()
    first_scan_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["carrier", "number"], condition=~Q(number=""), name="parcel_once"
            ),
            models.UniqueConstraint(
                fields=["order_id", "proof_digest"], condition=~Q(proof_digest=""), name="proof_once"
            ),
            models.CheckConstraint(
                condition=~Q(number="") | ~Q(proof_digest=""), name="parcel_by_number_or_proof"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order_id"], name="parcel_of_order"),
            # Read by tracking messages, which name a carrier in words of their own.
            models.Index(fields=["number"], name="parcel_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.number}".strip()


class TrackingKind(models.TextChoices):
    PICKED_UP = "picked_up", _("Picked up")
    IN_TRANSIT = "in_transit", _("In transit")
    CUSTOMS = "customs", _("Customs clearance")
    DELIVERED = "delivered", _("Delivered")


class TrackingEvent(models.Model):
    """What the carrier saw; the same event told twice is one row."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=TrackingKind)
    place = models.CharField(max_length=120, blank=True, default="")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parcel", "kind", "happened_at"], name="tracking_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.parcel}: {self.kind}"
