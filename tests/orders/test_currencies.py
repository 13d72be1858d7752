"""Orders in another currency: offered by the rates of the day, and pinned to the one of the first money (MON-2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.money import Money
from assurance.kernel.services import keep_rates
from orders.models import Export, Order
from orders.queries.facts import nominal_fee
from orders.services import closing, offer, start
from orders.services.offer import Draft
from tests import factories as make
from tests.factories import NOW
from tests.orders.seller.test_pages import Office
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("MON-2")]
DAY = timedelta(days=1)


def keep(at=NOW, **usd):
    keep_rates(
        day=day_of(at),
        usd={code: Decimal(rate) for code, rate in usd.items()},
        reason="daily",
        at=at,
        checked=True,
    )


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def mug(shop):
    return make.product(shop, price=12_000)


@pytest.fixture
def alice():
    return make.person("alice")


def draft_of(mug, currency="EUR", **terms) -> Draft:
    return Draft({mug.pk: 2}, None, "US", currency=currency, **terms)


def drafted(shop, alice, draft) -> Order:
    return start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=offer.rated(draft, NOW), at=NOW)


def test_a_draft_takes_the_rate_of_its_day_and_the_contract_that_of_the_first_money(shop, alice, mug):
    keep(EUR="1.20")
    order = drafted(shop, alice, draft_of(mug, initial=Money(50, "EUR")))
    assert (order.total, order.usd_rate) == (Money(200, "EUR"), Decimal("1.20"))
    keep(NOW + 2 * DAY, EUR="1.25")
    closing.confirm(order_id=order.pk, by="buyer", at=NOW + 2 * DAY)
    order.refresh_from_db()
    assert order.usd_rate == Decimal("1.20"), "nothing is pinned before there is money"
    make.pay(order, at=NOW + 3 * DAY, amount=Money(50, "EUR"))
    order.refresh_from_db()
    assert (order.usd_rate, order.total) == (Decimal("1.25"), Money(200, "EUR"))
    keep(NOW + 4 * DAY, EUR="1.30")
    make.pay(order, at=NOW + 4 * DAY)
    order.refresh_from_db()
    assert (order.usd_rate, order.cash) == (Decimal("1.25"), Money(200, "EUR")), "pinned once"


def test_without_a_rate_of_the_day_the_contract_keeps_the_one_it_was_written_with(shop, alice, mug):
    keep(EUR="1.20")
    order = drafted(shop, alice, draft_of(mug))
    closing.confirm(order_id=order.pk, by="buyer", at=NOW + 20 * DAY)
    make.pay(order, at=NOW + 20 * DAY)
    order.refresh_from_db()
    assert (order.state, order.usd_rate) == ("awaiting_dispatch", Decimal("1.20"))


def test_a_currency_without_a_rate_is_not_offered(mug):
    keep(NOW - 8 * DAY, EUR="1.20", GBP="1.40")
    keep(NOW - 7 * DAY, GBP="1.40")
    with refused("MON-2", field="currency"):
        offer.rated(draft_of(mug), NOW)
    assert offer.rated(draft_of(mug, "GBP"), NOW).usd_rate == Decimal("1.40")
    assert offer.rated(draft_of(mug, "USD"), NOW).usd_rate == 1


@pytest.mark.rule("ORD-5")
def test_the_rmb_cap_takes_the_yuans_rate_of_the_day(shop, alice):
    """1.2%, at most RMB 480: at 0.15 that is USD 72, at 0.16 USD 76.80."""
    press = make.product(shop, price=1_000_000)
    keep(CNY="0.15")
    order = drafted(shop, alice, Draft({press.pk: 1}, None, "US", export=Export.AGENCY))
    assert nominal_fee(order) == Money("72.00", "USD")
    keep(NOW + DAY, CNY="0.16")
    closing.confirm(order_id=order.pk, by="buyer", at=NOW + DAY)
    make.pay(order, at=NOW + DAY)
    order.refresh_from_db()
    assert nominal_fee(order) == Money("76.80", "USD")


def test_an_order_in_dollars_asks_for_no_rate(alice, mug):
    keep(EUR="1.20", CNY="0.15")
    order = make.order(alice, {mug: 1}, paid=False)
    with CaptureQueriesContext(connection) as asked:
        make.pay(order, at=NOW)
    assert not [one for one in asked if "exchangerate" in one["sql"]]


class TestPage:
    @pytest.fixture
    def office(self, client, ming, shop):
        return Office(client, ming)

    def found(self, office, alice, currency):
        return office.post("order-new", email=alice.email, currency=currency)

    def test_the_currencies_of_the_day_are_offered_and_the_contract_is_written_in_one(
        self, office, alice, mug
    ):
        keep(EUR="1.20", JPY="0.009")
        page = office.get("order-new").content.decode()
        assert '<option value="EUR"' in page and '<option value="GBP"' not in page
        answer = self.found(office, alice, "EUR")
        page = answer.content.decode()
        assert "1 EUR = 1.2 USD" in page and "MON-2" in page
        address = answer.redirect_chain[-1][0]
        with clock.frozen(NOW):
            office.client.post(
                address,
                {
                    "do": "send", "destination": "US", "dispatch": "days", "days": "7", "after": "full",
                    "export": "self", "seen": "1", "key": "", "item-TOTAL_FORMS": "1", "item-INITIAL_FORMS": "0",
                    "item-0-product": mug.pk, "item-0-quantity": "2", "item-0-price": "", "shipping": "",
                    "line": "", "discount": "", "initial_payment": "",
                },
            )  # fmt: skip
        order = Order.objects.get()
        assert (order.total, order.usd_rate) == (Money(200, "EUR"), Decimal("1.20"))

    def test_one_that_is_not_offered_is_no_choice(self, office, alice):
        answer = self.found(office, alice, "EUR")
        assert "Select a valid choice" in answer.content.decode()
        assert office.post("order-new", email=alice.email).redirect_chain
