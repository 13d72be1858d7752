"""Sheets about an order that several pages of the admin show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from assurance.kernel.days import end_of
from assurance.ops.sheets import Badge, Due, Fact, Panel, Table
from logistics.models import Parcel, TrackingEvent
from orders.models import Order, State
from orders.queries.facts import View
from orders.rules import guarantees

GUARANTEE = {
    guarantees.NONE: Badge(gettext_lazy("none"), "off", "none"),
    guarantees.PENDING: Badge(gettext_lazy("not started"), "", "hourglass"),
    guarantees.ACTIVE: Badge(gettext_lazy("running"), "accent", "clock"),
    guarantees.VERIFYING: Badge(gettext_lazy("being verified"), "soon", "search"),
    guarantees.KEPT: Badge(gettext_lazy("kept"), "good", "check"),
    guarantees.LATE: Badge(gettext_lazy("late"), "late", "warning"),
    guarantees.EXEMPTED: Badge(gettext_lazy("exempted"), "off", "flag"),
    guarantees.ENDED: Badge(gettext_lazy("ended"), "off", "none"),
}


def state_name(view: View) -> str:
    return str(State(view.state).label)


def facts_panel(order: Order, view: View, at: datetime) -> Panel:
    """The computed facts on which both guarantees are judged, each with the rule that decides it."""
    known = view.facts
    facts = [
        Fact(_("Order state"), state_name(view), "ORD-2"),
        Fact(_("On-time dispatch"), GUARANTEE[view.dispatch], "DSP-4"),
        Fact(_("Guaranteed delivery"), GUARANTEE[view.delivery], "DLV-4"),
        Fact(_("Covered by the upgrade service"), order.covered, "UPG-2"),
        Fact(_("Clock started"), known.clock_started_at, "DSP-2"),
        Fact(
            _("Dispatch by"),
            _due(known.deadline, view.dispatched_at),
            "DSP-2",
        ),
        Fact(_("Wholly submitted"), known.submitted_at, "DSP-3"),
        Fact(_("Dispatched"), view.dispatched_at, "DSP-3", _unknown_dispatch(view)),
        Fact(
            _("Promised delivery"),
            _due(end_of(order.promise) if order.promise else None, view.delivered_at),
            "DLV-2",
        ),
        Fact(_("Delivered"), view.delivered_at, "DLV-3"),
        Fact(_("Received"), view.received_at, "ORD-8", _receipt(order, view)),
        Fact(_("Claim entrance"), _entrance(view), "CLM-2"),
    ]
    if order.exempted_at is not None:
        note = _("the platform bears it") if order.platform_bears else _("no compensation is due")
        facts.append(Fact(_("Exempted"), order.exempted_at, "DSP-7", note))
    if order.address_changed_at is not None:
        facts.append(Fact(_("Address changed"), order.address_changed_at, "DLV-6"))
    if order.refunded_at is not None:
        facts.append(Fact(_("Refunded in full"), order.refunded_at, "RFD-3"))
    return Panel(_("Computed facts"), facts)


def _due(deadline: datetime | None, done: datetime | None) -> Due:
    """A deadline as of when it was met or missed; while nothing came about, as of now."""
    return Due(deadline, met=deadline is not None and done is not None and done < deadline, measured=done)


def _unknown_dispatch(view: View) -> str:
    waiting = view.dispatched_at is None and view.facts.submitted_at is not None
    return _("unknown until a first scan, at most 48 hours") if waiting else ""


def _receipt(order: Order, view: View) -> str:
    if view.received_at is None:
        return ""
    return _("confirmed by the buyer") if order.confirmed_at else _("confirmed automatically; not a delivery")


def _entrance(view: View) -> Badge | list[object]:
    if not view.entrance:
        return Badge(pgettext("claim entrance", "closed"), "off", "lock")
    open_badge = Badge(pgettext("claim entrance", "open"), "soon", "clock")
    return [open_badge, Due(end_of(view.entrance_closes))] if view.entrance_closes else open_badge


def submitted_as(parcel: Parcel) -> str:
    """What was handed in when a parcel was submitted (DSP-3)."""
    return _("Proof of dispatch submitted") if parcel.proof_digest else _("Tracking number submitted")


def parcels_panel(parcels: Sequence[Parcel]) -> Panel:
    """Parcels and what the carriers saw of them, the newest first."""
    seen = (
        TrackingEvent.objects.filter(parcel__in=parcels)
        .select_related("parcel")
        .order_by("-happened_at", "-id")
    )
    rows: list[tuple[Any, ...]] = [
        (parcel.submitted_at, str(parcel), submitted_as(parcel), None) for parcel in parcels
    ]
    for event in seen[:200] if parcels else ():
        what = f"{event.get_kind_display()} · {event.place}" if event.place else event.get_kind_display()
        rows.append((event.happened_at, str(event.parcel), what, event.received_at))
    rows.sort(key=lambda row: row[0], reverse=True)
    head = (_("When"), _("Parcel"), _("What"), _("Known since"))
    return Panel(_("Parcels and tracking"), table=Table(head, rows, empty=_("No parcel has been submitted.")))
