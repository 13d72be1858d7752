"""What aggregators send, in our words: each adapter turns a message into events. Pure.

An event without an offset is left out: its instant is not known, and a guess could make somebody pay.
A message that a label was made or nothing is known is no scan (DSP-3) and is left out too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from logistics.models import TrackingKind

PICKED_UP, IN_TRANSIT = TrackingKind.PICKED_UP.value, TrackingKind.IN_TRANSIT.value
CUSTOMS, DELIVERED = TrackingKind.CUSTOMS.value, TrackingKind.DELIVERED.value
PLACE_AT_MOST = 120


@dataclass(frozen=True)
class Told:
    """One thing that a carrier saw of a parcel."""

    carrier: str
    number: str
    kind: str
    happened_at: datetime
    place: str = ""


# AfterShip's statuses and the sub-statuses that say more
# (aftership.com/docs/tracking/enum/delivery-statuses and …/delivery-sub-statuses).
_AFTERSHIP_TAGS = {
    "InTransit": IN_TRANSIT,
    "OutForDelivery": IN_TRANSIT,
    "AttemptFail": IN_TRANSIT,
    "AvailableForPickup": IN_TRANSIT,
    "Exception": IN_TRANSIT,
    "Delivered": DELIVERED,
}
_AFTERSHIP_SUBTAGS = {
    "InTransit_002": PICKED_UP,
    "InTransit_005": CUSTOMS,
    "InTransit_006": CUSTOMS,
    "Exception_004": CUSTOMS,
}


def from_aftership(message: dict[str, Any]) -> Iterator[Told]:
    """The checkpoints of a `tracking_update`; other kinds of message tell nothing of a parcel's way."""
    if message["event"] != "tracking_update":
        return
    tracking = message["msg"]
    for point in tracking["checkpoints"]:
        kind = _AFTERSHIP_SUBTAGS.get(point["subtag"]) or _AFTERSHIP_TAGS.get(point["tag"])
        when = _instant(point["checkpoint_time"])
        if kind and when:
            place = point["location"] or point["city"]
            yield Told(tracking["slug"], tracking["tracking_number"], kind, when, place[:PLACE_AT_MOST])


# 17TRACK's sub-statuses by their beginnings, the longest first, and the stages of events without one
# (asset.17track.net/api/document/v2.2_en/).
_17TRACK_SUB_STATUSES = (
    ("InTransit_PickedUp", PICKED_UP),
    ("InTransit_Customs", CUSTOMS),
    ("Exception_Cancel", None),
    ("InTransit", IN_TRANSIT),
    ("OutForDelivery", IN_TRANSIT),
    ("AvailableForPickup", IN_TRANSIT),
    ("DeliveryFailure", IN_TRANSIT),
    ("Exception", IN_TRANSIT),
    ("Delivered", DELIVERED),
)
_17TRACK_STAGES = {
    "PickedUp": PICKED_UP,
    "Departure": IN_TRANSIT,
    "Arrival": IN_TRANSIT,
    "AvailableForPickup": IN_TRANSIT,
    "OutForDelivery": IN_TRANSIT,
    "Delivered": DELIVERED,
    "Returning": IN_TRANSIT,
    "Returned": IN_TRANSIT,
}


def from_17track(message: dict[str, Any]) -> Iterator[Told]:
    """The events of every provider of a `TRACKING_UPDATED`; a `TRACKING_STOPPED` tells of no event."""
    if message["event"] != "TRACKING_UPDATED":
        return
    data = message["data"]
    for provider in data["track_info"]["tracking"]["providers"]:
        for event in provider["events"]:
            kind = _of_17track(event["sub_status"], event["stage"])
            when = _instant(event["time_utc"]) or _instant(event["time_iso"])
            if kind and when:
                name = provider["provider"]["name"]
                yield Told(name, data["number"], kind, when, event["location"][:PLACE_AT_MOST])


def _of_17track(sub_status: str, stage: str) -> str | None:
    for beginning, kind in _17TRACK_SUB_STATUSES:
        if sub_status.startswith(beginning):
            return kind
    return None if sub_status else _17TRACK_STAGES.get(stage)


def _instant(text: str) -> datetime | None:
    """A time with its offset as UTC; none for a day, a time of an unknown zone, or nonsense."""
    try:
        moment = parse_datetime(text)
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
