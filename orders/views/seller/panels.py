"""The panels of an order's page, worked out for the seller: progress, funds, dispatch, what may be done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from assurance.kernel.days import day_of, end_of, plus
from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from assurance.kernel.wording import day_text
from orders.models import Method, Order
from orders.queries.accounts import BankAccount, accounts
from orders.queries.buyer import Detail
from orders.queries.facts import fee, funds, terms_of
from orders.rules import guarantees, lifecycle, terms
from orders.rules.bank.reference import in_groups, reference_of
from orders.views import reviews
from orders.views.contract import terms_text
from orders.views.export_modes import ExportMode, explained
from orders.views.history import delivered_late, dispatched_late


@dataclass(frozen=True)
class FundsPanel:
    """The funds of an order, in its currency. `initial` and `balance` are none when all is paid at once."""

    initial: Money | None
    balance: Money | None
    buyer_pays: Money
    platform_pays: Money
    fee: Money
    fee_percent: str
    fee_cap: Money
    expected: Money
    paid: Money
    outstanding: Money
    state: str
    is_full: bool
    methods: list[str]
    reference: str
    accounts: list[BankAccount]


def funds_panel(known: Detail) -> FundsPanel:
    """ORD-5, ORD-7, PAY-3: what is agreed, who pays which part of it, what is taken, what is to arrive."""
    order = known.order
    now, taken = funds(order), fee(order)
    part = order.coupon_part
    if not part.amount and known.payment is not None:
        part = known.payment.coupon_part
    percent, cap = terms.fee_terms(order.export, platform_line=order.platform_line)
    kept = order.total - order.refunded - order.coupon_returned
    return FundsPanel(
        initial=order.initial,
        balance=order.total - order.initial if order.initial else None,
        buyer_pays=order.total - part,
        platform_pays=part,
        fee=taken,
        fee_percent=f"{percent.normalize()}%",
        fee_cap=cap,
        expected=kept - taken if known.view.state != lifecycle.CLOSED else order.total * 0,
        paid=now.paid,
        outstanding=now.outstanding,
        state=paid_text(order),
        is_full=now.full,
        methods=_methods(order, known.view.facts.policy),
        reference=in_groups(reference_of(order.number)),
        accounts=accounts(order.currency),
    )


def _methods(order: Order, policy: Policy) -> list[str]:
    """The methods of the fee table; T/T where the platform has an account in the order's currency."""
    has_account = bool(accounts(order.currency))
    return [str(Method(name).label) for name in policy.method_fee_percent if name != Method.TT or has_account]


def paid_text(order: Order) -> str:
    """How far an order is paid, in words."""
    now = funds(order)
    if order.refunded_at is not None:
        return _("Refunded in full")
    if now.full:
        return _("Paid in full")
    if now.initial_met:
        return _("Initial payment received")
    return _("Paid in part") if now.paid.amount else _("Not paid")


@dataclass(frozen=True)
class DispatchPanel:
    """The days of an order. Deadlines are exclusive, as they are kept."""

    due: datetime | None
    promise: datetime | None
    terms: str
    after_dispatch: int
    last_new_day: date | None
    note: str
    dispatched_late: str
    delivered_late: str
    export: ExportMode


def dispatch_panel(known: Detail) -> DispatchPanel:
    """When it is due, when it left and how that is known (DSP-2, DSP-3), when it is to arrive (DLV-2)."""
    order, view = known.order, known.view
    limit = view.facts.policy.amendment_days
    return DispatchPanel(
        due=end_of(view.dispatch_due) if view.dispatch_due else None,
        promise=end_of(view.promise) if view.promise else None,
        terms=_("a fixed day") if order.dispatch_day else terms_text(terms_of(order)),
        after_dispatch=order.handling_days + order.transit_max,
        last_new_day=plus(order.first_due, limit) if order.first_due else None,
        note=_dispatched_note(known),
        dispatched_late=dispatched_late(view),
        delivered_late=delivered_late(view),
        export=explained(order.export, view.facts.policy, platform_line=order.platform_line),
    )


def _dispatched_note(known: Detail) -> str:
    view = known.view
    if view.dispatched_at is None:
        if view.facts.submitted_at is None:
            return _("Not wholly dispatched")
        if known.unnumbered:
            return _("Submitted by proof; counts 48 hours later unless a carrier scans it")
        return _("Submitted, waiting for the carrier’s first scan")
    scanned = view.dispatched_at in [parcel.first_scan_at for parcel in view.facts.parcels]
    return _("The carrier’s first scan") if scanned else _("Your submission; no scan came within 48 hours")


def allowed(known: Detail) -> dict[str, bool]:
    """Which buttons to show, by verb; the services have the last word."""
    view, order = known.view, known.order
    may = {verb: view.state in states for verb, states in lifecycle.ALLOWED.items()}
    may["propose"] &= (
        view.dispatch in (guarantees.ACTIVE, guarantees.LATE)
        and not view.facts.claimed
        and order.submitted_at is None
    )
    may["cancel"] &= not may["decline_supplier"]  # who is asked answers, with a reason
    may["number"] &= bool(known.unnumbered)
    may["extend"] &= not order.supplier_extended
    return may


def stops(known: Detail) -> list[dict[str, Any]]:
    """Contract › Payment › Shipment › Receiving › Reviews, each with its day."""
    order, view = known.order, known.view
    agreed = view.state not in lifecycle.NOT_AGREED
    paid, received = order.full_met_at, view.received_at
    sent = order.submitted_at is not None
    reviewed, review = reviews.stop(order, view, known.at)
    found: list[dict[str, Any]] = [
        {
            "label": _("Contract"),
            "note": day_text(day_of(order.created_at)),
            "state": "done" if agreed else "",
        },
        {
            "label": _("Payment"),
            "note": day_text(day_of(paid)) if paid else "",
            "state": "done" if paid else "",
        },
        {
            "label": _("Shipment"),
            "note": _shipment(known),
            "state": "late" if view.overdue else "done" if sent else "",
        },
        {"label": _("Receiving"), "note": _receiving(known), "state": "done" if received else ""},
        {"label": _("Reviews"), "note": reviewed, "state": "" if review == "now" else review},
    ]
    ahead = [stop for stop in found if not stop["state"] or (stop["state"] == "late" and not sent)]
    if view.state == lifecycle.CLOSED:
        for stop in ahead:
            stop["state"] = "off"
    if ahead:
        ahead[0]["current"] = True
        ahead[0]["state"] = ahead[0]["state"] or "now"
    return found


def _shipment(known: Detail) -> str:
    view = known.view
    if view.dispatched_at is not None:
        return day_text(day_of(view.dispatched_at))
    if view.facts.submitted_at is not None:
        return _("submitted %(day)s") % {"day": day_text(day_of(view.facts.submitted_at))}
    return _("by %(day)s") % {"day": day_text(view.dispatch_due)} if view.dispatch_due else ""


def _receiving(known: Detail) -> str:
    view = known.view
    if view.received_at is not None:
        return day_text(day_of(view.received_at))
    return _("promised by %(day)s") % {"day": day_text(view.promise)} if view.promise else ""
