"""F10: carrier events in any order and any number give one state; what is not signed or makes no sense is refused."""

import json
import os
import random
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from assurance.kernel.models import Deadline
from assurance.settings.api import secrets_by_partner
from logistics.models import Parcel, TrackingEvent
from orders.models import Guarantee, Order
from orders.services import dispatch
from tests.api.conftest import started
from tests.api.signing import sign, sign_17track, sign_aftership
from tests.factories import NOW

pytestmark = pytest.mark.django_db
# 100,000 events at full size.
EVENTS = 100_000 if os.environ.get("PROOF") == "full" else 64
KINDS = ("picked_up", "in_transit", "customs", "delivered")
SECRETS = {"carrier": ["old", "s3cret"], "aftership": ["after"], "17track": ["seventeen"]}


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.TRACKING_SECRETS = SECRETS


@pytest.fixture
def parcel(world):
    order = started(world)
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="JD1", last=True, at=NOW)
    return Parcel.objects.get()


def event(**fields):
    return {
        "carrier": "DHL",
        "number": "JD1",
        "event": "picked_up",
        "happened_at": NOW.isoformat(),
        "place": "Ningbo",
    } | fields


def report(world, *events, secret="s3cret", partner="carrier", stamp=None, off_by=0, signed=None):
    body = json.dumps({"events": list(events)})
    stamp = int(time.time()) + off_by if stamp is None else stamp
    headers = sign(signed if signed is not None else body, partner, secret, stamp=stamp)
    answer = world.nobody.send("tracking/", body, **headers)
    return answer.status_code, answer.json()


def test_an_event_moves_its_parcel_and_order(world, parcel):
    assert report(world, event()) == (200, {"accepted": 1, "refused": []})
    parcel.refresh_from_db()
    assert parcel.first_scan_at == NOW
    assert TrackingEvent.objects.get().place == "Ningbo"
    later = (NOW + timedelta(minutes=3)).isoformat()
    report(world, event(event="delivered", happened_at=later))
    shown = world.buyer.get(f"orders/{Order.objects.get().number}/")[1]
    assert [e["kind"] for e in shown["parcels"][0]["events"]] == ["delivered", "picked_up"]


@pytest.mark.rule("DSP-3")
def test_a_number_typed_with_spaces_is_the_one_that_its_carrier_reports(world):
    order = started(world)
    path = f"orders/{order.number}/dispatch/"
    for typed in ("jd 1", "JD1", " Jd1 "):
        assert world.seller.post(path, {"carrier": "DHL", "number": typed, "last": False})[0] == 200
    assert Parcel.objects.get().number == "JD1"
    assert world.seller.post(path, {"carrier": "DHL", "number": "J/1"})[0] == 400
    assert report(world, event())[0] == 200
    assert TrackingEvent.objects.get().parcel == Parcel.objects.get()


def test_the_same_event_again_reads_alike_and_is_one_row(world, parcel):
    assert report(world, event()) == report(world, event()) == report(world, event(carrier="dhl"))
    assert TrackingEvent.objects.count() == 1


def test_a_secret_may_be_on_its_way_out(world, parcel):
    assert report(world, event(), secret="old")[0] == 200


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "wrong"},
        {"partner": "stranger"},
        {"partner": "aftership", "secret": "after"},
        {"signed": "{}"},
        {"off_by": -301},
        {"off_by": 400},
        {"stamp": "now"},
        {"stamp": "-5"},
        {"stamp": "9" * 30},
        {"stamp": ""},
        {"partner": ""},
    ],
    ids=str,
)
def test_what_is_not_signed_in_time_is_refused_and_noted(world, parcel, how):
    with capture_logs() as logs:
        status, problem = report(world, event(), **how)
    assert status == 401
    assert problem["detail"]
    assert [line["event"] for line in logs if line["event"].startswith("tracking")] == ["tracking_unsigned"]
    assert not TrackingEvent.objects.exists()


def test_a_signature_is_for_its_own_timestamp(world, parcel):
    body = json.dumps({"events": [event()]})
    headers = sign(body, "carrier", "s3cret", stamp=int(time.time()) - 4000)
    headers["Tracking-Timestamp"] = str(int(time.time()))
    assert world.nobody.send("tracking/", body, **headers).status_code == 401


