"""Finding the parcel that a message is about."""

from collections.abc import Iterable
from datetime import datetime

from logistics.models import Parcel, TrackingEvent


def carriers_by_number(numbers: Iterable[str]) -> dict[str, list[str]]:
    """Under which carriers each tracking number is known: one query for a whole batch."""
    found: dict[str, list[str]] = {}
    rows = Parcel.objects.filter(number__in=set(numbers)).order_by("id")
    for number, carrier in rows.values_list("number", "carrier"):
        found.setdefault(number, []).append(carrier)
    return found


def is_known(parcel: Parcel, kind: str, happened_at: datetime) -> bool:
    """Whether an event has been told before. Events never change or go, so no lock is needed to ask."""
    return TrackingEvent.objects.filter(parcel=parcel, kind=kind, happened_at=happened_at).exists()


def same_carrier(known: Iterable[str], told: str) -> str | None:
    """The one of the known carriers that is meant: written alike but for case, blanks and signs."""
    return next((carrier for carrier in known if _plain(carrier) == _plain(told)), None)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
