"""Timelines of the admin: what is on record about an object, with who did it and by which rules."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_countries import countries

from assurance.accounts.models import User
from assurance.kernel.models import Event
from assurance.kernel.money import from_text
from assurance.kernel.wording import money_text
from assurance.ops.sheets import Moment
from orders.views.wording import said as said_of_order

AT_MOST = 200

ROLES: dict[str, Promise] = {
    "buyer": gettext_lazy("buyer"),
    "seller": gettext_lazy("supplier"),
    "ops": gettext_lazy("operations"),
    "platform": gettext_lazy("platform"),
}


def log(stream: str, key: int) -> list[Moment]:
    """The record of one object, the newest first. Two queries."""
    return moments(
        list(Event.objects.filter(stream=stream, key=key).order_by("-happened_at", "-id")[:AT_MOST])
    )


def moments(events: Sequence[Event]) -> list[Moment]:
    """Events as lines of a timeline, with the names of those who acted."""
    names = dict(
        User.objects.filter(pk__in={e.actor_id for e in events if e.actor_id}).values_list("pk", "name")
    )
    return [_moment(event, names) for event in events]


def _moment(event: Event, names: dict[int, str]) -> Moment:
    role = ROLES.get(event.actor_role, event.actor_role)
    name = names.get(event.actor_id or 0, "")
    who = _("%(name)s (%(role)s)") % {"name": name, "role": role} if name else role
    if event.stream == "order":
        told = said_of_order(event)
        return Moment(event.happened_at, told.title, told.more, told.icon, told.tone, who, event.rules)
    title, icon = _TITLES.get((event.stream, event.kind), (event.kind, "check"))
    more = _MORE.get((event.stream, event.kind), _reason)(event.data)
    return Moment(event.happened_at, title, more, icon, "", who, event.rules)


def _reason(data: dict[str, Any]) -> str:
    return _("“%(words)s”") % {"words": data["reason"]} if data.get("reason") else ""


def _amount(name: str) -> Callable[[dict[str, Any]], str]:
    return lambda data: money_text(from_text(data[name]))


def _rates(data: dict[str, Any]) -> str:
    told = ", ".join(f"{code} {usd}" for code, usd in data["usd"].items())
    return f"{told}. {_reason(data)}".strip()


def _roles(data: dict[str, Any]) -> str:
    now = ", ".join(data["roles"]) or _("none")
    return f"{now}. {_reason(data)}".strip()


def _country(data: dict[str, Any]) -> str:
    return f"{countries.name(data['country'])}. {_reason(data)}".strip()


_TITLES: dict[tuple[str, str], tuple[Promise, str]] = {
    ("bank_line", "assigned"): (gettext_lazy("Assigned to an order"), "link"),
    ("bank_line", "set_aside"): (gettext_lazy("Marked for return"), "none"),
    ("rates", "kept"): (gettext_lazy("Rates recorded"), "check"),
    ("taken_back", "settled"): (gettext_lazy("Settled by other means"), "check"),
    ("return", "returned"): (gettext_lazy("Sent back"), "coin"),
    ("statement", "uploaded"): (gettext_lazy("Uploaded"), "note"),
    ("statement", "asked"): (gettext_lazy("Queued to be taken in"), "clock"),
    ("statement", "discarded"): (gettext_lazy("Discarded"), "none"),
    ("statement", "taken_in"): (gettext_lazy("Taken in"), "check"),
    ("store_coupon", "made"): (gettext_lazy("Offered to buyers"), "coupon"),
    ("store_coupon", "ended"): (pgettext_lazy("coupon", "Ended"), "none"),
    ("claim", "filed"): (gettext_lazy("Claim filed"), "note"),
    ("claim", "approved"): (gettext_lazy("Claim approved"), "check"),
    ("claim", "rejected"): (gettext_lazy("Claim rejected"), "cross"),
    ("coupon", "issued"): (gettext_lazy("Coupon issued"), "coupon"),
    ("coupon", "reserved"): (gettext_lazy("Reserved for a payment"), "hourglass"),
    ("coupon", "released"): (gettext_lazy("Free again"), "check"),
    ("coupon", "redeemed"): (gettext_lazy("Used"), "coin"),
    ("coupon", "expired"): (gettext_lazy("Void: its last day is over"), "cross"),
    ("coupon", "returned"): (gettext_lazy("Its part went back to the platform"), "coin"),
    ("seller", "applied"): (gettext_lazy("Applied for Trade Assurance"), "note"),
    ("seller", "qualified"): (gettext_lazy("Trade Assurance opened"), "lamp"),
    ("seller", "activated"): (gettext_lazy("Activated for 15 days"), "lamp"),
    ("seller", "joined"): (gettext_lazy("Joined the upgrade service"), "shield-check"),
    ("seller", "left"): (gettext_lazy("Left the upgrade service"), "shield"),
    ("seller", "deposited"): (gettext_lazy("Money paid in"), "coin"),
    ("seller", "withdrew"): (gettext_lazy("Money taken out"), "coin"),
    ("user", "details_changed"): (gettext_lazy("Details changed"), "user"),
    ("user", "token_made"): (gettext_lazy("API token created"), "lock"),
    ("user", "token_revoked"): (gettext_lazy("API token revoked"), "lock"),
    ("user", "roles_set"): (gettext_lazy("Roles set"), "lock"),
    ("policy", "announced"): (gettext_lazy("Version announced"), "flag"),
    ("line", "made"): (gettext_lazy("Line created"), "truck"),
    ("line", "changed"): (gettext_lazy("Line changed"), "truck"),
    ("line", "reached"): (gettext_lazy("Destination added"), "pin"),
    ("line", "reach_changed"): (gettext_lazy("Destination changed"), "pin"),
    ("line", "dropped"): (gettext_lazy("Destination dropped"), "cross"),
    ("campaign", "made"): (gettext_lazy("Campaign created"), "flag"),
    ("campaign", "changed"): (gettext_lazy("Campaign changed"), "flag"),
    ("template", "saved"): (gettext_lazy("Saved"), "note"),
    ("template", "repriced"): (gettext_lazy("Price of a line set"), "coin"),
}
_MORE: dict[tuple[str, str], Callable[[dict[str, Any]], str]] = {
    ("coupon", "issued"): _amount("face"),
    ("coupon", "redeemed"): _amount("used"),
    ("seller", "deposited"): _amount("amount"),
    ("seller", "withdrew"): _amount("amount"),
    ("user", "roles_set"): _roles,
    ("rates", "kept"): _rates,
    ("line", "reached"): _country,
    ("line", "reach_changed"): _country,
    ("line", "dropped"): _country,
}
