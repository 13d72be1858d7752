"""How a row of the order list looks: its state, what is due and until when, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from assurance.kernel.days import end_of
from assurance.kernel.money import Money
from assurance.ui.wording import distance, money_text
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


@dataclass(frozen=True)
class Look:
    """A row ready to be shown. `due` is exclusive, as deadlines are kept; `tone` is late, today or empty."""

    row: Row
    state: str
    icon: str
    due: datetime | None
    due_word: str
    tone: str
    paid: str
    notes: list[str]

    @property
    def at_most(self) -> Money | None:
        """What a claim would give; none where no guarantee runs."""
        return exposure.at_most(self.row) if self.row.order.covered else None

    @property
    def is_to_dispatch(self) -> bool:
        return self.row.view.state in TO_DISPATCH

    @property
    def waits_for_seller(self) -> bool:
        return self.row.view.state in (lifecycle.AWAITING_SUPPLIER, lifecycle.INITIAL_TO_CONFIRM)


def looks(rows: Iterable[Row], at: datetime) -> list[Look]:
    return [look(row, at) for row in rows]


def look(row: Row, at: datetime) -> Look:
    due, word = due_of(row)
    tone = ""
    if due is not None and row.view.state in TO_DISPATCH:
        urgency = distance(due, at).urgency
        tone = urgency if urgency in ("late", "today") else ""
    verifying = row.view.dispatch == guarantees.VERIFYING
    return Look(
        row=row,
        state=_("Dispatch being verified") if verifying else str(lifecycle.STATE_NAMES[row.view.state]),
        icon="hourglass" if verifying else ICONS.get(row.view.state, "clock"),
        due=due,
        due_word=word,
        tone=tone,
        paid=paid_text(row.order),
        notes=_notes(row),
    )


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


def _notes(row: Row) -> list[str]:
    """What a colleague would say of this order across the desk."""
    notes = []
    if row.order.claimed_at is not None:
        notes.append(_("A claim has been made"))
    elif row.view.entrance:
        at_most = money_text(exposure.at_most(row))
        notes.append(_("The buyer can claim, at most %(amount)s") % {"amount": at_most})
    if row.order.disputed:
        notes.append(_("Refund being decided"))
    if getattr(row.order, "has_proposal", False):
        notes.append(_("The new day waits for the buyer"))
    if row.view.dispatch == guarantees.VERIFYING:
        notes.append(_("Waiting for the carrier’s first scan"))
    return notes
