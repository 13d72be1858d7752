"""Categories, quantities and countries in the reader's language."""

from decimal import Decimal

from django import template
from django_countries import countries

from sellers.views import wording

register = template.Library()


@register.filter
def category(name: str) -> str:
    return wording.category_name(name)


@register.filter
def pieces(quantity: int, unit: str = "piece") -> str:
    """{{ line.quantity|pieces:line.unit }} → 240 pieces."""
    return wording.quantity_text(quantity, unit)


@register.filter
def percent(value: Decimal) -> str:
    """{{ policy.compensation_percent|percent }} → 10, 2.5: without the sign and needless zeros."""
    return wording.percent_text(value)


@register.filter
def country(code: str) -> str:
    """{{ order.destination.code|country }} → United States."""
    return str(countries.name(str(code)) or code)
