"""Each kind of value of `assurance.ops.sheets` in its one way, as HTML."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from moneyed import Money

from assurance.kernel import clock
from assurance.kernel.wording import day_text, instant_text
from assurance.ops.sheets import Badge, Due, Link, Progress, Rule
from assurance.ui import parts


def shown(value: Any, precision: str = "second") -> Any:
    """A value for a page; nothing is a dash. In tables an instant is told to the minute."""
    match value:
        case None | "":
            return "–"
        case bool():
            return gettext("yes") if value else gettext("no")
        case Money():
            return parts.money(value)
        case datetime():
            return parts.moment(value, instant_text(value, seconds=precision != "minute"))
        case date():
            return parts.moment(value, day_text(value))
        case Link():
            words = shown(value.text)
            return format_html('<a href="{}">{}</a>', value.url, words) if value.url else words
        case Badge() | Progress():
            return _drawn(value)
        case Rule():
            return format_html('<span class="rule-id">{}</span>', value.id) if value.id else "–"
        case Due():
            return _due(value)
        case Decimal():
            return plain(value)
        case list() | tuple():
            return format_html_join(" ", "{}", ((shown(one),) for one in value)) if value else "–"
    return value


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end: 10, 3.4."""
    return f"{number:f}".rstrip("0").rstrip(".") if number % 1 else f"{number:.0f}"


def _drawn(value: Badge | Progress) -> Any:
    if isinstance(value, Progress):
        bar = '<progress class="bar" max="{}" value="{}" aria-label="{}"></progress> {}'
        return format_html(bar, max(value.total, 1), value.done, gettext("Progress"), value.text)
    drawing = parts.icon(value.icon) if value.icon else ""
    return format_html(
        '<span class="{}">{}{}</span>', parts.classes("badge", value.tone), drawing, value.text
    )


def _due(value: Due) -> Any:
    if value.at is None:
        return "–"
    if value.met:
        return parts.due(value.at, value.at, "met", gettext("met"))
    return parts.due(value.at, value.measured or clock.now())
