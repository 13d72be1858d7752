"""A seller's freight templates: which lines products ship by, and at what price (LOG-2)."""

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import MoneyField
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint, user_id
from assurance.kernel.money import from_minor
from logistics import queries
from logistics.models import Mode, Pricing, TemplateLine
from orders.queries import own


class TemplateLineShown(serializers.Serializer[Any]):
    """A line with its price in USD; what its way of pricing does not use is null."""

    line = serializers.IntegerField(source="line_id")
    name = serializers.CharField(source="line.name")
    carrier = serializers.CharField(source="line.carrier")
    mode = serializers.ChoiceField(Mode.choices, source="line.mode")
    platform = serializers.BooleanField(source="line.is_platform")
    pricing = serializers.ChoiceField(Pricing.choices)
    flat = MoneyField(allow_null=True)
    first_weight_g = serializers.IntegerField(allow_null=True)
    first = MoneyField(allow_null=True)
    additional_weight_g = serializers.IntegerField(allow_null=True)
    additional = MoneyField(allow_null=True)
    discount_percent = serializers.IntegerField(allow_null=True, help_text="Off the platform’s own rate.")


class TemplateShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    seller = serializers.IntegerField(source="seller_id")
    name = serializers.CharField()
    products = serializers.IntegerField(source="product_count", help_text="How many products ship by it.")
    lines = TemplateLineShown(many=True, source="priced")


class SellerTemplates(View):
    tag = "Seller"

    @endpoint("listTemplates", TemplateShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """Your shop's freight templates, the newest first."""
        lines = Prefetch("lines", TemplateLine.objects.select_related("line").order_by("pk"))
        mine = queries.templates_of(*own.sellers_of(user_id(request)))
        page = page_of(mine.prefetch_related(lines), given, request)
        for template in page.rows:
            template.priced = [_priced(line) for line in template.lines.all()]
        return page


def _priced(line: TemplateLine) -> dict[str, Any]:
    by_weight, by_platform = line.pricing == Pricing.WEIGHT, line.pricing == Pricing.PLATFORM
    return {
        "line_id": line.line_id,
        "line": line.line,
        "pricing": line.pricing,
        "flat": line.flat if line.pricing == Pricing.FLAT else None,
        "first_weight_g": line.first_weight_g if by_weight else None,
        "first": from_minor(line.first_minor) if by_weight else None,
        "additional_weight_g": line.additional_weight_g if by_weight else None,
        "additional": from_minor(line.additional_minor) if by_weight else None,
        "discount_percent": line.discount_percent if by_platform else None,
    }
