"""Companies, their seller accounts, membership of the upgrade service, products, and debts."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from assurance.kernel.money import USD, Amount, Money, from_minor


class Company(models.Model):
    """A firm; it may own several seller accounts (QUA-5)."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=160, blank=True, default="")
    city = models.CharField(max_length=80, blank=True, default="")
    country = CountryField(default="CN")

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class Seller(models.Model):
    """One seller account: what a buyer orders from.

    `qualified_at` is when Trade Assurance was opened, `restored_at` the later of opening, restoration
    and the last effective contract; both are facts that the qualification rules read.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="sellers")
    name = models.CharField(_("shop name"), max_length=160, unique=True)
    qualified_at = models.DateTimeField(null=True)
    last_effective_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("seller account")
        verbose_name_plural = _("seller accounts")

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    """A person who works for a seller in MA."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posts")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="staff")

    class Meta:
        verbose_name_plural = "staff"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "seller"], name="one_post")]

    def __str__(self) -> str:
        return f"{self.user} at {self.seller}"


class Membership(models.Model):
    """A stay in the upgrade service (UPG): who consented to which terms, and when it ended."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    terms_version = models.CharField(max_length=20)
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["seller"], condition=Q(left_at=None), name="member_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")), name="left_after_joining"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller} since {self.joined_at:%Y-%m-%d}"


class Product(models.Model):
    """What a seller offers. RTS (Ready to Ship) products are ordered without asking the supplier."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(_("name"), max_length=160)
    name_zh = models.CharField(_("Chinese name"), max_length=160, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="")
    description_zh = models.TextField(_("Chinese description"), blank=True, default="")
    category = models.CharField(_("category"), max_length=60, blank=True, default="")
    picture = models.JSONField(default=dict)
    unit = models.CharField(_("unit"), max_length=20, default="piece")
    currency = models.CharField(max_length=3, default=USD)
    weight_g = models.PositiveIntegerField(_("weight in grams"), default=500)
    hs_code = models.CharField(_("HS code"), max_length=12, blank=True, default="")
    rts = models.BooleanField(_("Ready to Ship"), default=True)
    small_quick = models.BooleanField(_("small-quick"), default=False)
    dispatch_days = models.PositiveSmallIntegerField(_("dispatch days"))
    is_listed = models.BooleanField(_("listed"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(dispatch_days__range=(1, 90)), name="dispatch_days_1_to_90"),
        ]
        indexes: ClassVar = [
            # Read by search: any part of a name, in either language.
            GinIndex(fields=["name"], name="product_name", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["name_zh"], name="product_name_zh", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["seller", "-id"], name="product_of_seller"),
        ]

    def __str__(self) -> str:
        return self.name


class PriceTier(models.Model):
    """The unit price from a quantity on, in the product's currency."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="tiers")
    min_quantity = models.PositiveIntegerField()
    price_minor = models.BigIntegerField()

    class Meta:
        ordering = ["min_quantity"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "min_quantity"], name="one_price_per_quantity"),
            models.CheckConstraint(condition=Q(price_minor__gt=0, min_quantity__gt=0), name="priced"),
        ]

    def __str__(self) -> str:
        return f"from {self.min_quantity}: {self.price_minor}"

    @property
    def price(self) -> Money:
        """The price of one piece."""
        return from_minor(self.price_minor, self.product.currency)


class Debt(models.Model):
    """What a seller owes the platform and the balance could not cover (REC-2, PAY-4), in USD.

    `open` is taken first, oldest first, from later credits. `cancelled` is what a reversal let go
    (REC-3) or gave back.
    """

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="debts")
    rule = models.CharField(max_length=8)
    cause = models.CharField(max_length=16)
    cause_id = models.BigIntegerField()
    since = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    taken_minor = models.BigIntegerField(default=0)
    open_minor = models.BigIntegerField()

    amount = Amount("amount_minor", USD)
    taken = Amount("taken_minor", USD)
    open = Amount("open_minor", USD)

    class Meta:
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cause", "cause_id"], name="one_debt_per_cause"),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0,
                    taken_minor__gte=0,
                    open_minor__gte=0,
                    amount_minor__gte=F("taken_minor") + F("open_minor"),
                ),
                name="debt_adds_up",
            ),
        ]
        # Read by every credit: what is still open, oldest first.
        indexes: ClassVar = [
            models.Index(fields=["seller", "since", "id"], condition=Q(open_minor__gt=0), name="debt_open")
        ]

    def __str__(self) -> str:
        return f"{self.seller}: {self.open}"


class PayoutAccount(models.Model):
    """A bank account of a seller's, to which a balance is paid out. What was paid to one is kept with it."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="payout_accounts")
    holder = models.CharField(max_length=140)
    bank = models.CharField(max_length=140)
    number = models.CharField(max_length=34)
    bic = models.CharField(max_length=11)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["seller", "number", "holder", "bank", "bic"], name="one_payout_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} ··{self.number[-4:]}"


class Withdrawal(models.Model):
    """Money paid out of a balance, in USD. `key` is that of the page on which it was confirmed: it counts once."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="withdrawals")
    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="withdrawals")
    key = models.CharField(max_length=32)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    amount = Amount("amount_minor", USD)

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seller", "key"], name="one_withdrawal_per_key"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="something_withdrawn"),
        ]
        # Read by finance's list of a period.
        indexes: ClassVar = [models.Index(fields=["at"], name="withdrawal_by_time")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.seller_id}"

    @property
    def transfer_reference(self) -> str:
        """The reference of the transfer that paid it out."""
        return f"withdrawal:{self.seller_id}:{self.key}"


class Campaign(models.Model):
    """Days of a campaign of the platform, both included, in its zone; no two campaigns share a day."""

    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True, default="")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="campaign_days"),
            ExclusionConstraint(
                name="one_campaign_a_day",
                expressions=[
                    (
                        Func(
                            F("first_day"),
                            F("last_day"),
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        "&&",
                    )
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name
