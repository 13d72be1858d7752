"""Wrong, missing, huge, negative, foreign and repeated values at every path: told clearly, nothing written."""

import json
from collections import Counter

import pytest
from django.apps import apps

from assurance.kernel.policy import Policy
from coupons import services as coupons
from orders.models import Order
from orders.services import dispatch
from sellers.models import Product
from tests import factories
from tests.api.bodies import BODIES, HUGE
from tests.api.conftest import started, wanted
from tests.api.verbs import VERBS
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LONG = "x" * 100_000


def everything():
    """How many rows each table holds."""
    return Counter(
        {model.__name__: model._base_manager.count() for model in apps.get_models() if model._meta.managed}
    )


def problem_of(answer, status):
    body = answer.json()
    assert answer.status_code == status == body["status"], body
    assert answer["Content-Type"] == "application/problem+json"
    assert body["detail"] and body["title"] and body["type"] == "about:blank"
    return body


# The body that starts an order, changed; the fields that the refusal names.
ORDERS = [
    ({"items": []}, 400, ["items"]),
    ({"items": None}, 400, ["items"]),
    ({"items": "mugs"}, 400, ["items"]),
    ({"items": [{"product": "{mug}", "quantity": 0}]}, 400, ["items.0.quantity"]),
    ({"items": [{"product": "{mug}", "quantity": -5}]}, 400, ["items.0.quantity"]),
    ({"items": [{"product": "{mug}", "quantity": HUGE}]}, 400, ["items.0.quantity"]),
    ({"items": [{"product": "{mug}", "quantity": "10"}]}, 400, ["items.0.quantity"]),
    ({"items": [{"product": "{mug}", "quantity": 1.5}]}, 400, ["items.0.quantity"]),
    ({"items": [{"product": "{mug}", "quantity": True}]}, 400, ["items.0.quantity"]),
    ({"items": [{"product": "{mug}"}, {"quantity": 1}]}, 400, ["items.0.quantity", "items.1.product"]),
    ({"items": [{"product": "{mug}", "quantity": 1}] * 2}, 400, ["items"]),
    ({"items": [{"product": "{mug}", "quantity": 1}] * 101}, 400, ["items"]),
    ({"items": [{"product": "{mug}", "quantity": 1, "price": "0.01"}]}, 400, ["items.0.price"]),
    ({"items": [{"product": HUGE, "quantity": 1}]}, 400, ["items.0.product"]),
    ({"items": [{"product": 999_999, "quantity": 1}]}, 422, ["items"]),
    ({"items": [{"product": "{mug}", "quantity": 1}, {"product": "{lamp}", "quantity": 1}]}, 422, ["items"]),
    ({"line": 999_999}, 422, ["line"]),
    ({"line": "express"}, 400, ["line"]),
    ({"line": -1}, 400, ["line"]),
    ({"line": None}, 422, ["line"]),
    ({"items": [{"product": "{unlisted}", "quantity": 1}]}, 422, ["items"]),
    ({"items": [{"product": "{unpriced}", "quantity": 1}]}, 422, ["items"]),
    ({"items": [{"product": "{dozens}", "quantity": 11}]}, 422, ["items"]),
    ({"destination": "XX"}, 400, ["destination"]),
    ({"destination": "us"}, 400, ["destination"]),
    ({"destination": "CA"}, 422, ["line"]),
    ({"destination": None}, 400, ["destination"]),
    ({"address": {}}, 400, ["address.city", "address.recipient", "address.street"]),
    ({"address": {"recipient": " ", "street": "S", "city": "C"}}, 400, ["address.recipient"]),
    ({"address": {"recipient": LONG, "street": "S", "city": "C"}}, 400, ["address.recipient"]),
    ({"address": {"recipient": "a\x00b", "street": "S", "city": "C"}}, 400, ["address.recipient"]),
    ({"address": {"recipient": "\ud800", "street": "S", "city": "C"}}, 400, ["address.recipient"]),
    (
        {"address": {"recipient": 7, "street": ["S"], "city": "C"}},
        400,
        ["address.recipient", "address.street"],
    ),
    ({"address": "New York"}, 400, ["address"]),
    ({"coupon": 1}, 400, ["coupon"]),
    ({"buyer": 1, "state": "completed"}, 400, ["buyer", "state"]),
]


