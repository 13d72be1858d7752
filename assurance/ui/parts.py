"""The small parts of a sentence or a table cell, as HTML made in one go.

A list of orders shows hundreds of them; as nested templates they would cost more than the query behind it.
Pages use them as `<c-icon>`, `<c-due>`, `<c-money>` and so on: see `templates/cotton/`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop

from assurance.kernel.money import Money
from assurance.kernel.wording import figure, fours, instant_text, local
from assurance.ui import wording

DUE_ICONS = {
    "far": "calendar",
    "near": "clock",
    "today": "clock",
    "late": "warning",
    "met": "check",
    "none": "none",
}
MARKS = {
    "dispatch": ("truck", gettext_noop("On-time dispatch")),
    "delivery": ("calendar-check", gettext_noop("Guaranteed delivery")),
    "upgrade": ("shield-check", gettext_noop("Upgrade service")),
}
EMPTY = mark_safe("")
_MOST = 512  # badges and drawings that are kept made: a list shows the same few over and over


@dataclass(frozen=True)
class Due:
    """A deadline as shown: its look (far, near, today, late, met, none), icon and words."""

    look: str
    icon: str
    text: str


def until(at: datetime | None, now: datetime, state: str = "", text: str = "") -> Due:
    """How a deadline stands. `state` met or none overrules the clock; `text` overrules the words."""
    if state or at is None:
        look = state or "far"
        return Due(look, DUE_ICONS[look], text)
    off = wording.distance(at, now)
    return Due(off.urgency, DUE_ICONS[off.urgency], text or off.text)


@cache
def sprite(name: str, sheet: str = "icons") -> str:
    """The address of one drawing in a sprite file; it stays the same while the process runs."""
    prefix = "i" if sheet == "icons" else "p"
    return f"{static(f'{sheet}.svg')}#{prefix}-{name}"


@cache
def icon(name: str, size: str = "") -> SafeString:
    look = f"icon icon--{size}" if size else "icon"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', look, sprite(name))


def moment(at: datetime | date | None, shown: str) -> SafeString:
    """A <time> element for an instant (in the platform zone) or a day."""
    if at is None:
        return EMPTY
    stamp = local(at).isoformat() if isinstance(at, datetime) else at.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, shown)


def due_moment(at: datetime | None, word: str = "") -> SafeString:
    """The date of a deadline; `word` by or was goes before it, as the language has it."""
    if at is None:
        return EMPTY
    last = wording.last_moment(at)
    shown = instant_text(last)
    if word == "by":
        shown = gettext("by %(moment)s") % {"moment": shown}
    elif word == "was":
        shown = gettext("was %(moment)s") % {"moment": shown}
    return moment(last, shown)


def due(
    at: datetime | None,
    now: datetime,
    state: str = "",
    text: str = "",
    word: str = "",
    in_line: bool = False,
) -> SafeString:
    """Far or near, and when: the heart of every list (TIM-1, TIM-2)."""
    stand = until(at, now, state, text)
    rel = format_html('<span class="due__rel">{}</span>', stand.text)
    when = format_html('<span class="due__at">{}</span>', due_moment(at, word))
    first, second = (when, rel) if in_line else (rel, when)
    look = f"due due--{stand.look}{' due--line' if in_line else ''}"
    return format_html('<span class="{}">{}{} {}</span>', look, icon(stand.icon), first, second)


def money(amount: Money | None, look: str = "") -> SafeString:
    if amount is None:
        return EMPTY
    return format_html(
        '<span class="{}">{}<span class="money__cur">{}</span> {}</span>',
        classes("money", look),
        "− " if amount.amount < 0 else "",
        amount.currency.code,
        figure(amount),
    )


def order_no(number: str) -> SafeString:
    """Spaced by style only, so that it is copied without spaces."""
    groups = "".join(f"<span>{group}</span>" for group in fours(format_html("{}", number)))
    return mark_safe(f'<span class="order-no">{groups}</span>')


def mark(kind: str, words: str = "", off: bool = False) -> SafeString:
    """A guarantee mark: dispatch, delivery or upgrade, with its own words or others."""
    drawing, told = MARKS[kind]
    look = "mark mark--off" if off else "mark"
    return format_html(
        '<span class="{}">{}<span>{}</span></span>', look, icon(drawing), words or gettext(told)
    )


@lru_cache(_MOST)
def badge(words: str, drawing: str = "", tone: str = "") -> SafeString:
    """A state in a word, with its shape; `tone` as in `<c-badge>`."""
    look = classes("badge", tone)
    return format_html('<span class="{}">{}{}</span>', look, icon(drawing) if drawing else EMPTY, words)


def thumb(picture: dict[str, str] | None, size: str = "", label: str = "") -> SafeString:
    """A product's drawing: `{"shape": "mug", "tint": "pine"}`; a carton where there is none."""
    drawn = picture or {}
    return _drawn(drawn.get("shape", "box"), drawn.get("tint", "pine"), size, label)


@lru_cache(_MOST)
def _drawn(shape: str, tint: str, size: str, label: str) -> SafeString:
    heard = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{} tint-{}" {}><use href="{}"/></svg>',
        classes("thumb", size),
        tint,
        heard,
        sprite(shape, "products"),
    )


def classes(base: str, modifiers: str | None) -> str:
    """`btn` with `primary l` gives `btn btn--primary btn--l`."""
    return " ".join([base, *(f"{base}--{word}" for word in (modifiers or "").split())])
