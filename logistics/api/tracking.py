"""Carrier events: in any order, any number of times, from partners that sign them (DSP-3, DLV-3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Choice, Instant, Text
from assurance.api.fields import Request as Given
from assurance.api.views import View, endpoint
from assurance.kernel import clock
from assurance.kernel.rules import RuleViolation
from logistics.api import formats
from logistics.api.formats import Told
from logistics.api.signatures import PARTNER, TIMESTAMP, SignedBy17Track, SignedByAfterShip, SignedByPartner
from logistics.models import TrackingKind
from logistics.queries.parcels import carriers_by_number, same_carrier
from orders.services import dispatch

EVENTS_AT_MOST = 500
log = structlog.get_logger(__name__)


class EventGiven(Given):
    carrier = Text(
        max_length=40, help_text="As the supplier named it at dispatch; upper and lower case are alike."
    )
    number = Text(max_length=60, help_text="The tracking number.")
    event = Choice(choices=TrackingKind.choices)
    happened_at = Instant(help_text="When the carrier saw it, with its offset.")
    place = Text(max_length=120, allow_blank=True, default="")


class EventsGiven(Given):
    events = serializers.ListField(child=EventGiven(), min_length=1, max_length=EVENTS_AT_MOST)


class EventRefused(serializers.Serializer[Any]):
    carrier = serializers.CharField()
    number = serializers.CharField()
    rule = serializers.CharField()
    detail = serializers.CharField()


class EventsTaken(serializers.Serializer[Any]):
    """How many events were taken in, known ones included; those that were not, with the reason."""

    accepted = serializers.IntegerField()
    refused = EventRefused(many=True)


@dataclass
class Outcome:
    accepted: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


class TrackingView(View):
    """Each event is taken in by itself, in a transaction of its own, and is kept once however often it is

    told. Refused when none of a batch can be taken in; else the answer names those that cannot.
    """

    tag = "Tracking"
    # Events of several orders in one transaction would lock these one after the other and could deadlock.
    one_transaction = False


class Tracking(TrackingView):
    authentication_classes = (SignedByPartner,)
    headers_read = (
        OpenApiParameter(
            PARTNER, str, OpenApiParameter.HEADER, required=True, description="Your name with us."
        ),
        OpenApiParameter(
            TIMESTAMP,
            {"type": "string", "pattern": "^[0-9]{1,12}$"},
            OpenApiParameter.HEADER,
            required=True,
            description="Seconds since 1970; at most five minutes off.",
        ),
    )

    @endpoint("reportTracking", EventsTaken, body=EventsGiven)
    def post(self, request: Request, *, given: dict[str, Any]) -> Outcome:
        """Report carrier events, signed: any order, any number of times.

        `Tracking-Signature` is the hexadecimal HMAC-SHA256, with your secret, of the timestamp, a full
        stop and the body as sent.
        """
        events = [
            Told(e["carrier"], e["number"], e["event"], e["happened_at"], e["place"]) for e in given["events"]
        ]
        return take_in(events, partner=str(request.user), any_carrier=False)


class Loose(Text):
    """Text of somebody else's message, which may be null or absent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, "allow_null": True, "default": "", **options})

    def run_validation(self, data: Any = serializers.empty) -> str:
        return super().run_validation(data) or ""


class CheckpointSeen(serializers.Serializer[Any]):
    checkpoint_time = Loose()
    tag = Loose()
    subtag = Loose()
    location = Loose()
    city = Loose()


class AfterShipTracking(serializers.Serializer[Any]):
    tracking_number = Text(max_length=60)
    slug = Loose()
    checkpoints = serializers.ListField(child=CheckpointSeen(), max_length=EVENTS_AT_MOST, default=list)


class AfterShipMessage(serializers.Serializer[Any]):
    event = Text()
    msg = AfterShipTracking()


class AfterShip(TrackingView):
    authentication_classes = (SignedByAfterShip,)

    @endpoint("reportTrackingAfterShip", EventsTaken, body=AfterShipMessage)
    def post(self, request: Request, *, given: dict[str, Any]) -> Outcome:
        """The webhook of AfterShip: events of its checkpoints, signed as AfterShip signs."""
        return take_in(formats.from_aftership(given), partner=str(request.user), any_carrier=True)


class ProviderNamed(serializers.Serializer[Any]):
    name = Loose()


class SeventeenTrackEvent(serializers.Serializer[Any]):
    time_utc = Loose()
    time_iso = Loose()
    location = Loose()
    stage = Loose()
    sub_status = Loose()


class SeventeenTrackProvider(serializers.Serializer[Any]):
    provider = ProviderNamed()
    events = serializers.ListField(child=SeventeenTrackEvent(), max_length=EVENTS_AT_MOST, default=list)


class SeventeenTrackProviders(serializers.Serializer[Any]):
    providers = serializers.ListField(child=SeventeenTrackProvider(), max_length=10, default=list)


class SeventeenTrackInfo(serializers.Serializer[Any]):
    tracking = SeventeenTrackProviders()


class SeventeenTrackData(serializers.Serializer[Any]):
    number = Text(max_length=60)
    track_info = SeventeenTrackInfo(default=lambda: {"tracking": {"providers": []}})


class SeventeenTrackMessage(serializers.Serializer[Any]):
    event = Text()
    data = SeventeenTrackData()  # type: ignore[assignment]


class SeventeenTrack(TrackingView):
    authentication_classes = (SignedBy17Track,)

    @endpoint("reportTracking17Track", EventsTaken, body=SeventeenTrackMessage)
    def post(self, request: Request, *, given: dict[str, Any]) -> Outcome:
        """The webhook of 17TRACK, version 2.2 and later, signed as 17TRACK signs."""
        return take_in(formats.from_17track(given), partner=str(request.user), any_carrier=True)


def take_in(events: Iterable[Told], *, partner: str, any_carrier: bool) -> Outcome:
    """Take in a batch; the refusal of the only or of every event is raised. `any_carrier`: an aggregator's

    name of a carrier is its own, so it only has to decide where two carriers use the same number.
    """
    batch = list(events)
    known = carriers_by_number(told.number for told in batch)
    outcome, last = Outcome(), None
    for told in batch:
        try:
            _take_in(told, known.get(told.number, []), any_carrier=any_carrier)
        except RuleViolation as refusal:
            last = refusal
            log.warning(
                "tracking_refused",
                partner=partner,
                carrier=told.carrier,
                number=told.number,
                rule=refusal.rule_id,
            )
            outcome.refused.append(
                {
                    "carrier": told.carrier,
                    "number": told.number,
                    "rule": refusal.rule_id,
                    "detail": refusal.message,
                }
            )
        else:
            outcome.accepted += 1
    if last is not None and not outcome.accepted:
        raise last
    return outcome


def _take_in(told: Told, carriers: list[str], *, any_carrier: bool) -> None:
    carrier = same_carrier(carriers, told.carrier)
    if carrier is None and any_carrier and len(carriers) == 1:
        carrier = carriers[0]
    dispatch.track(
        carrier=carrier or told.carrier,
        number=told.number,
        kind=told.kind,
        happened_at=told.happened_at,
        place=told.place,
        at=clock.now(),
    )
