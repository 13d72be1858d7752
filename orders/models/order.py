"""A Trade Assurance order. Only `orders.services` writes these rows."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from assurance.kernel.models import PolicyVersion
from assurance.kernel.money import USD, Amount
from coupons.models import StoreCoupon
from logistics.models import Line, Mode
from orders.rules import lifecycle, terms
from sellers.models import Campaign, Product, Seller


class State(models.TextChoices):
    """ORD-2, as `orders.rules.lifecycle` names them."""

    DRAFT = lifecycle.DRAFT, lifecycle.STATE_NAMES[lifecycle.DRAFT]
    AWAITING_SUPPLIER = lifecycle.AWAITING_SUPPLIER, lifecycle.STATE_NAMES[lifecycle.AWAITING_SUPPLIER]
    AWAITING_BUYER = lifecycle.AWAITING_BUYER, lifecycle.STATE_NAMES[lifecycle.AWAITING_BUYER]
    AWAITING_PAYMENT = lifecycle.AWAITING_PAYMENT, lifecycle.STATE_NAMES[lifecycle.AWAITING_PAYMENT]
    INITIAL_PAYMENT_SHORT = lifecycle.INITIAL_SHORT, lifecycle.STATE_NAMES[lifecycle.INITIAL_SHORT]
    INITIAL_PAYMENT_TO_CONFIRM = (
        lifecycle.INITIAL_TO_CONFIRM,
        lifecycle.STATE_NAMES[lifecycle.INITIAL_TO_CONFIRM],
    )
    AWAITING_DISPATCH = lifecycle.AWAITING_DISPATCH, lifecycle.STATE_NAMES[lifecycle.AWAITING_DISPATCH]
    PARTLY_DISPATCHED = lifecycle.PARTLY_DISPATCHED, lifecycle.STATE_NAMES[lifecycle.PARTLY_DISPATCHED]
    AWAITING_RECEIPT = lifecycle.AWAITING_RECEIPT, lifecycle.STATE_NAMES[lifecycle.AWAITING_RECEIPT]
    COMPLETED = lifecycle.COMPLETED, lifecycle.STATE_NAMES[lifecycle.COMPLETED]
    CLOSED = lifecycle.CLOSED, lifecycle.STATE_NAMES[lifecycle.CLOSED]


class Export(models.TextChoices):
    SELF = terms.SELF, _("Self-export")
    MARKET = terms.MARKET, _("Market procurement export")
    AGENCY = terms.AGENCY, _("Agency export by the platform")
    EASY = terms.EASY, _("Easy dispatch")


class Source(models.TextChoices):
    """Where the business came from (ORD-9): kept when the order starts, never guessed later."""

    SEARCH = "search", _("Search")
    CAMPAIGN = "campaign", _("Campaign or venue")
    DIRECT = "direct", _("Product page")
    INQUIRY = "inquiry", _("Inquiry")


class Method(models.TextChoices):
    """Payment methods of the seed; all but T/T go through the gateway (PAY-1)."""

    VISA = "visa", "Visa"
    MASTERCARD = "mastercard", "Mastercard"
    PAYPAL = "paypal", "PayPal"
    APPLE_PAY = "apple_pay", "Apple Pay"
    GOOGLE_PAY = "google_pay", "Google Pay"
    E_CHECKING = "e_checking", "e-Checking"
    BOLETO = "boleto", "Boleto"
    PAY_LATER = "pay_later", _("Pay later")
    TT = "tt", _("T/T")


# What the filters of the lists ask of an order, beside whose it is.
FILTERED = [
    "state",
    "created_at",
    "buyer",
    "buyer_country",
    "destination",
    "drafted_by",
    "source",
    "salesperson",
    "rts",
    "mode",
    "export",
    "currency",
    "usd_rate",
    "total_minor",
    "discount_minor",
    "coupon_minor",
    "covered",
    "can_deliver",
    "disputed",
    "refunded_minor",
    "effective_at",
]
# Orders to dispatch stand by their deadline; those that have none yet stand last.
BY_DEADLINE = Coalesce("dispatch_due", Value(date(9999, 12, 31)), output_field=models.DateField())
AFTER_SALES = Q(disputed=True) | Q(claimed_at__isnull=False) | Q(refunded_minor__gt=0)


class Order(models.Model):
    """One contract between a buyer and a seller account.

    Amounts are minor units of `currency`. Instants are facts (when money came, when it was dispatched);
    what they mean today is asked of `orders.rules`, not stored.
    """

    number = models.CharField(max_length=17, unique=True)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders")
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="orders")
    # As registered when the order started; lists filter by it without reading people.
    buyer_country = CountryField(default="US")
    drafted_by = models.CharField(max_length=6, choices=[("buyer", _("Buyer")), ("seller", _("Seller"))])
    source = models.CharField(max_length=8, choices=Source, default=Source.DIRECT)
    # The seller's own person for this order; of no meaning to the buyer.
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Since when a side no longer wants it in its lists (ORD-9). Nothing is ever lost by it.
    seller_deleted_at = models.DateTimeField(null=True)
    buyer_deleted_at = models.DateTimeField(null=True)
    # Null where nobody gave a key, so that the others can be unique.
    request_key = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001
    created_at = models.DateTimeField()
    state = models.CharField(max_length=28, choices=State.choices)
    state_since = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    currency = models.CharField(max_length=3, default=USD)
    usd_rate = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal(1))
    cny_rate = models.DecimalField(max_digits=18, decimal_places=8, default=Decimal("0.14"))
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    initial_minor = models.BigIntegerField(null=True)
    cash_minor = models.BigIntegerField(default=0)
    coupon_minor = models.BigIntegerField(default=0)
    method_fee_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    coupon_returned_minor = models.BigIntegerField(default=0)
    fee_taken_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    released_usd_minor = models.BigIntegerField(default=0)
    discount_since = models.DateTimeField(null=True)
    store_coupon = models.ForeignKey(StoreCoupon, null=True, on_delete=models.PROTECT, related_name="orders")

    rts = models.BooleanField(default=True)
    export = models.CharField(max_length=8, choices=Export, default=Export.SELF)
    # In which its easy dispatch counts, if it was chosen in one and is above that limit (ORD-6).
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="orders")
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.EXPRESS)
    platform_line = models.BooleanField(default=True)
    destination = CountryField()
    address = models.JSONField(default=dict)
    handling_days = models.PositiveSmallIntegerField(default=0)
    transit_min = models.PositiveSmallIntegerField(default=0)
    transit_max = models.PositiveSmallIntegerField(default=0)
    line_guaranteed = models.BooleanField(default=False)
    dispatch_days = models.PositiveSmallIntegerField(null=True)
    dispatch_after = models.CharField(max_length=8, default=terms.FULL)
    dispatch_day = models.DateField(null=True)

    policy = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT)
    effective_at = models.DateTimeField(null=True)
    covered = models.BooleanField(default=False)
    can_deliver = models.BooleanField(default=False)
    short_accepted_at = models.DateTimeField(null=True)
    rest_asked_at = models.DateTimeField(null=True)
    initial_met_at = models.DateTimeField(null=True)
    full_met_at = models.DateTimeField(null=True)
    clock_started_at = models.DateTimeField(null=True)
    first_due = models.DateField(null=True)
    dispatch_due = models.DateField(null=True)
    promise = models.DateField(null=True)

    submitted_at = models.DateTimeField(null=True)
    any_parcel = models.BooleanField(default=False)
    buyer_extended = models.BooleanField(default=False)
    supplier_extended = models.BooleanField(default=False)
    receipt_due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    address_changed_at = models.DateTimeField(null=True)
    exempted_at = models.DateTimeField(null=True)
    platform_bears = models.BooleanField(default=False)
    claimed_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    disputed = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=12, blank=True, default="")

    goods = Amount("goods_minor")
    shipping = Amount("shipping_minor")
    discount = Amount("discount_minor")
    total = Amount("total_minor")
    initial = Amount("initial_minor")
    cash = Amount("cash_minor")
    coupon_part = Amount("coupon_minor")
    method_fee = Amount("method_fee_minor")
    refunded = Amount("refunded_minor")
    coupon_returned = Amount("coupon_returned_minor")
    fee_taken = Amount("fee_taken_minor")
    released = Amount("released_minor")
    released_usd = Amount("released_usd_minor", USD)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(total_minor=F("goods_minor") + F("shipping_minor") - F("discount_minor"))
                & Q(goods_minor__gte=0, shipping_minor__gte=0, discount_minor__gte=0, total_minor__gt=0),
                name="order_total",
            ),
            models.CheckConstraint(
                condition=Q(initial_minor=None) | Q(initial_minor__gt=0, initial_minor__lte=F("total_minor")),
                name="initial_within_total",
            ),
            models.CheckConstraint(
                condition=Q(cash_minor__gte=0, coupon_minor__gte=0)
                & Q(total_minor__gte=F("cash_minor") + F("coupon_minor")),
                name="paid_within_total",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("cash_minor")),
                name="refunded_within_cash",
            ),
            models.CheckConstraint(
                condition=Q(effective_at=None, cash_minor=0, coupon_minor=0)
                | Q(effective_at__isnull=False, policy__isnull=False),
                name="effective_with_money",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_because="")
                | (Q(closed_at__isnull=False, state="closed") & ~Q(closed_because="")),
                name="closed_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            # Read by the seller's list, newest first. It holds what the filters of ORD-9 ask for, so that any
            # of them, and any of them together, is answered without reading the wide rows that do not match.
            models.Index(
                fields=["seller", "-id"],
                include=FILTERED,
                condition=Q(seller_deleted_at=None),
                name="order_of_seller",
            ),
            # Read by the tabs and their counts.
            models.Index(
                fields=["seller", "state", "-id"],
                condition=Q(seller_deleted_at=None),
                name="order_of_seller_by_state",
            ),
            models.Index(
                "seller",
                BY_DEADLINE,
                "id",
                condition=Q(state__in=lifecycle.TO_DISPATCH, seller_deleted_at=None),
                name="order_to_dispatch",
            ),
            models.Index(
                fields=["seller", "-id"],
                condition=AFTER_SALES & Q(seller_deleted_at=None),
                name="order_after_sales",
            ),
            # Read every minute by the regions that are exempted: paid orders by where and when they fall due (DSP-7).
            models.Index(
                fields=["destination", "dispatch_due"],
                include=["id", "line"],
                condition=Q(effective_at__isnull=False),
                name="order_due_in_region",
            ),
            models.Index(
                fields=["destination", "promise"],
                include=["id", "line"],
                condition=Q(effective_at__isnull=False, can_deliver=True),
                name="order_promised_in_region",
            ),
            # Read where easy dispatch is chosen in a campaign.
            models.Index(
                fields=["seller", "campaign"],
                condition=Q(campaign__isnull=False),
                name="order_in_campaign",
            ),
            # Read by the buyer's list; its tabs are counted from it alone.
            models.Index(
                fields=["buyer", "-id"],
                include=["state", "full_met_at"],
                condition=Q(buyer_deleted_at=None),
                name="order_of_buyer_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """A product on an order, with what was agreed; later edits of the product do not change it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    # Indexed below, together with the order.
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines", db_index=False)
    name = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160, blank=True, default="")
    unit = models.CharField(max_length=20, default="piece")
    currency = models.CharField(max_length=3, default=USD)
    quantity = models.PositiveIntegerField()
    price_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()

    price = Amount("price_minor")
    amount = Amount("amount_minor")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, amount_minor=F("price_minor") * F("quantity")), name="line_amount"
            ),
        ]
        # Read by the search of the lists: the orders of a product.
        indexes: ClassVar = [models.Index(fields=["product", "order"], name="line_of_product")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class Guarantee(models.Model):
    """The hot part of an order's guarantees, apart from the wide row so that sweeps stay cheap.

    `late_at` is the instant from which the guarantee counts as late on the facts now known, also one in
    the future; lists compare it with the clock (TIM-3). `state` is what was last announced to people.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="guarantees")
    # Copies of the order's, so that neither a sweep nor an overdue list reads the wide row.
    number = models.CharField(max_length=17)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    seller = models.ForeignKey(
        Seller, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=8, choices=[("dispatch", "Dispatch"), ("delivery", "Delivery")])
    state = models.CharField(max_length=9)
    late_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "kind"], name="one_guarantee_per_kind"),
        ]
        indexes: ClassVar = [
            # Read by the overdue filter of the lists, by its counts and the exposure on the home pages.
            models.Index(
                fields=["seller", "kind", "late_at"],
                include=["order"],
                condition=Q(late_at__isnull=False),
                name="late_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order_id}: {self.state}"


class Proposal(models.Model):
    """Another dispatch day, proposed by the seller (DSP-6). At most one is open."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="proposals")
    day = models.DateField()
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()
    answer = models.CharField(
        max_length=8,
        blank=True,
        default="",
        choices=[
            ("accepted", _("Accepted")),
            ("refused", _("Refused")),
            ("replaced", _("Replaced")),
            ("lapsed", _("Lapsed")),
        ],
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(answer=""), name="one_open_proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.day}"
