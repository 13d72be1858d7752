"""The demo's carriers: what they report of a parcel, and when, follows from its tracking number alone.

The last character of the number is the parcel's fate, so that a newcomer can choose one:

    6  is first scanned after 60 hours: the time of submission counts as dispatch (DSP-3)
    7  arrives nine days after the line's longest time
    8  is picked up and then lost
    9  is never reported at all

Any other parcel is picked up within a day and arrives within the line's time. Reports go through the same
service as those of real carriers, whenever the time machine moves.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from assurance.kernel import clock
from logistics.models import Parcel, TrackingEvent
from orders.models import Order
from orders.services import dispatch

USUAL, UNSCANNED, SLOW, LOST, SILENT = "1", "6", "7", "8", "9"
OVER_TIME = timedelta(days=9)
# Faster parcels pass customs on the way, without a report of their own.
EXPRESS_DAYS = 10
# Days under way where an order names no line.
_BY_MODE = {"express": (4, 8), "air": (8, 14), "post": (14, 28), "land": (18, 28), "sea": (25, 40)}


@dataclass(frozen=True)
class Journey:
    """A parcel's way as its line says: the shortest and the longest time, handling included, in days."""

    shortest: int
    longest: int

    @classmethod
    def of(cls, order: Order) -> "Journey":
        least, most = (order.transit_min, order.transit_max) if order.transit_max else _BY_MODE[order.mode]
        return cls(order.handling_days + least, order.handling_days + most)


@dataclass(frozen=True, order=True)
class Report:
    """One thing that the carrier sees: when, which `TrackingKind`, where."""

    happened_at: datetime
    kind: str
    place: str


def plan(number: str, submitted_at: datetime, way: Journey, destination: str) -> list[Report]:
    """Everything the carrier will report of a parcel, in order of time. The same number, the same plan."""
    fate = number[-1:]
    if fate == SILENT:
        return []
    chance = random.Random(number)  # noqa: S311
    picked_up = submitted_at + timedelta(hours=60 if fate == UNSCANNED else chance.uniform(3, 20))
    reports = [Report(picked_up, "picked_up", chance.choice(("Ningbo", "Shenzhen", "Shanghai", "Yiwu")))]
    if fate == LOST:
        return reports
    days = chance.uniform(way.shortest, max(way.shortest, way.longest - 1))
    arrived = submitted_at + (
        timedelta(days=way.longest) + OVER_TIME if fate == SLOW else timedelta(days=days)
    )
    arrived = max(arrived, picked_up + timedelta(hours=20))
    if way.longest > EXPRESS_DAYS:
        reports.append(Report(picked_up + (arrived - picked_up) * 0.7, "customs", destination))
    return [*reports, Report(arrived, "delivered", destination)]


def report(*, since: datetime, until: datetime) -> int:
    """Let the carriers tell, in order of time, what they have seen by `until`; how many reports.

    Each arrives as it happens, but not before `since`, the present: until then nobody knew of it.
    """
    due = sorted((told, parcel.carrier, parcel.number) for parcel, told in _untold(until))
    for told, carrier, number in due:
        tell(told, carrier=carrier, number=number, at=max(told.happened_at, since))
    return len(due)


def tell(told: Report, *, carrier: str, number: str, at: datetime) -> None:
    """Hand one report in, with the clock standing at its arrival."""
    with clock.frozen(at):
        dispatch.track(
            carrier=carrier,
            number=number,
            kind=told.kind,
            happened_at=told.happened_at,
            at=at,
            place=told.place,
        )


def _untold(until: datetime) -> Iterator[tuple[Parcel, Report]]:
    # Of what was handed over with proof alone no carrier knows.
    numbered = Parcel.objects.exclude(number="")
    on_their_way = numbered.filter(delivered_at=None, submitted_at__lte=until).prefetch_related(
        Prefetch("events", TrackingEvent.objects.only("parcel_id", "kind"))
    )
    orders = Order.objects.in_bulk({parcel.order_id for parcel in on_their_way})
    for parcel in on_their_way:
        order = orders[parcel.order_id]
        known = {event.kind for event in parcel.events.all()}
        for told in plan(parcel.number, parcel.submitted_at, Journey.of(order), str(order.destination)):
            if told.kind not in known and told.happened_at <= until:
                yield parcel, told
