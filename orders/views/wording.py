"""What happened on an order, said in the active language; the same words for buyer, supplier and ops."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assurance.kernel.models import Event
from assurance.kernel.money import from_text
from assurance.kernel.wording import day_text, money_text
from assurance.ui import parts
from orders.models import Cause, Method, Stage
from orders.rules import lifecycle


@dataclass(frozen=True)
class Said:
    """A line of the timeline. `tone` is empty, good or late; `more` is a second, smaller sentence."""

    title: str
    more: str = ""
    icon: str = "check"
    tone: str = ""


CLOSED_BECAUSE = {
    "unanswered": gettext_noop("It was not answered in time."),
    "unpaid": gettext_noop("It was not paid in time."),
    "declined": gettext_noop("It was declined."),
    "cancelled": gettext_noop("It was cancelled before payment."),
    "refunded": gettext_noop("It was refunded in full."),
}


# How a buyer reads a state: its words, its shape and its tone.
_STATES = {
    lifecycle.AWAITING_SUPPLIER: (gettext_noop("Awaiting the supplier"), "hourglass", ""),
    lifecycle.AWAITING_BUYER: (gettext_noop("Awaiting you"), "user", "soon"),
    lifecycle.AWAITING_PAYMENT: (gettext_noop("Awaiting payment"), "coin", "soon"),
    lifecycle.INITIAL_SHORT: (gettext_noop("Initial payment short"), "coin", "soon"),
    lifecycle.INITIAL_TO_CONFIRM: (gettext_noop("Initial payment to confirm"), "hourglass", ""),
    lifecycle.AWAITING_DISPATCH: (gettext_noop("Awaiting dispatch"), "box", ""),
    lifecycle.PARTLY_DISPATCHED: (gettext_noop("Partly dispatched"), "box", ""),
    lifecycle.AWAITING_RECEIPT: (gettext_noop("Awaiting receipt"), "truck", ""),
    lifecycle.COMPLETED: (gettext_noop("Completed"), "check", "good"),
    lifecycle.CLOSED: (gettext_noop("Closed"), "none", "off"),
}


def state_names() -> list[tuple[str, str]]:
    """The states in which a buyer has orders, in the buyer's words."""
    return [(state, _(words)) for state, (words, _icon, _tone) in _STATES.items()]


def state_badge(state: str) -> SafeString:
    """The state of an order as its buyer sees it."""
    words, icon, tone = _STATES[state]
    return parts.badge(_(words), icon, tone)


def said(event: Event) -> Said:
    """An event in words; KeyError for a kind that has none."""
    return _WORDS[event.kind](event.data)


def closed_because(reason: str) -> str:
    """Why an order is closed, as a sentence."""
    return _(CLOSED_BECAUSE[reason]) if reason in CLOSED_BECAUSE else ""


def _money(data: dict[str, Any], name: str) -> str:
    return money_text(from_text(data[name]))


def _total(data: dict[str, Any]) -> str:
    return _("Contract total %(amount)s") % {"amount": _money(data, "total")}


def _day(data: dict[str, Any]) -> str:
    return day_text(date.fromisoformat(data["day"]))


def _side(data: dict[str, Any], supplier: str, buyer: str) -> str:
    return supplier if data["by"] == "supplier" else buyer


def _quoted(words: str) -> str:
    return _("“%(words)s”") % {"words": words} if words else ""


def _paid(data: dict[str, Any]) -> Said:
    coupon, fee = from_text(data["coupon"]), from_text(data["fee"])
    parts = []
    if coupon.amount:
        parts.append(_("The platform added %(amount)s for the coupon.") % {"amount": money_text(coupon)})
    if fee.amount:
        parts.append(_("Payment fee: %(amount)s.") % {"amount": money_text(fee)})
    title = _("Payment received: %(amount)s") % {"amount": _money(data, "cash")}
    return Said(title, " ".join(parts), "coin", "good")


def _payment_failed(data: dict[str, Any]) -> Said:
    method = Method(data["method"]).label
    return Said(_("Payment by %(method)s failed") % {"method": method}, _("Nothing was charged."), "cross")


