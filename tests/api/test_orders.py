"""Orders through the API: the story, what both sides see, lists."""

from base64 import b64encode
from decimal import Decimal

import pytest

from assurance.kernel.days import day_of
from assurance.kernel.services import keep_rates
from claims import services as claims
from orders import gateway
from orders.models import Order
from orders.rules.bank.reference import reference_of
from orders.services import bank, payment
from tests import factories
from tests.api.conftest import started, wanted
from tests.api.verbs import HOME, short
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def path(order, verb=""):
    return f"orders/{order if isinstance(order, str) else order.number}/{verb}"


def test_a_buyer_starts_an_order_and_pays_it(world):
    status, order = world.buyer.post("orders/", wanted(world))
    assert (status, order["state"], order["role"]) == (201, "awaiting_payment", "buyer")
    assert order["total"] == {"amount": "100.00", "currency": "USD"}
    assert order["shipping"]["address"]["country"] == "US"

    status, attempt = world.buyer.post(path(order["number"], "pay/"), {"method": "visa"})
    assert status == 200
    assert attempt["charge"] == {"amount": "103.00", "currency": "USD"}
    assert attempt["reference"] in attempt["url"]
    again = world.buyer.post(path(order["number"], "pay/"), {"method": "visa"})[1]
    assert again["reference"] == attempt["reference"]

    body = gateway.notice(attempt["reference"], "succeeded")
    gateway.receive(body, gateway.sign(body), at=NOW)
    status, order = world.buyer.get(path(order["number"]))
    assert (status, order["state"]) == (200, "awaiting_dispatch")
    assert order["guarantees"]["dispatch"] == order["guarantees"]["delivery"] == "active"
    assert order["guarantees"]["dispatch_due"] == "2021-03-21"
    assert order["guarantees"]["promise"] == "2021-03-29"
    assert order["funds"]["held"] == {"amount": "100.00", "currency": "USD"}
    assert [event["kind"] for event in order["timeline"]][-1] == "started"


def test_late_dispatch_claim_coupon_recovery(world, at):
    """The whole story, each step by the side whose it is."""
    order = started(world)
    at(NOW, days=7)
    shown = world.buyer.get(path(order))[1]["guarantees"]
    assert (shown["dispatch"], shown["overdue"], shown["entrance"], shown["claimable"]) == (
        "late",
        True,
        True,
        ["dispatch"],
    )
    assert world.seller.post(path(order, "dispatch/"), {"carrier": "DHL", "number": "JD1"})[0] == 200

    status, claim = world.buyer.post(
        path(order, "claims/"), {"guarantee": "dispatch", "note": "Too late for us"}
    )
    assert (status, claim["state"], claim["amount"]["amount"]) == (201, "in_review", "10.00")
    status, refusal = world.buyer.post(path(order, "claims/"), {"guarantee": "dispatch"})
    assert (status, refusal["rule"]) == (409, "CLM-1")

    moment = at(NOW, days=8)
    claims.approve(claim_id=claim["id"], reason="late", at=moment)
    coupon = world.buyer.get("coupons/")[1]["results"][0]
    assert (coupon["state"], coupon["face"]["amount"], coupon["from_order"]) == (
        "active",
        "10.00",
        order.number,
    )
    assert world.buyer.get("claims/")[1]["results"][0]["coupon"] == coupon["id"]
    assert world.seller.get("claims/", role="seller")[1]["results"][0]["seller_bears"] is True

    second = world.buyer.post("orders/", wanted(world, items=[{"product": world.lamp.pk, "quantity": 5}]))[1]
    attempt = world.buyer.post(path(second["number"], "pay/"), {"method": "visa", "coupon": coupon["id"]})[1]
    assert attempt["coupon"] == {"amount": "10.00", "currency": "USD"}
    assert world.buyer.get("coupons/")[1]["results"][0]["reserved_for"] == second["number"]
    payment.settle(reference=attempt["reference"], outcome="succeeded", at=moment)
    used = world.buyer.get("coupons/")[1]["results"][0]
    assert (used["state"], used["used_on"], used["used"]["amount"]) == ("redeemed", second["number"], "10.00")

    recovery = world.seller.get("recoveries/")[1]["results"][0]
    assert (recovery["state"], recovery["order"], recovery["open"]["amount"]) == (
        "open",
        order.number,
        "10.00",
    )
    assert world.seller.get("seller/")[1]["results"][0]["debt"]["amount"] == "10.00"

    assert world.buyer.post(path(order, "receive/"))[1]["state"] == "completed"
    entries = world.seller.get("statement/")[1]["results"]
    assert [(e["what"], e["amount"]["amount"], e["order"]) for e in entries] == [
        ("debt_paid", "-10.00", order.number),
        ("release", "98.00", order.number),
    ]
    assert world.seller.get("recoveries/")[1]["results"][0]["state"] == "taken"
    assert world.other.get("statement/")[1]["results"] == []


