"""How a row of the order list looks: its state, what is due and until when, what to do.

A page has twenty of them, so a row is written here in one go, as `assurance.ui.parts` writes the small things:
as templates, twenty rows took longer than all the rest of the page.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django_countries import countries

from assurance.kernel.days import day_of, end_of, plus
from assurance.kernel.money import Money, convert, from_minor
from assurance.kernel.wording import chinese, day_text, instant_text, money_text
from assurance.ui import parts
from assurance.ui.wording import distance, last_moment
from logistics.models import Mode
from orders.models import Export
from orders.queries import exposure
from orders.queries.rows import Listed
from orders.queries.seller import TO_DISPATCH, Row
from orders.rules import desk, guarantees, lifecycle, refunds
from orders.views.seller.panels import paid_text

ICONS = {
    lifecycle.COMPLETED: "check",
    lifecycle.CLOSED: "none",
    lifecycle.AWAITING_RECEIPT: "truck",
    lifecycle.AWAITING_DISPATCH: "box",
    lifecycle.PARTLY_DISPATCHED: "box",
}
_GONE = (guarantees.ENDED, guarantees.EXEMPTED)


class Words:
    """What rows say in the active language. Looked up once: twenty rows would ask for each word again."""

    def __init__(self) -> None:
        self.states = {state: str(name) for state, name in lifecycle.STATE_NAMES.items()}
        self.exports = {value: str(label) for value, label in Export.choices}
        self.modes = {value: str(label) for value, label in Mode.choices}
        self.made = _("created %(day)s")
        self.until = _("%(label)s: %(value)s")
        self.way = _("%(mode)s, to %(country)s")
        self.overdue = parts.badge(_("Overdue"), "warning", "late")
        self.verifying = parts.badge(_("Dispatch being verified"), "hourglass", "soon")
        self.badges = {
            state: parts.badge(name, ICONS.get(state, "clock")) for state, name in self.states.items()
        }
        self.dispatch_mark = parts.mark("dispatch")
        self.delivery_mark = parts.mark("delivery")
        self.delivery_gone = parts.mark("delivery", off=True)
        self.claimed = _("A claim has been made")
        self.claimable = _("The buyer can claim, at most %(amount)s")
        self.disputed = _("Refund being decided")
        self.refund_due = _("Refund: answer by %(moment)s")
        self.refund_waits = _("The refund still waits for your answer")
        self.refunded = _("%(amount)s refunded")
        self.proposed = _("The new day waits for the buyer")
        self.unscanned = _("Waiting for the carrier’s first scan")
        self.unstarted = _("The time for dispatch starts with the full payment")
        self.country = cache(lambda code: str(countries.name(code)))
        self.choose = _("Choose order %(number)s")
        self.nobody = _("Not assigned")
        self.unread = parts.badge(_("New message"), "chat", "accent")
        self.loan = parts.badge(_("Loan-eligible"), "coin")
        self.note = _("Add a note")
        self.notes = _("Notes (%(n)s)")
        self.dispatch = pgettext("verb", "Dispatch")
        self.answer = pgettext("verb", "Answer")
        self.view = _("View order")


@cache
def words(language: str) -> Words:
    """Made when a language is first asked for, while it is the active one."""
    return Words()


@dataclass(frozen=True)
class Look:
    """A row ready to be shown at an instant. `due` is exclusive, as deadlines are kept."""

    row: Row
    at: datetime
    words: Words
    href: str
    due: datetime | None
    due_word: str
    lit: bool = False
    is_ticked: bool = False

    @property
    def order(self) -> Listed:
        return cast(Listed, self.row.order)

    @property
    def is_to_dispatch(self) -> bool:
        return self.row.view.state in TO_DISPATCH

    @property
    def is_verifying(self) -> bool:
        return self.row.view.dispatch == guarantees.VERIFYING

    @property
    def waits_for_seller(self) -> bool:
        return self.row.view.state in (lifecycle.AWAITING_SUPPLIER, lifecycle.INITIAL_TO_CONFIRM)

    @cached_property
    def tone(self) -> str:
        """late or today, for an order that the seller can still dispatch; else empty."""
        if self.due is None or not self.is_to_dispatch:
            return ""
        urgency = distance(self.due, self.at).urgency
        return urgency if urgency in ("late", "today") else ""

    @property
    def state(self) -> str:
        return self.words.states[self.row.view.state]

    @property
    def badge(self) -> SafeString:
        """The state as an icon and a word; overdue, while the seller can still do something about it."""
        if self.row.view.overdue and self.is_to_dispatch:
            return self.words.overdue
        return self.words.verifying if self.is_verifying else self.words.badges[self.row.view.state]

    @property
    def until(self) -> SafeString | str:
        """When the present wait ends: for a dispatch as a deadline, else in a line of its own."""
        if self.due is None:
            return ""
        if self.is_to_dispatch:
            return parts.due(self.due, self.at)
        return self.words.until % {
            "label": self.due_word,
            "value": instant_text(last_moment(self.due), seconds=False),
        }

    @property
    def export(self) -> str:
        return self.words.exports[self.row.order.export]

    @property
    def number(self) -> SafeString:
        return parts.order_no(self.row.order.number)

    @property
    def made(self) -> str:
        return self.words.made % {"day": day_text(day_of(self.row.order.created_at))}

    @property
    def marks(self) -> SafeString:
        """The guarantees that the order carries; one that has ended stays, struck."""
        dispatch = self.words.dispatch_mark if self.row.order.covered else parts.EMPTY
        delivery = self.row.view.delivery
        if delivery == guarantees.NONE:
            return dispatch
        return dispatch + (self.words.delivery_gone if delivery in _GONE else self.words.delivery_mark)

    @property
    def product(self) -> str:
        """The first product, in the reader's language where it has a name in it."""
        return (chinese() and self.order.product_name_zh) or self.order.product_name

    @property
    def picture(self) -> SafeString:
        return parts.thumb(json.loads(self.order.picture))

    @property
    def price(self) -> SafeString:
        price = from_minor(self.order.price_minor, self.order.currency)
        return mark_safe(f"{parts.money(price)} × {self.order.quantity:,}")

    @property
    def more(self) -> str:
        n = self.order.lines_in_all - 1
        return ngettext("and %(n)s more product", "and %(n)s more products", n) % {"n": n} if n else ""

    @property
    def total(self) -> SafeString:
        return parts.money(self.row.order.total)

    @property
    def paid(self) -> str:
        return paid_text(self.row.order)

    @property
    def coupon(self) -> str:
        if not self.row.order.coupon_minor:
            return ""
        return _("platform coupon %(sum)s") % {"sum": money_text(self.row.order.coupon_part)}

    @property
    def country(self) -> str:
        return self.words.country(str(self.row.order.destination))

    @property
    def way(self) -> str:
        return self.words.way % {"mode": self.words.modes[self.row.order.mode], "country": self.country}

    @cached_property
    def at_most(self) -> Money | None:
        """What a claim would give; none where no guarantee runs."""
        return exposure.at_most(self.row) if self.row.order.covered else None

    @property
    def notes(self) -> list[str]:
        """What a colleague would say of this order across the desk."""
        order, view, said = self.order, self.row.view, []
        if order.claimed_at is not None:
            said.append(self.words.claimed)
        elif view.entrance:
            said.append(self.words.claimable % {"amount": money_text(exposure.at_most(self.row))})
        if order.disputed:
            said.append(self._refund_note())
        if order.refunded_minor and order.refunded_at is None:
            said.append(self.words.refunded % {"amount": money_text(order.refunded)})
        if order.has_proposal:
            said.append(self.words.proposed)
        if self.is_verifying:
            said.append(self.words.unscanned)
        elif self.is_to_dispatch and self.due is None:
            said.append(self.words.unstarted)
        return said

    @cached_property
    def refund_due(self) -> datetime | None:
        """Until when the seller has to answer an application for a refund; none where no answer is awaited (RFD-2)."""
        asked, policy = self.order.refund_asked_at, self.row.view.facts.policy
        if asked is None or self.at >= refunds.escalates_at(asked, policy):
            return None
        return end_of(plus(day_of(asked), policy.refund_answer_days))

    def _refund_note(self) -> str:
        if self.refund_due is None:
            return self.words.disputed
        if self.refund_due <= self.at:
            return self.words.refund_waits
        return self.words.refund_due % {"moment": instant_text(last_moment(self.refund_due), seconds=False)}

    @property
    def badges(self) -> SafeString:
        """Beside the marks: whether the buyer has written, whether it can be borrowed on, the seller's labels."""
        order = self.order
        known = desk.Borrowing(
            lit=self.lit,
            state=self.row.view.state,
            effective_at=order.effective_at,
            disputed=order.disputed,
            refunded=order.refunded_minor > 0,
            total=convert(order.total, usd_rate=order.usd_rate, to="USD"),
        )
        labels = "".join(parts.badge(name, "tag", "accent") for name in order.label_names)
        unread = f'<a href="{self.href}messages/">{self.words.unread}</a>' if order.has_unread else ""
        return mark_safe(unread + (self.words.loan if desk.can_borrow(known) else "") + labels)

    @property
    def html(self) -> SafeString:
        """The row: a head with number, marks and who is in charge, and its six cells."""
        order, words = self.order, self.words
        tone = f" is-{self.tone}" if self.tone else ""
        picked = escape(words.choose % {"number": order.number})
        head = (
            f'<tbody role="rowgroup" class="order{tone}"><tr role="row" class="order-head">'
            f'<td role="cell" colspan="6"><div class="cluster">'
            f'<input type="checkbox" name="order" value="{order.number}" form="bulk"'
            f' aria-label="{picked}"{" checked" if self.is_ticked else ""}>'
            f'<a class="row-link" href="{self.href}">{self.number}</a>'
            f"<span>{escape(self.made)}</span>{self.marks}{self.badges}"
            f'<span class="push icon-text">{parts.icon("user")}{escape(order.salesperson_name or words.nobody)}'
            f"</span></div></td></tr>"
        )
        return mark_safe(f'{head}<tr role="row">{"".join(self._cells())}</tr></tbody>')

    def _cells(self) -> list[str]:
        """Escaped here: everything but what `parts` has made comes from people."""
        order, until = self.order, self.until
        due = f"<br>{until}" if self.is_to_dispatch and until else _sub(until)
        return [
            f'<td role="cell" class="cell-buyer"><strong>{escape(order.buyer_name)}</strong>'
            f"{_sub(order.buyer_company)}{_sub(self.country)}</td>",
            f'<td role="cell" class="cell-products"><div class="thumbed">{self.picture}<div>'
            f"{escape(self.product)}{_sub(self.price)}{_sub(self.more)}</div></div></td>",
            f'<td role="cell" class="num cell-money">{self.total}{_sub(self.paid)}{_sub(self.coupon)}</td>',
            f'<td role="cell" class="cell-way">{escape(self.export)}{_sub(self.way)}</td>',
            f'<td role="cell" class="cell-state">{self.badge}{due}{"".join(map(_sub, self.notes))}</td>',
            f'<td role="cell" class="cell-act"><div class="stack stack--tight">{self._acts()}</div></td>',
        ]

    def _acts(self) -> str:
        words, n = self.words, self.order.notes_in_all
        act = ""
        if self.refund_due is not None:
            act = f'<a class="btn btn--s btn--primary" href="{self.href}#refund">{escape(words.answer)}</a>'
        if self.is_to_dispatch:
            look = " btn--primary" if self.tone else ""
            act += f'<a class="btn btn--s{look}" href="{self.href}#dispatch">{escape(words.dispatch)}</a>'
        elif self.waits_for_seller:
            act = f'<a class="btn btn--s btn--primary" href="{self.href}">{escape(words.answer)}</a>'
        noted = words.notes % {"n": n} if n else words.note
        return (
            f'{act}<a class="small" href="{self.href}">{escape(words.view)}</a>'
            f'<a class="small" href="{self.href}desk/">{escape(noted)}</a>'
        )