def _parcel(data: dict[str, Any]) -> Said:
    title = (
        _("Parcel handed over: %(carrier)s %(number)s") % data
        if data["number"]
        else _("Parcel handed over by proof: %(carrier)s") % data
    )
    more = _("It was the last of the order.") if data["last"] else _("More parcels will follow.")
    return Said(title, more, "truck")


def _extended(data: dict[str, Any]) -> Said:
    who = _side(
        data,
        _("The supplier extended the time for receipt"),
        _("The buyer extended the time for receipt"),
    )
    return Said(who, icon="clock")


def _refund_applied(data: dict[str, Any]) -> Said:
    if data["amount"] == "full":
        title = _("Refund in full applied for")
    else:
        title = _("Refund of %(amount)s applied for") % {"amount": _money(data, "amount")}
    cause = Cause(data["cause"]).label if "cause" in data else ""
    more = " ".join(part for part in (str(cause), _quoted(data["reason"])) if part)
    return Said(title, more, "note")


def _offer(title: str, data: dict[str, Any], icon: str) -> Said:
    return Said(title % {"amount": _money(data, "amount")}, _quoted(data["words"]), icon)


def _refund_ruled(data: dict[str, Any]) -> Said:
    if data["amount"] == "full":
        title = _("The platform ruled for a full refund")
    elif not from_text(data["amount"]).amount:
        title = _("The platform ruled that nothing is refunded")
    else:
        title = _("The platform ruled for a refund of %(amount)s") % {"amount": _money(data, "amount")}
    return Said(title, _quoted(data["words"]), "flag")


def _refunded(data: dict[str, Any]) -> Said:
    more = _("The order is refunded in full.") if data["full"] else ""
    return Said(_("Refunded: %(amount)s") % {"amount": _money(data, "amount")}, more, "coin", "good")


def _confirmed(data: dict[str, Any]) -> Said:
    return Said(_side(data, _("The supplier confirmed the order"), _("The buyer confirmed the order")))


def _declined(data: dict[str, Any]) -> Said:
    title = _side(data, _("The supplier declined the order"), _("The buyer declined the order"))
    return Said(title, _quoted(data["words"]), "cross")


def _cancelled(data: dict[str, Any]) -> Said:
    title = _side(data, _("The supplier cancelled the order"), _("The buyer cancelled the order"))
    return Said(title, icon="cross")


def _exempted(data: dict[str, Any]) -> Said:
    if data["platform_bears"]:
        title = _("Force majeure: the guarantees run on, the platform bears them")
    else:
        title = _("Force majeure: the order is exempted from its guarantees")
    return Said(title, _quoted(data["reason"]), "flag")


def _claim_filed(data: dict[str, Any]) -> Said:
    titles = {"dispatch": _("Claim made for late dispatch"), "delivery": _("Claim made for late delivery")}
    return Said(titles[data["guarantee"]], _("The platform reviews it."), "note")


def _proposed(data: dict[str, Any]) -> Said:
    title = _("New dispatch day proposed: %(day)s") % {"day": _day(data)}
    return Said(title, _quoted(data["reason"]), "calendar")