def test_what_is_the_suppliers_is_not_shown_to_the_buyer(world):
    order = started(world)
    assert world.buyer.get(path(order))[1]["funds"]["fee"] is None
    assert world.seller.get(path(order))[1]["funds"]["fee"]["amount"] == "2.00"


def test_a_made_to_order_product_waits_for_the_supplier(world):
    vase = factories.product(world.shop, rts=False)
    status, order = world.buyer.post(
        "orders/", wanted(world, items=[{"product": vase.pk, "quantity": 1}], line=None)
    )
    assert (status, order["state"]) == (201, "awaiting_supplier")
    assert world.buyer.post(path(order["number"], "confirm/"))[1]["rule"] == "STA-1"
    assert world.seller.post(path(order["number"], "confirm/"))[1]["state"] == "awaiting_payment"
    assert world.buyer.post(path(order["number"], "cancel/"))[1]["closed_because"] == "cancelled"


def agreed(world, **fields):
    items = [{"product": world.mug.pk, "quantity": 10, "price": "9.00"}]
    return {"buyer": world.alice.email, "items": items, "destination": "US", "dispatch": {"days": 6}} | fields


def test_a_supplier_drafts_changes_and_sends_and_the_buyer_confirms_that_version(world):
    status, order = world.seller.post(
        "orders/drafts/", agreed(world, send=False, line=world.line.pk, shipping="5.00", initial="20.00")
    )
    assert (status, order["state"], order["version"]) == (201, "draft", 1)
    assert (order["funds"]["total"]["amount"], order["funds"]["initial"]["amount"]) == ("95.00", "20.00")
    number = order["number"]
    assert world.buyer.get(path(number))[0] == 404
    body = {name: value for name, value in agreed(world).items() if name != "buyer"}
    changed = world.seller.post(path(number, "change/"), body | {"version": 1, "send": False})[1]
    assert (changed["state"], changed["version"], changed["funds"]["total"]["amount"]) == (
        "draft",
        2,
        "90.00",
    )
    assert world.seller.post(path(number, "send/"), {"version": 1})[1]["rule"] == "ORD-1"
    assert world.seller.post(path(number, "send/"), {"version": 2})[1]["state"] == "awaiting_buyer"
    assert world.buyer.post(path(number, "confirm/"), {"version": 1})[1]["rule"] == "ORD-1"
    assert world.buyer.post(path(number, "confirm/"), {"version": 2})[1]["state"] == "awaiting_payment"


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"buyer": "nobody@example.com"}, 400, "buyer"),
        ({"dispatch": {"days": 6, "day": "2021-04-01"}}, 400, "dispatch.days"),
        ({"dispatch": {"day": "9999-12-31"}}, 422, "dispatch.day"),
        ({"dispatch": {"day": "2021-03-14"}}, 422, "dispatch.day"),
        ({"items": [{"product": 1, "quantity": 1, "price": "0.001"}]}, 400, "items.0.price"),
        ({"discount": "90.00"}, 422, "discount"),
        ({"initial": "90.01"}, 422, "initial"),
        ({"shipping": "1.005"}, 400, "shipping"),
    ],
)
def test_a_draft_that_does_not_fit_writes_nothing(world, fields, status, named):
    answer, problem = world.seller.post("orders/drafts/", agreed(world, **fields))
    assert (answer, list(problem["errors"])) == (status, [named])
    assert not Order.objects.exists()


