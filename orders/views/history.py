"""What has happened on an order, newest first: what was recorded, and the arrival that the carriers reported."""

from datetime import datetime

from django.utils.translation import gettext as _

from assurance.kernel.days import end_of
from assurance.ui.wording import distance
from orders.queries.buyer import Detail
from orders.queries.facts import View
from orders.rules import guarantees
from orders.views.wording import Said, said


def happened(known: Detail) -> list[tuple[datetime, Said]]:
    """The timeline of buyer and seller. A guaranteed delivery in time is on record, and so is the buyer's receipt;

    any other arrival is known from the parcels alone.
    """
    told = [(event.happened_at, said(event)) for event in known.events]
    arrived = known.view.delivered_at
    is_told = any(event.kind == "delivery_kept" for event in known.events)
    if arrived is not None and arrived != known.view.facts.confirmed_at and not is_told:
        late = delivered_late(known.view)
        told.append((arrived, Said(_("Delivered"), late, "box", "late" if late else "good")))
        told.sort(key=lambda one: one[0], reverse=True)
    return told


def delivered_late(view: View) -> str:
    """By how much the goods came after the guaranteed day; empty if they did not, or have not come."""
    if view.delivery != guarantees.LATE or view.promise is None or view.delivered_at is None:
        return ""
    return distance(end_of(view.promise), view.delivered_at).text


def dispatched_late(view: View) -> str:
    """By how much the order left after the guaranteed day; empty if it did not, or it is not known yet."""
    deadline = view.facts.deadline
    if view.dispatch != guarantees.LATE or deadline is None or view.dispatched_at is None:
        return ""
    return distance(deadline, view.dispatched_at).text
