"""The verbs of a buyer's order page: one effect, a sentence either way, and nobody else's order."""

from datetime import timedelta

import pytest

from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.money import Money
from orders.models import Order, Refund
from orders.services import amendment, dispatch, refunds
from tests import factories as make


def on_its_way(order):
    dispatch.dispatch(order_id=order.pk, carrier="UPS", number=f"1Z{order.pk}", last=True, at=make.NOW)


def drafted(order):
    Order.objects.filter(pk=order.pk).update(state="awaiting_buyer", drafted_by="seller")


def proposed(order):
    day = day_of(make.NOW) + timedelta(days=10)
    amendment.propose(order_id=order.pk, day=day, reason="Kiln", at=make.NOW)


def applied(order):
    refunds.apply(order_id=order.pk, amount=None, reason="", at=make.NOW - timedelta(days=4))


# verb → (paid before, what happened before, what it leaves behind)
EFFECTS = {
    "confirm": (False, drafted, lambda o: o.state == "awaiting_payment"),
    "decline": (False, drafted, lambda o: o.closed_because == "declined"),
    "cancel": (False, None, lambda o: o.closed_because == "cancelled"),
    "receive": (True, on_its_way, lambda o: o.state == "completed" and o.confirmed_at is not None),
    "extend": (True, on_its_way, lambda o: o.buyer_extended),
    "date/accept": (True, proposed, lambda o: o.dispatch_due == day_of(make.NOW) + timedelta(days=10)),
    "date/refuse": (True, proposed, lambda o: o.proposals.get().answer == "refused"),
    "refund/escalate": (True, applied, lambda o: o.refunds.get().state == "escalated"),
}


SENT = {"confirm": {"seen": "1"}, "date/accept": {"day": (day_of(make.NOW) + timedelta(days=10)).isoformat()}}


def home(order, verb):
    """Where a verb leads back to: the order, or its refund."""
    return f"/orders/{order.number}/" + ("refund/" if verb.startswith("refund") else "")


def post(client, order, verb, data=None):
    return client.post(f"/orders/{order.number}/{verb}/", data or SENT.get(verb, {}), follow=True)


@pytest.mark.parametrize("verb", EFFECTS)
def test_a_verb_does_what_it_says_and_says_so(shop, trade, verb):
    paid, before, holds = EFFECTS[verb]
    order = trade.order(paid=paid)
    if before:
        before(order)
    answer = post(shop, order, verb)
    order.refresh_from_db()
    assert holds(order)
    assert answer.redirect_chain[-1][0] == home(order, verb)
    assert 'class="notice notice--good"' in answer.content.decode()


@pytest.mark.parametrize("verb", EFFECTS)
def test_sent_twice_it_has_one_effect(shop, trade, verb):
    paid, before, holds = EFFECTS[verb]
    order = trade.order(paid=paid)
    if before:
        before(order)
    post(shop, order, verb)
    order.refresh_from_db()
    version = (order.state, order.state_since, order.receipt_due_at, order.dispatch_due)
    answer = post(shop, order, verb)
    order.refresh_from_db()
    assert holds(order)
    assert (order.state, order.state_since, order.receipt_due_at, order.dispatch_due) == version
    assert "rule-id" in answer.content.decode()


@pytest.mark.parametrize("verb", [verb for verb in EFFECTS if verb != "cancel"])
def test_what_the_state_forbids_is_refused_with_its_rule(shop, trade, verb):
    order = trade.order(paid=False)
    answer = post(shop, order, verb)
    assert '<span class="rule-id">STA-1</span>' in answer.content.decode()
    before = order.state
    order.refresh_from_db()
    assert order.state == before


@pytest.mark.parametrize("verb", [*EFFECTS, "address", "refund"])
def test_a_stranger_gets_404_and_a_visitor_signs_in(client, trade, verb):
    order = trade.order()
    address = f"/orders/{order.number}/{verb}/"
    assert "/account/login/" in client.post(address).url
    client.force_login(trade.supplier)
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("verb", EFFECTS)
def test_a_get_does_nothing(shop, trade, verb):
    order = trade.order(paid=EFFECTS[verb][0])
    if EFFECTS[verb][1]:
        EFFECTS[verb][1](order)
    assert shop.get(f"/orders/{order.number}/{verb}/").url == home(order, verb)
    order.refresh_from_db()
    assert not EFFECTS[verb][2](order)


@pytest.mark.parametrize("day", ["", "soon", "2021-13-45", "2021-04-01"])
def test_only_the_day_that_was_seen_is_accepted(shop, trade, day):
    order = trade.order()
    proposed(order)
    answer = post(shop, order, "date/accept", {"day": day})
    assert '<span class="rule-id">DSP-6</span>' in answer.content.decode()
    before = order.dispatch_due
    order.refresh_from_db()
    assert order.dispatch_due == before


def test_without_a_refund_there_is_nothing_to_escalate(shop, trade):
    assert "STA-1" in post(shop, trade.order(), "refund/escalate").content.decode()