def test_shipping_and_a_discount_may_be_nothing_as_on_the_page(world):
    fields = {"line": world.line.pk, "shipping": "0", "discount": "0.00"}
    status, order = world.seller.post("orders/drafts/", agreed(world, **fields))
    assert (status, order["funds"]["total"]["amount"]) == (201, "90.00")


@pytest.mark.rule("MON-2")
def test_a_draft_is_in_a_currency_that_has_a_rate_today(world):
    status, problem = world.seller.post("orders/drafts/", agreed(world, currency="EUR"))
    assert (status, problem["rule"], list(problem["errors"])) == (422, "MON-2", ["currency"])
    keep_rates(day=day_of(NOW), usd={"EUR": Decimal("1.20")}, reason="daily", at=NOW)
    order = world.seller.post("orders/drafts/", agreed(world, currency="EUR"))[1]
    assert order["funds"]["total"] == {"amount": "90.00", "currency": "EUR"}
    assert Order.objects.get().usd_rate == Decimal("1.20")
    assert world.seller.post("orders/drafts/", agreed(world, currency="XAU"))[0] == 400


def test_only_a_shop_drafts_and_only_its_own_products(world):
    assert world.stranger.post("orders/drafts/", agreed(world))[0] == 403
    assert world.other.post("orders/drafts/", agreed(world))[1]["rule"] == "ORD-1"
    assert not Order.objects.exists()


def test_a_supplier_confirms_with_an_export_mode(world):
    vase = factories.product(world.shop, rts=False)
    order = world.buyer.post(
        "orders/", wanted(world, items=[{"product": vase.pk, "quantity": 1}], line=None)
    )[1]
    confirmed = world.seller.post(path(order["number"], "confirm/"), {"export": "agency"})[1]
    assert (confirmed["state"], confirmed["export"]) == ("awaiting_payment", "agency")


def test_a_supplier_declines(world):
    vase = factories.product(world.shop, rts=False)
    order = world.buyer.post(
        "orders/", wanted(world, items=[{"product": vase.pk, "quantity": 1}], line=None)
    )[1]
    status, order = world.seller.post(
        path(order["number"], "decline/"), {"reason": "terms", "words": "Too few"}
    )
    assert (status, order["state"], order["closed_because"]) == (200, "closed", "declined")


def test_a_new_dispatch_day_is_proposed_seen_and_accepted(world):
    order = started(world)
    proposed = world.seller.post(path(order, "dispatch-date/"), {"day": "2021-03-25", "reason": "Glaze"})[1]
    assert proposed["proposal"]["day"] == "2021-03-25"
    world.seller.post(path(order, "dispatch-date/"), {"day": "2021-03-28", "reason": "Kiln"})
    status, refusal = world.buyer.post(path(order, "dispatch-date/accept/"), {"day": "2021-03-25"})
    assert (status, refusal["rule"], list(refusal["errors"])) == (409, "DSP-6", ["day"])
    accepted = world.buyer.post(path(order, "dispatch-date/accept/"), {"day": "2021-03-28"})[1]
    assert accepted["guarantees"]["dispatch_due"] == "2021-03-28"
    assert world.buyer.post(path(order, "dispatch-date/refuse/"))[1]["rule"] == "STA-1"


def test_an_initial_payment_arrives_short_and_is_asked_for_then_taken_as_enough(world):
    order = short(world)
    assert world.seller.get(path(order))[1]["state"] == "initial_payment_to_confirm"
    assert world.seller.post(path(order, "ask-for-rest/"))[1]["state"] == "initial_payment_short"
    assert world.seller.post(path(order, "ask-for-rest/"))[1]["rule"] == "STA-1"
    taken = world.seller.post(path(short(world), "accept-short/"))[1]
    assert (taken["state"], taken["funds"]["outstanding"]["amount"]) == ("awaiting_dispatch", "71.00")


def test_another_address_ends_the_delivery_guarantee_and_nothing_else(world):
    order = started(world)
    changed = world.buyer.post(path(order, "address/"), HOME)[1]
    assert changed["shipping"]["address"]["street"] == "9 Pier Road"
    assert changed["shipping"]["address"]["country"] == "US"
    guarantees = changed["guarantees"]
    assert (guarantees["dispatch"], guarantees["delivery"]) == ("active", "ended")


