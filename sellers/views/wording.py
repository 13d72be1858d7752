"""How the catalogue names things in the active language."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

CATEGORIES = (
    gettext_noop("Bags"),
    gettext_noop("Ceramics"),
    gettext_noop("Electronics"),
    gettext_noop("Energy"),
    gettext_noop("Furniture"),
    gettext_noop("Hardware"),
    gettext_noop("Kitchenware"),
    gettext_noop("Lighting"),
    gettext_noop("Outdoor"),
    gettext_noop("Stationery"),
    gettext_noop("Textiles"),
    gettext_noop("Toys"),
)


def category_name(name: str) -> str:
    """A category that sellers commonly use is translated; another reads as it was typed."""
    return _(name) if name in CATEGORIES else name


def percent_text(value: Decimal) -> str:
    """`10` or `2.5`: without the sign and needless zeros."""
    return f"{value.normalize():f}"


def quantity_text(quantity: int, unit: str = "piece") -> str:
    """`240 pieces`; units other than pieces, sets and pairs stand as the seller wrote them."""
    number = f"{quantity:,}"
    if unit == "piece":
        return ngettext("%(n)s piece", "%(n)s pieces", quantity) % {"n": number}
    if unit == "set":
        return ngettext("%(n)s set", "%(n)s sets", quantity) % {"n": number}
    if unit == "pair":
        return ngettext("%(n)s pair", "%(n)s pairs", quantity) % {"n": number}
    return f"{number} {unit}"
