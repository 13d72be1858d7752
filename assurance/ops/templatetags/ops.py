"""Showing the values of `assurance.ops.sheets`."""

from django import template

from assurance.ops.sheets import Table
from assurance.ops.show import shown

register = template.Library()
register.filter(shown)


@register.filter
def aligned(place: int, table: Table) -> str:
    """The class of a column: numbers stand at its end."""
    return "num" if place in table.numbers else ""