_WORDS: dict[str, Callable[[dict[str, Any]], Said]] = {
    "started": lambda d: Said(_("Order started"), _total(d)),
    "drafted": lambda d: Said(_("Order drafted by the supplier"), _total(d), "note"),
    "sent": lambda d: Said(_("The supplier sent the draft to the buyer"), icon="note"),
    "contract_changed": lambda d: Said(
        _("The supplier changed the order: version %(version)s") % d, _total(d), "note"
    ),
    "confirmed": _confirmed,
    "declined": _declined,
    "cancelled": _cancelled,
    "closed": lambda d: Said(_("Order closed"), closed_because(d["because"]), "cross"),
    "payment_pending": lambda d: Said(_("Payment being confirmed by the gateway"), icon="hourglass"),
    "payment_failed": _payment_failed,
    "coupon_taken_off": lambda d: Said(
        _("The buyer removed the coupon; it can be used again"), icon="coupon"
    ),
    "paid": _paid,
    "money_to_return": lambda d: Said(
        _("%(amount)s goes back to the payer") % {"amount": _money(d, "amount")},
        _("It arrived when it no longer counted for this order."),
        "coin",
    ),
    "money_returned": lambda d: Said(
        _("%(amount)s was sent back to the payer") % {"amount": _money(d, "amount")}, icon="coin"
    ),
    "funds_arrived": lambda d: Said(
        _("%(amount)s arrived at the bank") % {"amount": _money(d, "amount")},
        _("It counts from when the supplier associates it with the order."),
        "coin",
    ),
    "short_accepted": lambda d: Said(_("The supplier accepted the initial payment as received")),
    "rest_asked": lambda d: Said(_("The supplier asked for the rest of the initial payment"), icon="coin"),
    "parcel_submitted": _parcel,
    "parcel_numbered": lambda d: Said(
        _("The parcel can be tracked: %(carrier)s %(number)s") % d, icon="truck"
    ),
    "dispatch_kept": lambda d: Said(_("Dispatched in time"), icon="truck", tone="good"),
    "dispatch_overdue": lambda d: Said(
        _("Dispatch overdue"), _("The buyer can now make a claim."), "warning", "late"
    ),
    "dispatch_late_withdrawn": lambda d: Said(
        _("The late mark for dispatch is gone"), _("Information received since shows that it was in time.")
    ),
    "dispatch_exempted": lambda d: Said(_("On-time dispatch guarantee exempted"), icon="none"),
    "dispatch_ended": lambda d: Said(_("On-time dispatch guarantee ended"), icon="none"),
    "delivery_kept": lambda d: Said(_("Delivered in time"), icon="box", tone="good"),
    "delivery_late": lambda d: Said(
        _("Delivery late"), _("The buyer can now make a claim."), "warning", "late"
    ),
    "delivery_late_withdrawn": lambda d: Said(
        _("The late mark for delivery is gone"), _("Information received since shows that it was in time.")
    ),
    "delivery_exempted": lambda d: Said(_("On-time delivery guarantee exempted"), icon="none"),
    "delivery_ended": lambda d: Said(_("On-time delivery guarantee ended"), icon="none"),
    "date_proposed": _proposed,
    "date_accepted": lambda d: Said(
        _("The buyer accepted %(day)s as the new dispatch day") % {"day": _day(d)}, icon="calendar-check"
    ),
    "date_refused": lambda d: Said(
        _("The buyer refused %(day)s as the new dispatch day") % {"day": _day(d)}, icon="calendar"
    ),
    "date_lapsed": lambda d: Said(
        _("The proposed dispatch day %(day)s lapsed") % {"day": _day(d)},
        _("It was not accepted in time; the agreed day stands."),
        "calendar",
    ),
    "exempted": _exempted,
    "claim_filed": _claim_filed,
    "claim_approved": lambda d: Said(
        _("Claim approved"), _("A platform coupon was issued to the buyer."), "coupon", "good"
    ),
    "claim_rejected": lambda d: Said(_("Claim rejected"), _quoted(d["reason"]), "cross"),
    "received": lambda d: Said(_("The buyer confirmed receipt"), icon="box", tone="good"),
    "received_automatically": lambda d: Said(
        _("Receipt confirmed automatically"), _("The time for confirming receipt was over."), "box"
    ),
    "extended": _extended,
    "address_changed": lambda d: Said(_("The buyer changed the delivery address"), icon="pin"),
    "refund_applied": _refund_applied,
    "refund_refused": lambda d: Said(_("The supplier refused the refund"), _quoted(d["words"]), "cross"),
    "production_shown": lambda d: Said(
        _("Production: %(stage)s") % {"stage": Stage(d["stage"]).label}, _quoted(d["words"]), "box"
    ),
    "reviewed": lambda d: Said(
        _("The buyer reviewed the order: %(stars)s ★") % d, _quoted(d["words"]), "star", "good"
    ),
    "review_replied": lambda d: Said(_("The supplier replied to the review"), _quoted(d["words"]), "chat"),
    "refund_countered": lambda d: _offer(_("The supplier offered a refund of %(amount)s"), d, "coin"),
    "refund_declined": lambda d: _offer(_("The buyer declined %(amount)s"), d, "cross"),
    "refund_withdrawn": lambda d: Said(_("The buyer withdrew the application for a refund"), icon="none"),
    "refund_escalated": lambda d: Said(_("The refund is with the platform"), icon="flag"),
    "refund_ruled": _refund_ruled,
    "refunded": _refunded,
}
KINDS = frozenset(_WORDS)