def test_a_seller_reads_the_rate_what_is_at_stake_and_the_templates(world, at):
    started(world)
    at(NOW, days=8)
    account = world.seller.get("seller/")[1]["results"][0]
    assert account["on_time"] == {"rate": "0.0000", "on_time": 0, "counted": 1}
    assert account["exposure"] == {
        "orders": 1,
        "amount": {"amount": "10.00", "currency": "USD"},
        "more": False,
    }
    (template,) = world.seller.get("seller/templates/")[1]["results"]
    assert (template["seller"], template["products"]) == (world.shop.pk, 1)
    (line,) = template["lines"]
    assert (line["line"], line["pricing"], line["flat"], line["discount_percent"]) == (
        world.line.pk,
        "free",
        None,
        None,
    )
    assert world.stranger.get("seller/templates/")[1]["results"] == []


def test_a_refund_is_applied_for_answered_and_paid(world):
    order = started(world)
    status, shown = world.buyer.post(path(order, "refunds/"), {"amount": "12.50", "reason": "Two broken"})
    assert (status, shown["refund"]["state"]) == (201, "negotiating")
    said = {"refund": shown["refund"]["id"], "agree": True}
    shown = world.seller.post(path(order, "refunds/answer/"), said | {"words": "Sorry"})[1]
    assert (shown["refund"]["state"], shown["refund"]["paid"]["amount"]) == ("agreed", "12.50")
    assert shown["funds"]["refunded"]["amount"] == "12.50"
    shown = world.buyer.post(path(order, "refunds/"), {"full": True, "reason": "All of it"})[1]
    said = {"refund": shown["refund"]["id"], "agree": True}
    shown = world.seller.post(path(order, "refunds/answer/"), said)[1]
    assert (shown["state"], shown["closed_because"]) == ("closed", "refunded")


def test_a_yes_to_an_application_is_not_one_to_another_that_took_its_place(world):
    order = started(world)
    shown = world.buyer.post(path(order, "refunds/"), {"amount": "12.50", "reason": "Two broken"})[1]
    seen = shown["refund"]["id"]
    world.buyer.post(path(order, "refunds/withdraw/"), {})
    world.buyer.post(path(order, "refunds/"), {"full": True, "reason": "All of it"})
    status, refusal = world.seller.post(path(order, "refunds/answer/"), {"refund": seen, "agree": True})
    assert (status, refusal["rule"]) == (409, "STA-1")
    assert world.seller.post(path(order, "refunds/answer/"), {"refund": seen + 99, "agree": True})[0] == 404
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == ("awaiting_dispatch", 0)


def test_a_refund_is_brought_before_the_platform_from_day_4(world, at):
    order = started(world)
    world.buyer.post(path(order, "refunds/"), {"full": True, "reason": "Not as shown"})
    assert world.buyer.post(path(order, "refunds/escalate/"))[1]["rule"] == "RFD-2"
    at(NOW, days=4)
    assert world.buyer.post(path(order, "refunds/escalate/"))[1]["refund"]["state"] == "escalated"


@pytest.mark.rule("RFD-2", "TIM-3")
def test_a_refund_is_before_the_platform_on_day_7_before_a_job_has_written_it(world, at):
    order = started(world)
    world.buyer.post(path(order, "refunds/"), {"full": True, "reason": "Not as shown"})
    world.seller.post(path(order, "refunds/counter/"), {"offer": "1.00"})
    assert world.buyer.get(path(order))[1]["refund"]["counter"] == {"amount": "1.00", "currency": "USD"}
    at(NOW, days=7)
    shown = world.buyer.get(path(order))[1]["refund"]
    assert (shown["state"], shown["counter"]) == ("escalated", None)


def test_each_side_puts_automatic_receipt_off_once(world):
    order = started(world)
    world.seller.post(path(order, "dispatch/"), {"carrier": "DHL", "number": "JD1"})
    first = world.buyer.get(path(order))[1]["shipping"]["receipt_due_at"]
    assert world.buyer.post(path(order, "extend/"))[1]["shipping"]["receipt_due_at"] > first
    assert world.buyer.post(path(order, "extend/"))[1]["rule"] == "ORD-8"
    assert world.seller.post(path(order, "extend/"))[0] == 200


