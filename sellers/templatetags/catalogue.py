"""Names of products, lines, categories and countries in the reader's language."""

from decimal import Decimal
from typing import Any

from django import template
from django_countries import countries

from sellers.views import wording

register = template.Library()


@register.filter
def named(thing: Any) -> str:
    """{{ product|named }}: its Chinese name on a Chinese page, where it has one."""
    return wording.name_of(thing)


@register.filter
def described(product: Any) -> str:
    """{{ product|described }}: the description in the reader's language, else in the other."""
    return wording.description_of(product)


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