class TestAddress:
    NEW = {
        "recipient": "Bob",
        "street": "9 Elm Street",
        "city": "Boston",
        "phone": "",
        "region": "",
        "postcode": "",
    }

    def test_the_form_holds_what_is_there_and_warns_of_what_it_ends(self, shop, trade, text):
        html = text(shop.get(f"/orders/{trade.order().number}/address/"))
        assert 'value="211 Throop Ave"' in html
        assert "DLV-6" in html
        unpaid = text(shop.get(f"/orders/{trade.order(paid=False).number}/address/"))
        assert "DLV-6" not in unpaid

    def test_it_changes_the_order_and_not_the_address_book(self, shop, trade):
        order = trade.order()
        post(shop, order, "address", self.NEW)
        order.refresh_from_db()
        trade.address.refresh_from_db()
        assert order.address["street"] == "9 Elm Street"
        assert order.address["country"] == "US"
        assert order.address_changed_at is not None
        assert trade.address.street == "211 Throop Ave"

    def test_what_is_missing_is_told_and_nothing_lost(self, shop, trade, text):
        order = trade.order()
        answer = shop.post(f"/orders/{order.number}/address/", self.NEW | {"street": "", "city": "x" * 200})
        assert answer.status_code == 422
        assert 'value="Bob"' in text(answer)
        assert text(answer).count('class="field__error"') == 2
        order.refresh_from_db()
        assert order.address["city"] == "New York"

    def test_a_closed_order_keeps_its_address(self, shop, trade, text):
        order = trade.order(paid=False)
        post(shop, order, "cancel")
        answer = shop.post(f"/orders/{order.number}/address/", self.NEW)
        assert answer.status_code == 409
        assert "STA-1" in text(answer)
        assert 'value="9 Elm Street"' in text(answer)


class TestRefund:
    def test_in_full(self, shop, trade):
        order = trade.order()
        post(shop, order, "refund", {"kind": "full", "amount": "", "reason": "Broken", "cause": "damaged"})
        refund = Refund.objects.get()
        assert (refund.amount, refund.reason, refund.opened_by) == (None, "Broken", trade.buyer)
        assert refund.opened_at == make.NOW

    def test_an_amount(self, shop, trade):
        order = trade.order()
        post(
            shop,
            order,
            "refund",
            {"kind": "part", "amount": "12.34", "reason": "One mug broken", "cause": "damaged"},
        )
        assert Refund.objects.get().amount == Money("12.34", "USD")

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"kind": "part", "amount": ""}, "amount"),
            ({"kind": "part", "amount": "0"}, "amount"),
            ({"kind": "part", "amount": "-5"}, "amount"),
            ({"kind": "part", "amount": "1.001"}, "amount"),
            ({"kind": "part", "amount": "NaN"}, "amount"),
            ({"kind": "part", "amount": "1e99"}, "amount"),
            ({"kind": "most", "amount": "1"}, "kind"),
            ({"kind": "full", "reason": ""}, "reason"),
            ({"kind": "full", "reason": "x" * 501}, "reason"),
        ],
    )
    def test_wrong_values_are_told_beside_their_field(self, shop, trade, text, data, field):
        order = trade.order()
        answer = shop.post(
            f"/orders/{order.number}/refund/", {"reason": "Kept words", "cause": "quality"} | data
        )
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in text(answer)
        assert ("Kept words" in text(answer)) == ("reason" not in data)
        assert not Refund.objects.exists()

    def test_more_than_was_paid_is_refused_and_nothing_lost(self, shop, trade, text):
        order = trade.order()
        answer = shop.post(
            f"/orders/{order.number}/refund/",
            {"kind": "part", "amount": "100.01", "reason": "Kept words", "cause": "quality"},
        )
        assert answer.status_code == 422
        assert "CPN-6" in text(answer)
        assert "Kept words" in text(answer)
        assert 'value="100.01"' in text(answer)

    def test_a_second_one_waits_for_the_first(self, shop, trade, text):
        order = trade.order()
        post(shop, order, "refund", {"kind": "full", "reason": "Broken", "cause": "damaged"})
        assert "Status" in text(shop.get(f"/orders/{order.number}/refund/"))
        assert (
            shop.post(
                f"/orders/{order.number}/refund/", {"kind": "full", "reason": "Again", "cause": "other"}
            ).status_code
            == 409
        )
        assert Refund.objects.count() == 1

    def test_after_day_30_from_receipt_it_is_over(self, shop, trade, text):
        order = trade.order()
        on_its_way(order)
        post(shop, order, "receive")
        last = make.NOW + timedelta(days=31)
        with clock.frozen(last.replace(hour=0)):
            answer = shop.post(
                f"/orders/{order.number}/refund/", {"kind": "full", "reason": "Late", "cause": "other"}
            )
        assert answer.status_code == 409
        assert "RFD-1" in text(answer)


@pytest.mark.parametrize("seen", ["", "²", "9" * 30, "9" * 5000])
def test_a_version_that_is_none_confirms_nothing(shop, trade, seen):
    order = trade.order(paid=False)
    drafted(order)
    shop.post(f"/orders/{order.number}/confirm/", {"seen": seen})
    order.refresh_from_db()
    assert order.state == "awaiting_buyer"