def products(world):
    """Products by the names that the cases use."""
    ships_by = world.mug.freight.template
    made = {
        name: factories.product(world.shop, ships_by=ships_by) for name in ("unlisted", "unpriced", "dozens")
    }
    Product.objects.filter(pk=made["unlisted"].pk).update(is_listed=False)
    made["unpriced"].tiers.all().delete()
    made["dozens"].tiers.update(min_quantity=12)
    return made | {"mug": world.mug, "lamp": world.lamp}


@pytest.mark.parametrize(("fields", "status", "named"), ORDERS, ids=lambda value: json.dumps(value)[:60])
def test_an_order_that_cannot_be_started(world, fields, status, named):
    text = json.dumps(wanted(world, **fields))
    for name, product in products(world).items():
        text = text.replace(f'"{{{name}}}"', str(product.pk))
    before = everything()
    problem = problem_of(world.buyer.send("orders/", text), status)
    assert sorted(problem["errors"]) == named
    assert everything() == before


@pytest.mark.parametrize("missing", ["items", "destination", "address"])
def test_a_missing_field_is_named(world, missing):
    body = wanted(world)
    del body[missing]
    assert list(problem_of(world.buyer.send("orders/", body), 400)["errors"]) == [missing]


def test_a_supplier_without_the_lamp_is_refused(world, at):
    at(NOW, days=400)
    problem = problem_of(world.buyer.send("orders/", wanted(world)), 409)
    assert problem["rule"] == "QUA-1"
    assert problem["advice"]


CASES = [(verb, who, *case) for verb, (who, cases) in BODIES.items() for case in cases]


@pytest.mark.parametrize(
    ("verb", "who", "body", "status", "named"), CASES, ids=[f"{c[0]} {json.dumps(c[2])[:50]}" for c in CASES]
)
def test_a_verb_with_values_that_are_none(world, verb, who, body, status, named):
    order = started(world, paid=verb != "pay")
    taken = started(world)
    dispatch.dispatch(order_id=taken.pk, carrier="DHL", number="TAKEN", last=True, at=NOW)
    foreign = coupons.issue(
        owner_id=world.zoe.pk,
        bearer_id=None,
        from_order_id=taken.pk,
        face=order.total,
        policy=Policy(),
        at=NOW,
    )
    text = json.dumps(body).replace('"{coupon of another}"', str(foreign.pk))
    before = everything()
    problem = problem_of(getattr(world, who).send(f"orders/{order.number}/{verb}/", text), status)
    if named is not None:
        assert sorted(problem["errors"]) == named
    assert ("rule" in problem) == (status in (409, 422))
    assert everything() == before


def test_every_verb_is_tried_here():
    assert set(BODIES) == set(VERBS)


BROKEN = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b"7", 400),
    (b'"text"', 400),
    (b"\xff\xfe", 400),
    (b'{"items": NaN}', 400),
    (b"[" * 100_000, 400),
    (b'{"items":' * 50_000, 400),
    (b'{"a": 1' + b" " * 3_000_000 + b"}", 413),
]


@pytest.mark.parametrize(("body", "status"), BROKEN, ids=[f"{b[:12]!r}" for b, _ in BROKEN])
def test_a_body_that_is_no_object(world, body, status):
    problem_of(world.buyer.send("orders/", body), status)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "body", [{"method": "\ud800"}, {"method": "visa", "\udfff": {"\ud800": 1}}], ids=ascii
)
def test_half_a_character_is_refused_where_it_stands(world, body):
    for key in ({}, {"Idempotency-Key": "half"}):
        path = f"orders/{started(world, paid=False).number}/pay/"
        assert len(problem_of(world.buyer.send(path, body, **key), 400)["errors"]) == 1


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"],
)
def test_a_body_that_is_not_json(world, kind):
    headers = world.buyer.headers()
    answer = world.buyer.client.post("/api/v1/orders/", b"a=1", content_type=kind, headers=headers)
    problem_of(answer, 415)


def test_a_form_of_a_signed_in_browser_is_refused_alike(world, client):
    client.force_login(world.alice)
    problem_of(client.post("/api/v1/orders/", {"a": 1}), 415)


