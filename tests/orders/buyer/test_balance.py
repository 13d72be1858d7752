"""An order paid in part: the buyer is asked for the rest wherever the order is shown (PAY-1, PAY-2)."""

import re
from datetime import date

import pytest

from assurance.kernel.money import Money
from orders.queries import buyer
from orders.rules.terms import DispatchTerms
from orders.services import closing, payment, start
from tests.factories import NOW
from tests.orders.buyer.test_checkout import coupon_of
from tests.orders.buyer.test_pages import next_strip, page

pytestmark = pytest.mark.django_db


def usd(amount: int) -> Money:
    return Money(amount, "USD")


@pytest.fixture
def drafted(trade):
    """A supplier's draft over 100 dollars, confirmed; 30 are paid at first."""

    def draft(terms=None):
        wanted = start.Draft(
            items={trade.mug.pk: 10},
            line_id=trade.line.pk,
            destination="US",
            initial=usd(30),
            dispatch=terms,
        )
        order = start.by_seller(seller_id=trade.seller.pk, buyer_id=trade.buyer.pk, draft=wanted, at=NOW)
        closing.confirm(order_id=order.pk, by="buyer", at=NOW)
        return order

    return draft


def pay(order, **given):
    attempt = payment.start(order_id=order.pk, method="visa", at=NOW, **given)
    payment.settle(reference=attempt.reference, outcome="succeeded", at=NOW)
    order.refresh_from_db()


class TestTheBalance:
    def test_where_dispatch_waits_for_it_it_is_the_buyers_turn(self, shop, drafted):
        order = drafted()
        pay(order)
        html = page(shop, order)
        said = next_strip(html)
        assert "Your turn" in said
        assert "Pay the balance of USD 70.00" in said
        assert f"/orders/{order.number}/pay/" in html
        assert "If it is late, you can claim" not in said
        assert "Still to pay" in html

    def test_where_the_supplier_dispatches_meanwhile_it_can_be_paid(self, shop, drafted):
        order = drafted(DispatchTerms(6, "initial", None))
        pay(order)
        html = page(shop, order)
        assert "The supplier’s turn" in next_strip(html)
        assert "Pay the balance" in html
        assert f"/orders/{order.number}/pay/" in html

    def test_the_list_and_its_tab_ask_for_it(self, shop, drafted, trade):
        order = drafted()
        pay(order)
        assert buyer.counts(trade.buyer.pk, NOW)["pay"] == 1
        listed = shop.get("/orders/?tab=pay").content.decode()
        assert order.number in listed
        assert f"/orders/{order.number}/pay/" in listed
        pay(order)
        assert buyer.counts(trade.buyer.pk, NOW)["pay"] == 0

    def test_a_refund_is_offered_only_once_it_is_paid(self, shop, drafted):
        order = drafted()
        pay(order)
        assert f"/orders/{order.number}/refund/" not in page(shop, order)
        pay(order)
        html = page(shop, order)
        assert f"/orders/{order.number}/refund/" in html
        assert "Still to pay" not in html


class TestWhatPayingBrings:
    @pytest.mark.parametrize(
        ("terms", "said"),
        [
            (DispatchTerms(6, "full", None), "begins once the balance is paid too"),
            (DispatchTerms(6, "initial", None), "begins with the initial payment"),
            (DispatchTerms(day=date(2021, 4, 1)), "dispatches by the agreed day"),
        ],
    )
    def test_the_payment_that_starts_the_clock_is_named(self, shop, drafted, terms, said):
        assert said in next_strip(page(shop, drafted(terms)))

    def test_by_transfer_no_day_is_promised_for_today(self, shop, trade):
        order = trade.order(paid=False)
        assert "Pay now to" in page(shop, order, path="pay/?method=visa")
        assert "Pay now to" not in page(shop, order, path="pay/?method=tt")

    def test_a_short_payment_is_told_as_short(self, shop, trade):
        order = trade.order(paid=False)
        attempt = payment.start(order_id=order.pk, method="visa", amount=usd(40), at=NOW)
        answer = shop.post(f"/pay/{attempt.reference}/", {"outcome": "succeeded"}, follow=True)
        said = answer.content.decode().replace("\xa0", " ")
        assert "USD 60.00 of what is due is missing" in said
        assert "Paid. The supplier has been told" not in said

    def test_where_a_coupon_has_been_used_no_other_is_offered(self, shop, trade):
        order = trade.order(paid=False)
        first, _second = (coupon_of(trade.buyer, trade.order()) for _ in range(2))
        pay(order, coupon_id=first.pk, amount=usd(10))
        html = page(shop, order, path="pay/")
        assert 'name="coupon" value="none"' in html
        assert "Paid so far" in html


def test_a_method_of_one_country_is_for_addresses_there_alone(shop, trade):
    order = trade.order(paid=False)
    html = page(shop, order, path="pay/")
    [option] = re.findall(r'<input type="radio" name="method" value="boleto".*?</label>', html)
    assert " disabled" in option
    assert "Only for addresses in Brazil" in option
    answer = shop.post(f"/orders/{order.number}/pay/", {"method": "boleto", "coupon": "none"})
    assert answer.status_code == 422
    assert not order.payments.exists()


class TestAnAttemptThatWasBegun:
    def test_it_is_gone_on_with_and_its_method_is_chosen_again(self, shop, trade):
        order = trade.order(paid=False)
        attempt = payment.start(order_id=order.pk, method="mastercard", at=NOW)
        assert f"/pay/{attempt.reference}/" in page(shop, order)
        chosen = re.findall(r'name="method" value="(\w+)"[^>]*checked', page(shop, order, path="pay/"))
        assert chosen == ["mastercard"]

    def test_sums_beside_a_coupon_are_what_is_paid_beside_it(self, shop, trade):
        order = trade.order(paid=False)
        coupon_of(trade.buyer, trade.order())
        said = re.sub(r"<[^>]+>", " ", page(shop, order, path="pay/"))
        assert "USD 100.00 less the coupon USD 80.00" in " ".join(said.split())


def test_nothing_is_said_of_money_on_an_order_closed_before_any_came(shop, trade):
    order = trade.order(paid=False)
    closing.cancel(order_id=order.pk, by="buyer", at=NOW)
    html = page(shop, order)
    assert "Nothing was paid" in html
    assert "held until you confirm receipt" not in html
    assert "will be held by the platform" not in html


def test_nor_to_the_supplier(client, trade, still):
    order = trade.order(paid=False)
    client.force_login(trade.supplier)
    address = f"/ma/orders/{order.number}/"
    assert "可用支付方式" in client.get(address).content.decode()
    closing.cancel(order_id=order.pk, by="buyer", at=NOW)
    html = client.get(address).content.decode()
    assert "可用支付方式" not in html
    assert "买家确认收货后放款" not in html


def test_the_supplier_reads_how_much_of_an_order_without_initial_payment_has_come(client, trade):
    order = trade.order(paid=False)
    pay(order, amount=usd(40))
    client.force_login(trade.supplier)
    said = " ".join(client.get(f"/ma/orders/{order.number}/").content.decode().split()).replace("\xa0", " ")
    assert "订单金额 USD 100.00 中已到账 USD 40.00。" in said