def _sub(text: str) -> str:
    """A second line of a cell, escaped unless `parts` has made it; nothing where there is nothing to say."""
    return f'<span class="sub">{conditional_escape(text)}</span>' if text else ""


def looks(
    rows: Iterable[Row], at: datetime, *, lit: bool = False, ticked: Collection[str] = ()
) -> list[Look]:
    """Rows of orders read by `orders.queries.rows`. `lit`: the lamp, without which nothing is lent.

    `ticked` are the numbers that were ticked when a form above the list was sent back.
    """
    orders, said = reverse("ma:orders"), words(get_language() or "")
    return [
        Look(row, at, said, f"{orders}{number}/", *due_of(row), lit, number in ticked)
        for row in rows
        for number in [row.order.number]
    ]


def due_of(row: Row) -> tuple[datetime | None, str]:
    """The instant at which this order's present wait ends, and what it is."""
    order, view = row.order, row.view
    if view.state in TO_DISPATCH or view.dispatch == guarantees.VERIFYING:
        return (end_of(view.dispatch_due), _("Dispatch")) if view.dispatch_due else (None, "")
    if view.state == lifecycle.AWAITING_RECEIPT:
        return order.receipt_due_at, _("Automatic receipt")
    return (view.closes_at, _("Closes automatically")) if view.closes_at else (None, "")