def test_a_token_is_no_signature(world, parcel):
    assert world.seller.post("tracking/", {"events": [event()]})[0] == 401


@pytest.mark.parametrize("given", [[], {"carrier": "s3cret"}, {"carrier": [""]}, {"carrier": [7]}, "s3cret"])
def test_secrets_that_would_let_anybody_in_are_refused_at_start(given):
    with pytest.raises(ImproperlyConfigured):
        secrets_by_partner(given)


def test_nobody_may_report_where_no_secret_is_set(world, parcel, settings):
    settings.TRACKING_SECRETS = {}
    assert report(world, event())[0] == 401
    settings.TRACKING_SECRETS = {"carrier": []}
    assert report(world, event())[0] == 401


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": "UNKNOWN"}, "number"),
        ({"carrier": "UPS"}, "number"),
        ({"happened_at": (NOW + timedelta(minutes=6)).isoformat()}, "happened_at"),
    ],
)
def test_an_unknown_parcel_and_the_future_are_refused_and_noted(world, parcel, fields, field):
    with capture_logs() as logs:
        status, problem = report(world, event(**fields))
    assert (status, problem["rule"], list(problem["errors"])) == (422, "DSP-3", [field])
    assert [line["partner"] for line in logs if line["event"] == "tracking_refused"] == ["carrier"]
    assert not TrackingEvent.objects.exists()


def test_one_bad_event_does_not_lose_the_others_of_its_batch(world, parcel):
    status, taken = report(world, event(number="UNKNOWN"), event())
    assert (status, taken["accepted"]) == (200, 1)
    assert [(one["number"], one["rule"]) for one in taken["refused"]] == [("UNKNOWN", "DSP-3")]
    assert TrackingEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"event": "lost"}, "events.0.event"),
        ({"happened_at": "2021-03-15T10:00:00"}, "events.0.happened_at"),
        ({"happened_at": "0001-01-01T00:00:00Z"}, "events.0.happened_at"),
        ({"happened_at": "9999-12-31T23:59:59-23:59"}, "events.0.happened_at"),
        ({"happened_at": 1615800000}, "events.0.happened_at"),
        ({"number": 7}, "events.0.number"),
        ({"number": "x" * 61}, "events.0.number"),
        ({"number": "a\x00b"}, "events.0.number"),
        ({"place": "x" * 121}, "events.0.place"),
        ({"colour": "red"}, "events.0.colour"),
    ],
    ids=str,
)
def test_values_that_are_none_are_named(world, parcel, fields, field):
    status, problem = report(world, event(**fields))
    assert (status, list(problem["errors"])) == (400, [field])
    assert not TrackingEvent.objects.exists()


@pytest.mark.parametrize("events", [[], [event()] * 501], ids=["none", "too many"])
def test_a_batch_has_1_to_500_events(world, events):
    status, problem = report(world, *events)
    assert (status, list(problem["errors"])) == (400, ["events"])


def state_of_everything():
    """All that tracking decides, but for when it was learnt."""
    return (
        list(Parcel.objects.order_by("number").values_list("number", "first_scan_at", "delivered_at")),
        list(TrackingEvent.objects.order_by("parcel_id", "kind", "happened_at").values_list("parcel_id", "kind", "happened_at")),
        list(Guarantee.objects.order_by("order_id", "kind").values_list("order_id", "kind", "state", "late_at")),
        list(Order.objects.order_by("id").values_list("id", "state", "receipt_due_at")),
        list(Deadline.objects.order_by("subject_id", "kind").values_list("subject_id", "kind", "due_at")),
    )  # fmt: skip


