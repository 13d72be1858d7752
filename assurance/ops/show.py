"""Each kind of value of `assurance.ops.sheets` in its one way, as HTML."""

from datetime import date, datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from moneyed import Money

from assurance.kernel import clock
from assurance.ops.sheets import Badge, Due, Link
from assurance.ui import parts, wording


def shown(value: Any) -> Any:
    """A value for a page; nothing is a dash."""
    match value:
        case None | "":
            return "–"
        case bool():
            return gettext("yes") if value else gettext("no")
        case Money():
            return parts.money(value)
        case datetime():
            return parts.moment(value, wording.instant_text(value))
        case date():
            return parts.moment(value, wording.day_text(value))
        case Link():
            return (
                format_html('<a href="{}">{}</a>', value.url, shown(value.text)) if value.url else value.text
            )
        case Badge():
            drawing = parts.icon(value.icon) if value.icon else ""
            return format_html(
                '<span class="{}">{}{}</span>', parts.classes("badge", value.tone), drawing, value.text
            )
        case Due():
            state = "met" if value.met else ""
            return (
                parts.due(value.at, clock.now(), state, gettext("met") if value.met else "")
                if value.at
                else "–"
            )
        case list() | tuple():
            return format_html_join(" ", "{}", ((shown(one),) for one in value)) if value else "–"
    return value
