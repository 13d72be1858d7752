"""Who may call: tokens, sessions, strangers, the other side."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assurance.accounts.models import ApiToken
from assurance.accounts.services import tokens
from claims import services as claims
from orders.models import Order
from orders.services import start
from tests import factories
from tests.api.conftest import paid_out_before, started, wanted
from tests.api.verbs import VERBS
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LISTS = (
    "orders/",
    "orders/?role=seller",
    "claims/",
    "claims/?role=seller",
    "coupons/",
    "recoveries/",
    "statement/",
    "seller/",
    "seller/templates/",
    "seller/store-coupons/",
    "seller/payout-accounts/",
    "seller/withdrawals/",
)


@pytest.mark.parametrize("path", LISTS)
def test_nobody_reads_without_a_token(world, path):
    answer = world.nobody.client.get(f"/api/v1/{path}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Bearer", "bearer x y", "Token abc", "Basic YTpi", "Bearer \udcff"]
)
def test_what_is_no_token_of_ours_is_refused(world, header):
    answer = world.nobody.client.get("/api/v1/orders/", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401


def test_a_token_stops_with_its_revocation_and_with_its_user(world):
    assert world.buyer.get("orders/")[0] == 200
    world.alice.is_active = False
    world.alice.save()
    assert world.buyer.get("orders/")[0] == 401
    world.alice.is_active = True
    world.alice.save()
    tokens.revoke(token_id=ApiToken.objects.get(user=world.alice).pk, user_id=world.alice.pk, at=NOW)
    assert world.buyer.get("orders/")[0] == 401


def test_the_database_keeps_no_token(world):
    assert world.buyer.token not in str(list(ApiToken.objects.values()))


def test_the_use_of_a_token_is_noted_now_and_then(world, at):
    world.buyer.get("orders/")
    token = ApiToken.objects.get(user=world.alice)
    assert token.last_used_at == NOW
    at(NOW, minutes=5)
    world.buyer.get("orders/")
    token.refresh_from_db()
    assert token.last_used_at == NOW
    moment = at(NOW, minutes=11)
    world.buyer.get("orders/")
    token.refresh_from_db()
    assert token.last_used_at == moment


def test_a_signed_in_person_reads_without_a_token_and_writes_with_the_forms_own(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.alice)
    assert client.get("/api/v1/orders/").status_code == 200
    refused = client.post("/api/v1/orders/", wanted(world), content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert not Order.objects.exists()
    client.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    assert (
        client.post(
            "/api/v1/orders/", wanted(world), content_type="application/json", headers=headers
        ).status_code
        == 201
    )


def test_a_stranger_finds_no_order(world):
    order = started(world)
    for caller in (world.stranger, world.other):
        assert caller.get(f"orders/{order.number}/")[0] == 404
        assert caller.get("orders/")[1]["results"] == []
        assert caller.get("orders/", role="seller")[1]["results"] == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_gets_404_at_every_verb_whatever_is_sent(world, verb):
    order = started(world)
    for body in ("{}", "nonsense", '{"colour": "red"}'):
        for caller in (world.stranger, world.other):
            assert caller.send(f"orders/{order.number}/{verb}/", body).status_code == 404
        assert world.nobody.send(f"orders/{order.number}/{verb}/", body).status_code == 401


BOTH = {
    "delete",
    "restore",
    "confirm",
    "decline",
    "cancel",
    "extend",
    "messages",
    "messages/read",
    "refunds/thread",
}


@pytest.mark.parametrize("verb", sorted(set(VERBS) - BOTH))
def test_the_other_side_may_not_use_a_verb_that_is_not_its_own(world, verb):
    order = started(world)
    other = world.seller if VERBS[verb][0] == "buyer" else world.buyer
    status, problem = other.post(f"orders/{order.number}/{verb}/")
    assert (status, problem["title"]) == (403, "Forbidden")


def test_a_draft_is_not_yet_the_buyers_to_see(world):
    draft = start.Draft(items={world.mug.pk: 1}, line_id=world.line.pk, destination="US")
    order = start.by_seller(seller_id=world.shop.pk, buyer_id=world.alice.pk, draft=draft, at=NOW, send=False)
    assert world.buyer.get(f"orders/{order.number}/")[0] == 404
    assert world.buyer.get("orders/")[1]["results"] == []
    assert world.seller.get(f"orders/{order.number}/")[1]["state"] == "draft"


def test_no_cache_on_the_way_keeps_an_answer(world):
    order = started(world)
    for path in ("orders/", f"orders/{order.number}/", "nothing/"):
        answer = world.buyer.client.get(f"/api/v1/{path}", headers=world.buyer.headers())
        assert answer["Cache-Control"] == "no-store"


def test_products_are_for_everybody(world):
    status, page = world.nobody.get("products/", q="mug", country="US")
    assert status == 200
    assert [(row["id"], row["on_time"], row["guaranteed"]) for row in page["results"]] == [
        (world.lamp.pk, True, True),
        (world.mug.pk, True, True),
    ]
    assert page["results"][1]["promise"] == "2021-03-29"
    assert world.nobody.get("products/", q="mug", country="CA")[1]["results"][0]["guaranteed"] is False
    found = world.nobody.get("products/", seller=world.shop.pk, by="2021-03-29", rts="true")[1]["results"]
    assert [row["id"] for row in found] == [world.mug.pk]
    assert world.nobody.get("products/", by="2021-03-28")[1]["results"] == []


def test_shipping_options_say_price_days_and_guarantee(world):
    status, shown = world.nobody.get(f"products/{world.mug.pk}/shipping-options/", country="US", quantity=10)
    assert status == 200
    assert shown["unit_price"] == {"amount": "10.00", "currency": "USD"}
    (option,) = shown["options"]
    assert (option["line"], option["guaranteed"], option["preselected"]) == (world.line.pk, True, True)
    assert (option["earliest"], option["latest"]) == ("2021-03-21", "2021-03-29")
    assert (
        world.nobody.get(f"products/{world.mug.pk}/shipping-options/", country="JP", quantity=1)[1]["options"]
        == []
    )


PATHS = (
    "products/",
    "claims/",
    "claims/?role=seller",
    "coupons/",
    "recoveries/",
    "statement/",
    "seller/",
    "seller/templates/",
    "seller/store-coupons/",
    "seller/payout-accounts/",
    "seller/withdrawals/",
)


def test_lists_ask_no_more_for_more_rows(world, at):
    moment = at(NOW, days=8)

    def one_more():
        late = started(world, at=NOW)
        claim = claims.file(order_id=late.pk, guarantee="dispatch", user_id=world.alice.pk, at=moment)
        coupon = claims.approve(claim_id=claim.pk, reason="late", at=moment).coupon
        assert coupon is not None
        spent = factories.order(world.alice, {world.lamp: 5}, by=world.line, at=moment, paid=False)
        factories.pay(spent, at=moment, coupon_id=coupon.pk)
        factories.product(world.shop, ships_by=factories.template(world.shop, world.line))
        factories.store_coupon(world.shop)
        paid_out_before(world.shop)

    def asked():
        count = {}
        for path in PATHS:
            for caller in (world.buyer, world.seller):
                with CaptureQueriesContext(connection) as queries:
                    assert caller.get(path)[0] == 200
                count[path, caller.token] = len(queries)
        return count

    one_more()
    asked()  # the use of the tokens is noted once
    before = asked()
    one_more()
    one_more()
    assert asked() == before
