"""How a row of the order list looks: its state, what is due and until when, what to do.

A page has twenty of them, so what a row says is made here in one go and its template only places it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from assurance.accounts.models import User
from assurance.kernel.days import day_of, end_of
from assurance.kernel.money import Money
from assurance.ui import parts
from assurance.ui.templatetags.trade import translated
from assurance.ui.wording import day_text, distance, instant_text, last_moment, money_text
from orders.queries import exposure
from orders.queries.seller import TO_DISPATCH, Row
from orders.rules import guarantees, lifecycle
from orders.views.seller.panels import paid_text

ICONS = {
    lifecycle.COMPLETED: "check",
    lifecycle.CLOSED: "none",
    lifecycle.AWAITING_RECEIPT: "truck",
    lifecycle.AWAITING_DISPATCH: "box",
    lifecycle.PARTLY_DISPATCHED: "box",
}
_GONE = (guarantees.ENDED, guarantees.EXEMPTED)


@dataclass(frozen=True)
class Look:
    """A row ready to be shown at an instant. `due` is exclusive, as deadlines are kept."""

    row: Row
    at: datetime
    href: str
    due: datetime | None
    due_word: str

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
        if self.is_verifying:
            return _("Dispatch being verified")
        return str(lifecycle.STATE_NAMES[self.row.view.state])

    @property
    def badge(self) -> SafeString:
        """The state as an icon and a word; overdue, while the seller can still do something about it."""
        if self.row.view.overdue and self.is_to_dispatch:
            return parts.badge(_("Overdue"), "warning", "late")
        if self.is_verifying:
            return parts.badge(self.state, "hourglass", "soon")
        return parts.badge(self.state, ICONS.get(self.row.view.state, "clock"))

    @property
    def until(self) -> SafeString | str:
        """When the present wait ends: for a dispatch as a deadline, else in a line of its own."""
        if self.due is None:
            return ""
        if self.is_to_dispatch:
            return parts.due(self.due, self.at)
        return f"{self.due_word}: {instant_text(last_moment(self.due), seconds=False)}"

    @property
    def buyer(self) -> User:
        return self.row.order.buyer

    @property
    def export(self) -> str:
        return str(self.row.order.get_export_display())

    @property
    def number(self) -> SafeString:
        return parts.order_no(self.row.order.number)

    @property
    def made(self) -> str:
        return _("made %(day)s") % {"day": day_text(day_of(self.row.order.created_at))}

    @property
    def marks(self) -> SafeString:
        """The guarantees that the order carries; one that has ended stays, struck."""
        dispatch = parts.mark("dispatch") if self.row.order.covered else parts.EMPTY
        delivery = self.row.view.delivery
        if delivery == guarantees.NONE:
            return dispatch
        return mark_safe(dispatch + parts.mark("delivery", off=delivery in _GONE))

    @property
    def product(self) -> str:
        return translated(self.row.order.lines.all()[0])

    @property
    def picture(self) -> SafeString:
        return parts.thumb(self.row.order.lines.all()[0].product.picture)

    @property
    def price(self) -> SafeString:
        line = self.row.order.lines.all()[0]
        return mark_safe(f"{parts.money(line.price)} × {line.quantity:,}")

    @property
    def more(self) -> str:
        n = len(self.row.order.lines.all()) - 1
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

    @cached_property
    def country(self) -> str:
        return str(countries.name(str(self.row.order.destination)))

    @property
    def way(self) -> str:
        order = self.row.order
        return _("%(mode)s, to %(country)s") % {"mode": order.get_mode_display(), "country": self.country}

    @cached_property
    def at_most(self) -> Money | None:
        """What a claim would give; none where no guarantee runs."""
        return exposure.at_most(self.row) if self.row.order.covered else None

    @property
    def notes(self) -> list[str]:
        """What a colleague would say of this order across the desk."""
        order, view, said = self.row.order, self.row.view, []
        if order.claimed_at is not None:
            said.append(_("A claim has been made"))
        elif view.entrance:
            amount = money_text(exposure.at_most(self.row))
            said.append(_("The buyer can claim, at most %(amount)s") % {"amount": amount})
        if order.disputed:
            said.append(_("Refund being decided"))
        if getattr(order, "has_proposal", False):
            said.append(_("The new day waits for the buyer"))
        if self.is_verifying:
            said.append(_("Waiting for the carrier’s first scan"))
        return said


def looks(rows: Iterable[Row], at: datetime) -> list[Look]:
    orders = reverse("ma:orders")
    return [Look(row, at, f"{orders}{row.order.number}/", *due_of(row)) for row in rows]


def due_of(row: Row) -> tuple[datetime | None, str]:
    """The instant at which this order's present wait ends, and what it is."""
    order, view = row.order, row.view
    if view.state in TO_DISPATCH or view.dispatch == guarantees.VERIFYING:
        return (end_of(view.dispatch_due), _("Dispatch")) if view.dispatch_due else (None, "")
    if view.state == lifecycle.AWAITING_RECEIPT:
        return order.receipt_due_at, _("Automatic receipt")
    limit = lifecycle.closes_at(
        view.state, order.state_since, discount_since=order.discount_since, policy=view.facts.policy
    )
    return (limit[0], _("Closes by itself")) if limit else (None, "")
