"""Words of the seller's office."""

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.template import Context
from django.utils.translation import pgettext
from django_countries import countries

register = template.Library()


@register.filter
def in_percent(share: Decimal | None, digits: int = 1) -> str:
    """{{ tally.rate|in_percent }} → 96.4%; nothing has been counted: –."""
    return "–" if share is None else f"{share * 100:.{digits}f}%"


@register.filter
def country_list(codes: Iterable[str]) -> str:
    """{{ missing|country_list }} → Italy, Spain / 意大利、西班牙."""
    return pgettext("list", ", ").join(str(countries.name(code)) for code in codes)


@register.simple_tag(takes_context=True)
def without(context: Context, name: str) -> str:
    """This page's address without one filter, from the first page on."""
    query = context["request"].GET.copy()
    for gone in (name, "after", "before"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"