def test_any_order_and_any_number_of_times_gives_one_state(world, at):
    """F10: parcels in time, late, with scans before the order, before and long after submission; then shuffled."""
    chance = random.Random(7)
    per_parcel = 8
    for place in range(EVENTS // per_parcel):
        order = started(world)
        sent = NOW + timedelta(days=chance.choice((1, 6, 8)))
        numbers = [f"P{place}A", f"P{place}B"] if place % 3 == 0 else [f"P{place}A"]
        for number in numbers:
            dispatch.dispatch(
                order_id=order.pk, carrier="DHL", number=number, last=number == numbers[-1], at=sent
            )
    moment = at(NOW, days=40)
    events = [
        event(
            number=parcel.number,
            event=chance.choice(KINDS),
            happened_at=(parcel.submitted_at + timedelta(hours=chance.uniform(-60, 400))).isoformat(),
        )
        for parcel in Parcel.objects.order_by("id")
        for _ in range(per_parcel)
    ]
    events = [one for one in events if one["happened_at"] < moment.isoformat()]
    told = sorted(events, key=lambda one: one["happened_at"])
    outcomes = []
    for order_of_arrival in (told, chance.sample(events * 5, 5 * len(events)), told[::-1]):
        with transaction.atomic():
            for first in range(0, len(order_of_arrival), 500):
                status, taken = report(world, *order_of_arrival[first : first + 500])
                assert (status, taken["refused"]) == (200, [])
            outcomes.append(state_of_everything())
            transaction.set_rollback(True)
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert {state for _o, _k, state, _l in outcomes[0][2]} >= {"kept", "late"}


class TestAfterShip:
    def send(self, world, secret="after", **tracking):
        message = {
            "event": "tracking_update",
            "event_id": "3f645f5e-530b-4062-8695-db6a64420af8",
            "is_tracking_first_tag": True,
            "msg": {"id": "x", "tracking_number": "JD1", "slug": "dhl-global", "tag": "InTransit"} | tracking,
        }
        body = json.dumps(message)
        answer = world.nobody.send("tracking/aftership/", body, **sign_aftership(body, secret))
        return answer.status_code, answer.json()

    def checkpoint(self, tag, when, **more):
        return {
            "slug": "dhl",
            "tag": tag,
            "checkpoint_time": when,
            "location": None,
            "city": "Ningbo",
            "coordinates": [],
        } | more

    def test_checkpoints_become_events(self, world, parcel):
        points = [
            self.checkpoint("InfoReceived", "2021-03-15T08:00:00-07:00"),
            self.checkpoint("InTransit", "2021-03-15T09:00:00-07:00", subtag="InTransit_002"),
            self.checkpoint("InTransit", "2021-03-15T09:30:00-07:00", subtag="InTransit_005"),
            self.checkpoint("OutForDelivery", "2021-03-15T16:50:00Z"),
            self.checkpoint("Delivered", "2021-03-15T17:00:00+00:00", location="Portland, OR"),
            self.checkpoint("InTransit", "2021-03-15T09:00:00"),
            self.checkpoint("InTransit", "2021-03-15"),
            self.checkpoint("InTransit", ""),
            self.checkpoint("InTransit", None),
            self.checkpoint("Unheard", "2021-03-15T17:00:00Z"),
        ]
        assert self.send(world, checkpoints=points) == (200, {"accepted": 4, "refused": []})
        kinds = TrackingEvent.objects.order_by("happened_at").values_list("kind", "place")
        assert list(kinds) == [
            ("picked_up", "Ningbo"),
            ("customs", "Ningbo"),
            ("in_transit", "Ningbo"),
            ("delivered", "Portland, OR"),
        ]
        parcel.refresh_from_db()
        assert parcel.delivered_at == NOW

    def test_other_messages_tell_nothing(self, world, parcel):
        body = json.dumps({"event": "edd_revise", "msg": {"tracking_number": "JD1"}})
        answer = world.nobody.send("tracking/aftership/", body, **sign_aftership(body, "after"))
        assert (answer.status_code, answer.json()["accepted"]) == (200, 0)

    def test_a_wrong_secret_and_an_unknown_number_are_refused(self, world, parcel):
        points = [self.checkpoint("InTransit", "2021-03-15T09:00:00Z")]
        assert self.send(world, secret="wrong", checkpoints=points)[0] == 401
        assert self.send(world, tracking_number="XX", checkpoints=points)[0] == 422
        assert not TrackingEvent.objects.exists()

    def test_its_name_of_the_carrier_decides_between_two_with_one_number(self, world, parcel):
        second = started(world)
        dispatch.dispatch(order_id=second.pk, carrier="YunExpress", number="JD1", last=True, at=NOW)
        points = [self.checkpoint("InTransit", "2021-03-15T09:00:00Z")]
        assert self.send(world, slug="somebody", checkpoints=points)[0] == 422
        assert self.send(world, slug="yun-express", checkpoints=points)[0] == 200
        assert TrackingEvent.objects.get().parcel.carrier == "YunExpress"

    @pytest.mark.parametrize(
        "message", ["{}", "[]", '{"event": "tracking_update"}', '{"event": 1, "msg": 7}', "nonsense"]
    )
    def test_a_message_of_another_shape_is_refused(self, world, message):
        answer = world.nobody.send("tracking/aftership/", message, **sign_aftership(message, "after"))
        assert answer.status_code == 400


class Test17Track:
    def send(self, world, *events, key="seventeen", kind="TRACKING_UPDATED", number="JD1"):
        data = {
            "number": number,
            "carrier": 100001,
            "param": None,
            "tag": "",
            "track_info": {
                "latest_status": {"status": "InTransit", "sub_status": "InTransit_Other"},
                "tracking": {
                    "providers_hash": 1,
                    "providers": [
                        {"provider": {"key": 100001, "name": "DHL Express"}, "events": list(events)}
                    ],
                },
            },
        }
        body = json.dumps({"event": kind, "data": data})
        answer = world.nobody.send("tracking/17track/", body, **sign_17track(body, key))
        return answer.status_code, answer.json()

    def seen(self, stage, sub_status, hour, **more):
        return {
            "time_iso": f"2021-03-15T{hour:02}:00:00-07:00",
            "time_utc": f"2021-03-15T{hour + 7:02}:00:00Z",
            "description": "…",
            "location": "NINGBO",
            "stage": stage,
            "sub_status": sub_status,
            "address": {"country": "CN"},
        } | more

    def test_events_of_its_providers_become_ours(self, world, parcel):
        events = [
            self.seen("InfoReceived", "InfoReceived", 1),
            self.seen("PickedUp", "InTransit_PickedUp", 2),
            self.seen(None, "InTransit_CustomsReleased", 3),
            self.seen(None, "InTransit_Other", 4),
            self.seen("Departure", None, 5),
            self.seen("Returned", "Exception_Returned", 6),
            self.seen("Delivered", "Delivered_Other", 7),
            self.seen(None, "Exception_Cancel", 8),
            self.seen(None, None, 9),
            self.seen(None, "InTransit_Other", 9, time_utc=None, time_iso="2021-03-15T09:00:00"),
            self.seen(None, "InTransit_Other", 9, time_utc=None),
        ]
        assert self.send(world, *events) == (200, {"accepted": 7, "refused": []})
        kinds = TrackingEvent.objects.order_by("happened_at").values_list("kind", flat=True)
        assert list(kinds) == [
            "picked_up",
            "customs",
            "in_transit",
            "in_transit",
            "in_transit",
            "delivered",
            "in_transit",
        ]

    def test_a_stopped_tracking_tells_nothing(self, world, parcel):
        assert self.send(world, kind="TRACKING_STOPPED")[1]["accepted"] == 0

    def test_a_wrong_key_and_an_unknown_number_are_refused(self, world, parcel):
        picked_up = self.seen("PickedUp", "InTransit_PickedUp", 2)
        assert self.send(world, picked_up, key="wrong")[0] == 401
        assert self.send(world, picked_up, number="XX")[0] == 422
        assert not TrackingEvent.objects.exists()


def test_a_known_event_waits_for_nobody(world, parcel):
    """Aggregators send the whole history each time: what is known takes no lock."""
    report(world, event())
    with CaptureQueriesContext(connection) as asked:
        report(world, event())
    assert sum("SAVEPOINT" not in query["sql"] for query in asked) == 3
    assert not any("FOR UPDATE" in query["sql"] for query in asked)


def test_a_parcel_is_found_by_its_number_through_an_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT carrier FROM logistics_parcel WHERE number IN ('a', 'b')")
        plan = "".join(row[0] for row in cursor.fetchall())
        assert "Index Cond" in plan and "number" in plan
