"""F9: every POST sent ten times, half of them at once, has one effect and one answer; another body is refused."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import URLResolver

from assurance.api import idempotency
from assurance.kernel.models import Event, IdempotencyKey
from assurance.ledger.models import Transfer
from assurance.notices.models import Notice
from claims.models import Claim
from coupons.models import StoreCoupon
from logistics.models import Parcel, TrackingEvent
from orders.models import (
    Attachment,
    BankLine,
    Label,
    ListExport,
    Message,
    Note,
    Order,
    Payment,
    ProductionUpdate,
    Proposal,
    Refund,
    RefundStep,
    Review,
    Unread,
)
from orders.services import dispatch
from sellers.models import Withdrawal
from tests import factories
from tests.api.conftest import Caller, make_world, paid_out_before, started, wanted
from tests.api.signing import sign, sign_17track, sign_aftership
from tests.api.verbs import VERBS, draft_body, sent
from tests.factories import NOW

COUNTED = (
    Order,
    Payment,
    Proposal,
    Refund,
    RefundStep,
    Claim,
    Parcel,
    TrackingEvent,
    Event,
    Notice,
    Transfer,
    BankLine,
    Message,
    ProductionUpdate,
    Review,
    Attachment,
    Note,
    Label,
    ListExport,
    Unread,
    StoreCoupon,
    Withdrawal,
)
TIMES = 10


@pytest.fixture
def world(live_db, now, settings):
    settings.TRACKING_SECRETS = {"carrier": ["s3cret"]}
    return make_world()


def rows():
    return {model.__name__: model.objects.count() for model in COUNTED}


def since(before):
    """How many rows more or fewer there are of each kind."""
    now = rows()
    return {name: now[name] - before[name] for name in now if now[name] != before[name]}


def several(caller, path, body, key, headers=None):
    """Ten answers: five asked for at once, each as often as it is told to wait, then five in a row."""

    def one(_place):
        try:
            while True:
                own = Caller(caller.token, Client())
                answer = own.send(path, body, **{"Idempotency-Key": key}, **(headers or {}))
                if answer.status_code != 409 or "rule" in answer.json():
                    return answer
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES // 2) as pool:
        answers = list(pool.map(one, range(TIMES // 2)))
    return answers + [one(place) for place in range(TIMES // 2)]


def check(caller, path, body, other, effect):
    before = rows()
    answers = several(caller, path, body, "key-1")
    assert answers[0].status_code in (200, 201), answers[0].json()
    assert {(a.status_code, a.content, a["Content-Type"]) for a in answers} == {
        (answers[0].status_code, answers[0].content, "application/json")
    }
    assert sum(a.headers.get("Idempotency-Replayed") == "true" for a in answers) == TIMES - 1
    assert since(before) == effect
    refused = caller.send(path, other, **{"Idempotency-Key": "key-1"})
    assert refused.status_code == 422
    assert "rule" not in refused.json()
    assert since(before) == effect


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_sent_ten_times_has_one_effect_and_one_answer(world, verb):
    who, make, body, other = VERBS[verb]
    caller = getattr(world, who)
    single, order = make(world), make(world)

    def for_order(of, given):
        product = str(of.lines.get().product_id)
        parcel = str(Parcel.objects.filter(order_id=of.pk).values_list("pk", flat=True).first())
        text = json.dumps(given).replace("{pk}", str(of.pk)).replace('"{product}"', product)
        text = text.replace('"{ming}"', str(world.ming.pk))
        message = str(Message.objects.filter(order_id=of.pk).values_list("pk", flat=True).first())
        refund = str(Refund.objects.filter(order_id=of.pk).values_list("pk", flat=True).first())
        text = text.replace('"{message}"', message).replace('"{refund}"', refund)
        return json.loads(text.replace('"{parcel}"', parcel))

    before = rows()
    assert caller.post(f"orders/{single.number}/{verb}/", for_order(single, body))[0] in (200, 201)
    effect = since(before)
    assert effect
    check(caller, f"orders/{order.number}/{verb}/", for_order(order, body), for_order(order, other), effect)


def test_an_order_started_ten_times_is_one_order(world):
    before = rows()
    world.buyer.post("orders/", wanted(world))
    check(world.buyer, "orders/", wanted(world), wanted(world, destination="CA"), since(before))


def test_an_order_drafted_ten_times_is_one_order(world):
    body = draft_body(world)
    before = rows()
    world.seller.post("orders/drafts/", body)
    check(world.seller, "orders/drafts/", body, body | {"send": False}, since(before))


def test_a_file_asked_for_ten_times_is_one_file(world):
    body = {"format": "csv", "shop": world.shop.pk}
    other = body | {"format": "xlsx"}
    check(world.seller, "orders/exports/", body, other, {"ListExport": 1})


SPRING = {"name": "Spring", "percent": "5.00", "first_day": "2021-03-01", "last_day": "2021-12-31"}


def test_a_store_coupon_offered_ten_times_is_one_coupon(world):
    body = SPRING | {"seller": world.shop.pk}
    check(world.seller, "seller/store-coupons/", body, body | {"limit": 9}, {"StoreCoupon": 1, "Event": 1})


def test_a_store_coupon_ended_ten_times_is_ended_once(world):
    coupon = factories.store_coupon(world.shop)
    check(world.seller, f"seller/store-coupons/{coupon.pk}/end/", {}, {"why": "sold out"}, {"Event": 1})


def test_money_taken_out_ten_times_is_one_withdrawal(world):
    account = paid_out_before(world.shop)
    body = {"account": account.pk, "amount": "20.00"}
    effect = {"Withdrawal": 1, "Event": 1, "Transfer": 1}
    check(world.seller, "seller/withdrawals/", body, body | {"amount": "5.00"}, effect)


def test_tracking_told_ten_times_is_one_event(world):
    order = sent(world)
    told = {"carrier": "DHL", "number": f"S{order.pk}", "event": "picked_up", "happened_at": NOW.isoformat()}
    body = json.dumps({"events": [told]})
    answers = several(world.nobody, "tracking/", body, "key-1", sign(body, "carrier", "s3cret"))
    assert {(a.status_code, a.content) for a in answers} == {(200, b'{"accepted":1,"refused":[]}')}
    assert TrackingEvent.objects.count() == 1
    other = json.dumps({"events": [told | {"event": "customs"}]})
    refused = world.nobody.send(
        "tracking/", other, **sign(other, "carrier", "s3cret"), **{"Idempotency-Key": "key-1"}
    )
    assert refused.status_code == 422


AFTERSHIP = {
    "event": "tracking_update",
    "msg": {
        "tracking_number": "{number}",
        "slug": "dhl",
        "checkpoints": [
            {"slug": "dhl", "tag": "InTransit", "checkpoint_time": NOW.isoformat(), "city": "Ningbo"}
        ],
    },
}
SEVENTEEN = {
    "event": "TRACKING_UPDATED",
    "data": {
        "number": "{number}",
        "track_info": {
            "tracking": {
                "providers": [
                    {
                        "provider": {"name": "DHL Express"},
                        "events": [{"stage": "PickedUp", "sub_status": "", "time_utc": NOW.isoformat()}],
                    }
                ]
            }
        },
    },
}


@pytest.mark.parametrize(
    ("path", "message", "signed"),
    [
        ("tracking/aftership/", AFTERSHIP, lambda body: sign_aftership(body, "after")),
        ("tracking/17track/", SEVENTEEN, lambda body: sign_17track(body, "seventeen")),
    ],
)
def test_what_a_carriers_service_tells_ten_times_is_one_event(world, path, message, signed, settings):
    settings.TRACKING_SECRETS = {"aftership": ["after"], "17track": ["seventeen"]}
    order = sent(world)
    body = json.dumps(message).replace("{number}", f"S{order.pk}")
    answers = several(world.nobody, path, body, "key-1", signed(body))
    assert {(a.status_code, a.content) for a in answers} == {(200, b'{"accepted":1,"refused":[]}')}
    assert TrackingEvent.objects.count() == 1


@pytest.mark.django_db
class TestTracking:
    """Work that commits piece by piece claims its key first."""

    @pytest.fixture
    def world(self, db, now, settings):
        settings.TRACKING_SECRETS = {"carrier": ["s3cret"]}
        return make_world()

    def told(self, world, number, kind="picked_up"):
        event = {"carrier": "DHL", "number": number, "event": kind, "happened_at": NOW.isoformat()}
        body = json.dumps({"events": [event]})
        answer = world.nobody.send(
            "tracking/", body, **sign(body, "carrier", "s3cret"), **{"Idempotency-Key": "k"}
        )
        return answer.status_code

    def test_what_was_refused_can_be_told_again(self, world):
        order = started(world)
        assert self.told(world, "LATER") == 422
        dispatch.dispatch(order_id=order.pk, carrier="DHL", number="LATER", last=True, at=NOW)
        assert self.told(world, "LATER") == 200
        assert TrackingEvent.objects.count() == 1

    def test_a_claim_in_flight_is_waited_for_and_one_left_by_a_killed_process_is_taken_over(self, world, at):
        order = sent(world)
        assert self.told(world, f"S{order.pk}") == 200
        IdempotencyKey.objects.update(status=None, body=None)
        assert self.told(world, f"S{order.pk}") == 409
        at(NOW, minutes=1)
        assert self.told(world, f"S{order.pk}", kind="customs") == 200
        assert self.told(world, f"S{order.pk}") == 422


def posts(patterns, prefix=""):
    """The address of every view below these that answers a POST."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from posts(each.url_patterns, prefix + str(each.pattern))
        elif hasattr(getattr(each.callback, "view_class", None), "post"):
            yield prefix + str(each.pattern)


