"""Filters and tags that put the words of `assurance.ui.wording` into pages."""

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BaseFormSet, BoundField, widgets
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from moneyed import Money

from assurance.kernel import wording as kernel_wording
from assurance.kernel.days import day_of
from assurance.kernel.wording import chinese, day_text, instant_text, local, money_text
from assurance.ui import parts, wording

register = template.Library()

# What the components are made of; a page uses the components.
register.simple_tag(parts.icon)
register.simple_tag(parts.sprite)
register.simple_tag(parts.until)
register.simple_tag(parts.due)
register.simple_tag(parts.due_moment)
register.simple_tag(parts.order_no)
register.simple_tag(parts.mark)
register.simple_tag(parts.thumb)
register.simple_tag(parts.money, name="amount")
register.filter(parts.classes)


def _day(value: date | datetime) -> date:
    return day_of(value) if isinstance(value, datetime) else value


@register.filter
def day(value: date | datetime | None) -> str:
    """{{ order.due_day|day }} → 26 Mar 2021 / 2021-03-26. An instant gives its day in the platform zone."""
    return day_text(_day(value)) if value else ""


@register.filter
def long_day(value: date | datetime | None) -> str:
    """{{ now|long_day }} → Monday, 29 Mar 2021 / 2021年3月29日 星期一."""
    return wording.long_day_text(_day(value)) if value else ""


@register.filter
def short_day(value: date | datetime | None) -> str:
    """{{ promise|short_day }} → 4/27: the shipping list only (LOG-6)."""
    return wording.short_day_text(_day(value)) if value else ""


@register.filter
def instant(value: datetime | None, precision: str = "second") -> str:
    """{{ at|instant }} → 26 Mar 2021 23:59:59 PDT; {{ at|instant:"minute" }} leaves the seconds out."""
    return instant_text(value, seconds=precision != "minute") if value else ""


@register.filter
def deadline(value: datetime | None) -> datetime | None:
    """The moment a deadline shows: {{ order.dispatch_due|deadline|instant }} → … 23:59:59 PDT (TIM-2)."""
    return wording.last_moment(value) if value else None


@register.filter
def distance(value: datetime, now: datetime) -> wording.Distance:
    """{% with off=at|distance:now %}{{ off.text }}{% endwith %} → in 2 days; off.urgency → near."""
    return wording.distance(value, now)


@register.filter
def iso(value: date | datetime | None) -> str:
    """For <time datetime>: an instant in the platform zone with its offset, or a day."""
    if value is None:
        return ""
    return local(value).isoformat() if isinstance(value, datetime) else value.isoformat()


@register.filter
def money(value: Money | None) -> str:
    """{{ amount|money }} → USD 1,284.60, for sentences and titles; in tables and sums use <c-money>."""
    return money_text(value) if value is not None else ""


@register.filter
def figure(value: Money | None) -> str:
    """{{ amount|figure }} → 1,284.60."""
    return kernel_wording.figure(value) if value is not None else ""


@register.filter
def negative(value: Money) -> bool:
    return bool(value.amount < 0)


@register.filter
def translated(thing: Any, field: str = "name") -> str:
    """{{ product|translated:"description" }}: the `…_zh` field for a Chinese reader, where it is filled."""
    translation = getattr(thing, f"{field}_zh", "") if chinese() else ""
    return translation or getattr(thing, field, "")


@register.filter
def capped(count: int, limit: int = 99) -> str:
    """A count in a tab: 99+ above the limit (ORD-9)."""
    return f"{limit}+" if count > limit else str(count)


@register.simple_tag
def extra(attrs: Any) -> SafeString:
    """The attributes a component does not know, escaped, for its outermost element."""
    given = [(name, value) for name, value in attrs.attrs_dict().items() if value not in (False, None)]
    return format_html_join(
        " ",
        "{}",
        ((name if value is True else format_html('{}="{}"', name, value),) for name, value in given),
    )


@register.filter
def among(name: str | None, names: str | None) -> bool:
    """Is the view's name one of these, separated by spaces? For the current place in a navigation."""
    return bool(name) and name in (names or "").split()


@register.filter
def control_kind(field: BoundField) -> str:
    """Which of the field's shapes a form field takes: hidden, group, check, file or line."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    return "file" if isinstance(widget, widgets.FileInput) else "line"


@register.filter
def is_emptied(field: BoundField) -> bool:
    """Whether files were chosen that are not in the form that comes back: a browser keeps none."""
    return control_kind(field) == "file" and field.form.is_bound and bool(field.data) and not field.errors


@register.filter
def wrong(form: BaseForm | None, rows: BaseFormSet | None = None) -> list[BoundField]:
    """The fields of a form, and of the rows that go with it, which need attention."""
    forms = [one for one in (form, *(rows.forms if rows else ())) if one is not None]
    return [one[name] for one in forms for name in one.errors if name in one.fields]


@register.simple_tag
def control(field: BoundField, help: str = "", look: str = "") -> SafeString:
    """The input of a form field, tied to its hint and its errors, keeping what was typed."""
    widget = field.field.widget
    shapes = {widgets.Textarea: "textarea", widgets.Select: "select"}
    base = next((shape for kind, shape in shapes.items() if isinstance(widget, kind)), "input")
    attrs: dict[str, Any] = {}
    if control_kind(field) == "line":
        attrs["class"] = " ".join(filter(None, [parts.classes(base, look), widget.attrs.get("class")]))
    described = [f"{field.auto_id}_helptext"] if help else []
    if field.errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{field.auto_id}_error")
    if is_emptied(field):
        described.append(f"{field.auto_id}_emptied")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """This page's address with some query parameters changed; None or "" takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"
