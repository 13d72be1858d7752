"""Finding products, and how they are sent."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from assurance.api.fields import Country, Day, Digits, MoneyField, Switch
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint
from assurance.kernel import clock
from assurance.kernel.money import from_minor
from coupons import queries as coupons
from logistics import queries, rules
from logistics.models import Mode
from sellers.models import Product

MOST_PIECES = 10_000_000


class ProductFilters(Paged):
    country = Country(default="US", help_text="Where it is to go: badges and promises are for there.")
    q = serializers.CharField(
        max_length=120, required=False, help_text="Words of the name or of the supplier."
    )
    category = serializers.CharField(max_length=60, required=False)
    rts = Switch(required=False, help_text="Only Ready to Ship.")
    by = Day(required=False, help_text="Delivery guaranteed by this day if paid today.")
    seller = Digits(min_value=1, required=False)


class SellerNamed(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ProductShown(serializers.Serializer[Any]):
    """A product in a list, with its badges for the destination."""

    id = serializers.IntegerField(source="product.pk")
    name = serializers.CharField(source="product.name")
    name_zh = serializers.CharField(source="product.name_zh")
    category = serializers.CharField(source="product.category")
    unit = serializers.CharField(source="product.unit")
    seller = SellerNamed(source="product.seller")
    rts = serializers.BooleanField(source="product.rts", help_text="Ready to Ship: ordered without asking.")
    dispatch_days = serializers.IntegerField(source="product.dispatch_days", help_text="After payment.")
    least = serializers.IntegerField(help_text="The least quantity.")
    low = MoneyField(help_text="The lowest unit price, for large quantities.")
    high = MoneyField(help_text="The highest unit price.")
    on_time = serializers.BooleanField(help_text="Badge: on-time dispatch.")
    guaranteed = serializers.BooleanField(help_text="Badge: guaranteed delivery.")
    promise = serializers.DateField(allow_null=True, help_text="Guaranteed by this day if paid today.")
    takes_orders = serializers.BooleanField()


class Products(View):
    tag = "Products"
    permission_classes = [AllowAny]

    @endpoint("findProducts", ProductShown, query=ProductFilters, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """Find products; each word has to occur in the name or the supplier's name."""
        at = clock.now()
        wanted = queries.Search(
            country=given["country"],
            words=given.get("q", ""),
            category=given.get("category", ""),
            rts=given.get("rts", False),
            by=given.get("by"),
            seller_id=given.get("seller"),
        )
        page = page_of(queries.search(wanted, at=at).select_related("seller"), given, request)
        return page._replace(rows=queries.listings(page.rows, given["country"], at=at))


class OptionFilters(Given):
    country = Country()
    quantity = Digits(min_value=1, max_value=MOST_PIECES)


class OptionShown(serializers.Serializer[Any]):
    """A line on which this quantity can be sent there. A guaranteed one arrives by `latest`."""

    line = serializers.IntegerField(source="offer.line_id")
    name = serializers.CharField(source="offer.name")
    mode = serializers.ChoiceField(Mode.choices, source="offer.mode")
    platform = serializers.BooleanField(source="offer.is_platform")
    cost = MoneyField(source="offer.cost")
    earliest = serializers.DateField(source="offer.earliest")
    latest = serializers.DateField(source="offer.latest")
    guaranteed = serializers.BooleanField(source="offer.guaranteed")
    preselected = serializers.BooleanField(help_text="What the product page chooses.")


class StoreCouponShown(serializers.Serializer[Any]):
    """A coupon of the supplier's that runs now; one can be named when an order is started."""

    id = serializers.IntegerField(source="coupon.pk")
    name = serializers.CharField(source="coupon.name")
    percent = serializers.DecimalField(
        source="coupon.percent", max_digits=4, decimal_places=2, allow_null=True, help_text="Of the goods."
    )
    amount = MoneyField(source="coupon.amount", allow_null=True)
    least = MoneyField(source="coupon.least", help_text="The goods that it asks for.")
    last_day = serializers.DateField(source="coupon.last_day", help_text="Usable through this day.")
    off = MoneyField(allow_null=True, help_text="What it takes off this quantity.")


class ShippingOptionsShown(serializers.Serializer[Any]):
    product = serializers.IntegerField()
    country = serializers.CharField()
    quantity = serializers.IntegerField()
    least = serializers.IntegerField(help_text="The least quantity that is sold.")
    unit_price = MoneyField(allow_null=True, help_text="At this quantity; null below the least.")
    options = OptionShown(many=True)
    store_coupons = StoreCouponShown(many=True, help_text="The best for this quantity first.")


class ShippingOptions(View):
    tag = "Products"
    permission_classes = [AllowAny]

    @endpoint("readShippingOptions", ShippingOptionsShown, query=OptionFilters)
    def get(self, request: Request, product: int, *, given: dict[str, Any]) -> dict[str, Any]:
        """The lines for a quantity to a country: price, days, and whether delivery is guaranteed."""
        found = Product.objects.filter(pk=product, is_listed=True).prefetch_related("tiers").first()
        tiers = list(found.tiers.all()) if found else []
        if found is None or not tiers:
            raise Http404
        quantity, at = given["quantity"], clock.now()
        offers = queries.offers([(found, quantity)], given["country"], at=at)
        chosen = rules.preselected(offers)
        prices = [tier.price_minor for tier in tiers if tier.min_quantity <= quantity]
        goods = from_minor(prices[-1] if prices else 0, found.currency) * quantity
        return {
            "product": found.pk,
            "country": given["country"],
            "quantity": quantity,
            "least": tiers[0].min_quantity,
            "unit_price": from_minor(prices[-1], found.currency) if prices else None,
            "options": [{"offer": offer, "preselected": offer is chosen} for offer in offers],
            "store_coupons": coupons.store_offers(found.seller_id, goods, at),
        }