def test_bank_money_is_associated_by_the_supplier(world):
    order = started(world, paid=False)
    attempt = world.buyer.post(path(order, "pay/"), {"method": "tt"})[1]
    assert (attempt["url"], attempt["reference"]) == (None, reference_of(order.number))
    assert world.seller.post(path(order, "associate/"))[1]["rule"] == "STA-1"
    bank.arrive(order_id=order.pk, amount=order.total, bank_reference="B1", at=NOW)
    assert world.seller.post(path(order, "associate/"))[1]["state"] == "awaiting_dispatch"


@pytest.mark.rule("ORD-1", "STA-1")
def test_bank_money_is_not_associated_before_both_sides_have_agreed(world):
    order = factories.order(world.alice, {factories.product(world.shop, rts=False): 1}, paid=False)
    bank.arrive(order_id=order.pk, amount=order.total, bank_reference="B1", at=NOW)
    status, problem = world.seller.post(path(order, "associate/"))[:2]
    assert (status, problem["rule"]) == (409, "STA-1")


def test_t_t_is_not_offered_without_an_account_in_the_currency(world, settings):
    settings.BANK_ACCOUNTS = []
    order = started(world, paid=False)
    status, problem = world.buyer.post(path(order, "pay/"), {"method": "tt"})[:2]
    assert (status, problem["rule"], list(problem["errors"])) == (422, "PAY-1", ["method"])


@pytest.mark.rule("PAY-1")
def test_a_method_of_one_country_is_for_addresses_there_alone(world):
    order = started(world, paid=False)
    status, problem = world.buyer.post(path(order, "pay/"), {"method": "boleto"})[:2]
    assert (status, problem["rule"], list(problem["errors"])) == (422, "PAY-1", ["method"])
    assert not order.payments.exists()


def test_receipt_taken_as_given_counts_before_a_job_has_written_it(world, at):
    order = started(world)
    world.seller.post(path(order, "dispatch/"), {"carrier": "DHL", "number": "JD1"})
    at(NOW, days=40)
    assert [o["number"] for o in world.buyer.get("orders/", state="completed")[1]["results"]] == [
        order.number
    ]
    assert world.buyer.get("orders/", state="awaiting_receipt")[1]["results"] == []


def test_one_order_asks_little(world, django_assert_max_num_queries):
    order = started(world)
    world.seller.post(path(order, "dispatch/"), {"carrier": "DHL", "number": "JD1"})
    with django_assert_max_num_queries(15):
        world.buyer.get(path(order))


def test_the_statement_takes_the_filters_of_its_page(world):
    order = started(world)
    world.seller.post(path(order, "dispatch/"), {"carrier": "DHL", "number": "JD2", "last": True})
    world.buyer.post(path(order, "receive/"), {})

    def found(query):
        status, body = world.seller.get(f"statement/?{query}")[:2]
        assert status == 200, body
        return [entry["what"] for entry in body["results"]]

    assert found(f"order={order.number}&kind=release") == ["release"]
    assert found("kind=withdrawal") == []
    assert found("order=1") == []
    assert found("first=2021-01-01&last=2021-01-02") == []


@pytest.mark.rule("DSP-3")
def test_a_parcel_by_proof_gets_its_number_later(world):
    order = started(world)
    proof = [{"name": "waybill.pdf", "content": b64encode(b"%PDF-1.7\n%%EOF").decode()}]
    for _twice in range(2):
        status, shown = world.seller.post(path(order, "dispatch/"), {"carrier": "Own truck", "proof": proof})
        assert status == 200, shown
    [parcel] = shown["parcels"]
    assert (parcel["carrier"], parcel["number"], shown["state"]) == ("Own truck", "", "awaiting_receipt")
    body = {"parcel": parcel["id"], "carrier": "DHL", "number": "JD1"}
    shown = world.seller.post(path(order, "dispatch/number/"), body)[1]
    assert [(p["id"], p["number"]) for p in shown["parcels"]] == [(parcel["id"], "JD1")]
    assert world.seller.post(path(started(world), "dispatch/number/"), body)[0] == 400