QUERIES = [
    ("orders/", {"state": "lost"}, ["state"]),
    ("orders/", {"role": "ops"}, ["role"]),
    ("orders/", {"overdue": "maybe"}, ["overdue"]),
    ("orders/", {"limit": 0}, ["limit"]),
    ("orders/", {"limit": -1}, ["limit"]),
    ("orders/", {"limit": 201}, ["limit"]),
    ("orders/", {"limit": "many"}, ["limit"]),
    ("orders/", {"limit": "9" * 50}, ["limit"]),
    ("orders/", {"limit": "١"}, ["limit"]),
    ("orders/", {"cursor": "x"}, ["cursor"]),
    ("orders/", {"cursor": "🦊"}, ["cursor"]),
    ("orders/", {"cursor": "LTE"}, ["cursor"]),
    ("orders/", {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, ["cursor"]),
    ("orders/", {"stat": "closed"}, ["stat"]),
    ("orders/", {"state": ["closed", "draft"]}, ["state"]),
    ("claims/", {"state": "won"}, ["state"]),
    ("coupons/", {"page": 2}, ["page"]),
    ("recoveries/", {"limit": "x"}, ["limit"]),
    ("statement/", {"cursor": "***"}, ["cursor"]),
    ("statement/", {"kind": "gold"}, ["kind"]),
    ("statement/", {"first": "2021-02-01", "last": "2021-01-01"}, ["last"]),
    ("seller/", {"id": 1}, ["id"]),
    ("seller/templates/", {"cursor": "***"}, ["cursor"]),
    ("seller/store-coupons/", {"cursor": "***"}, ["cursor"]),
    ("seller/withdrawals/", {"seller": 1}, ["seller"]),
    ("products/", {"country": "XX"}, ["country"]),
    ("products/", {"q": "x" * 121}, ["q"]),
    ("products/", {"q": "a\x00"}, ["q"]),
    ("products/", {"by": "tomorrow"}, ["by"]),
    ("products/", {"seller": "ming"}, ["seller"]),
    ("products/{mug}/shipping-options/", {}, ["country", "quantity"]),
    ("products/{mug}/shipping-options/", {"country": "US", "quantity": 0}, ["quantity"]),
    ("products/{mug}/shipping-options/", {"country": "US", "quantity": 10**8}, ["quantity"]),
]


@pytest.mark.parametrize(("path", "query", "named"), QUERIES, ids=str)
def test_a_query_that_makes_no_sense(world, path, query, named):
    path = f"/api/v1/{path.replace('{mug}', str(world.mug.pk))}"
    answer = world.buyer.client.get(path, query, headers=world.buyer.headers())
    assert sorted(problem_of(answer, 400)["errors"]) == named


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing/",
        "orders",
        "orders/1/",
        "orders/8000000000000000x/",
        "orders/80000000000000000/",
        f"orders/{'9' * 40}/",
        "orders/%00/",
        "products/999999/shipping-options/?country=US&quantity=1",
        f"products/{'9' * 40}/shipping-options/",
        "products/-1/shipping-options/",
    ],
)
def test_what_is_not_there_is_said_in_json(world, path):
    problem_of(world.buyer.client.get(f"/api/v1/{path}", headers=world.buyer.headers()), 404)


@pytest.mark.parametrize("path", ["", "nothing/", "orders/1/pay/", "orders/80000000000000000/receive/"])
def test_nothing_can_be_sent_to_what_is_not_there(world, path):
    problem_of(world.buyer.send(path), 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused_with_what_is_allowed(world, method):
    answer = getattr(world.buyer.client, method)("/api/v1/orders/", headers=world.buyer.headers())
    problem_of(answer, 405)
    assert "GET" in answer["Allow"] and "POST" in answer["Allow"]


def test_a_refusal_reads_in_the_language_that_the_client_accepts(world):
    order = started(world)
    path = f"orders/{order.number}/receive/"
    english = world.buyer.send(path, **{"Accept-Language": "en"}).json()
    chinese = world.buyer.send(path, **{"Accept-Language": "zh-CN"}).json()
    assert english["rule"] == chinese["rule"] == "STA-1"
    assert english["detail"] != chinese["detail"]


def test_too_many_requests_are_told_to_wait(world, settings):
    settings.API_RATES = {"read": 2, "write": 1}
    assert [world.buyer.get("coupons/")[0] for _ in range(2)] == [200, 200]
    answer = world.buyer.client.get("/api/v1/coupons/", headers=world.buyer.headers())
    problem_of(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 60
    assert world.seller.get("coupons/")[0] == 200
    assert world.buyer.post("orders/", wanted(world))[0] == 201
    assert world.buyer.post("orders/", wanted(world))[0] == 429


def test_the_limit_holds_nobody_back_while_the_cache_is_away(world, settings):
    settings.API_RATES = {"read": 1, "write": 1}
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": away}
    assert [world.buyer.get("coupons/")[0] for _ in range(3)] == [200] * 3