def test_every_post_is_tried_here():
    """A POST that is added without its case fails: the addresses are read from the URL configuration."""
    from assurance.api.urls import urlpatterns

    order = "v1/orders/<order_number:number>/"
    tried = {
        "v1/orders/",
        "v1/orders/drafts/",
        "v1/orders/exports/",
        "v1/seller/store-coupons/",
        "v1/seller/store-coupons/<row_id:coupon>/end/",
        "v1/seller/withdrawals/",
        "v1/tracking/",
        "v1/tracking/aftership/",
        "v1/tracking/17track/",
    }
    assert set(posts(urlpatterns)) == tried | {f"{order}{verb}/" for verb in VERBS}


@pytest.mark.django_db
class TestOneAnswer:
    @pytest.fixture
    def world(self, db, now):
        return make_world()

    def test_a_refusal_is_stored_and_reads_the_same_when_it_would_be_allowed_by_then(self, world):
        order = started(world, paid=False)
        path = f"orders/{order.number}/receive/"
        status, refusal = world.buyer.post(path, key="k")
        assert (status, refusal["rule"]) == (409, "STA-1")
        factories.pay(order, at=NOW)
        dispatch.dispatch(order_id=order.pk, carrier="DHL", number="S1", last=True, at=NOW)
        again = world.buyer.send(path, **{"Idempotency-Key": "k"})
        assert (again.status_code, again.json()) == (409, refusal)
        assert again["Content-Type"] == "application/problem+json"
        assert world.buyer.post(path, key="k2")[0] == 200

    def test_an_error_of_ours_stores_nothing_and_leaves_no_effect(self, world, monkeypatch):
        order = started(world, paid=False)
        world.buyer.client.raise_request_exception = False
        with monkeypatch.context() as broken:
            broken.setattr("orders.api.access.detail", lambda *_: 1 / 0)
            status, problem = world.buyer.post(f"orders/{order.number}/cancel/", key="k")
        assert (status, problem["status"]) == (500, 500)
        assert "ZeroDivision" not in json.dumps(problem)
        assert not IdempotencyKey.objects.exists()
        assert world.buyer.get(f"orders/{order.number}/")[1]["state"] == "awaiting_payment"
        assert world.buyer.post(f"orders/{order.number}/cancel/", key="k")[0] == 200

    def test_without_a_key_an_error_of_ours_leaves_no_effect_either(self, world, monkeypatch):
        order = started(world, paid=False)
        world.buyer.client.raise_request_exception = False
        with monkeypatch.context() as broken:
            broken.setattr("orders.api.access.detail", lambda *_: 1 / 0)
            assert world.buyer.post(f"orders/{order.number}/cancel/")[0] == 500
        assert world.buyer.get(f"orders/{order.number}/")[1]["state"] == "awaiting_payment"

    def test_the_same_key_of_another_person_is_another_key(self, world):
        assert world.buyer.post("orders/", wanted(world), key="k")[0] == 201
        assert world.stranger.post("orders/", wanted(world), key="k")[0] == 201
        assert Order.objects.count() == 2

    def test_a_key_is_kept_for_thirty_days(self, world, at):
        first = world.buyer.post("orders/", wanted(world), key="k")[1]["number"]
        at(NOW, days=30)
        assert world.buyer.post("orders/", wanted(world), key="k")[1]["number"] == first
        moment = at(NOW, days=30, seconds=1)
        assert idempotency.forget(moment) == 1
        assert world.buyer.post("orders/", wanted(world), key="k")[1]["number"] != first

    def test_an_old_key_is_free_even_if_no_job_has_deleted_it(self, world, at):
        first = world.buyer.post("orders/", wanted(world), key="k")[1]["number"]
        at(NOW, days=31)
        assert world.buyer.post("orders/", wanted(world), key="k")[1]["number"] != first

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 81, "naïve"])
    def test_a_key_that_is_none_is_refused(self, world, key):
        answer = world.buyer.send("orders/", wanted(world), **{"Idempotency-Key": key})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
        assert not Order.objects.exists()

    def test_a_key_in_flight_answers_409_at_once(self, world):
        name = hashlib.sha256(f"idempotency:{world.alice.pk}:k".encode()).digest()
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(name[:8], signed=True)])
                status, problem = world.buyer.post("orders/", wanted(world), key="k")
        finally:
            other.close()
        assert (status, "rule" in problem) == (409, False)
        assert not Order.objects.exists()
        assert world.buyer.post("orders/", wanted(world), key="k")[0] == 201
