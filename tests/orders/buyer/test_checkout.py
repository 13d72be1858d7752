"""Checkout: what is shown is what is ordered, and one checkout makes one order (ORD-1, ORD-7)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from assurance.accounts.models import Address
from assurance.kernel import clock
from assurance.kernel.money import Money
from coupons import services as coupons
from coupons.models import Coupon
from orders.models import Order, Payment
from orders.queries.facts import policy_of
from sellers.models import PriceTier, Seller
from tests import factories as make

CHECKOUT = "/checkout/"


def coupon_of(user, order, face=20):
    """A coupon that this person got for an order."""
    return coupons.issue(
        owner_id=user.pk,
        bearer_id=None,
        from_order_id=order.pk,
        face=Money(face, "USD"),
        policy=policy_of(order, make.NOW),
        at=make.NOW,
    )


def test_a_visitor_signs_in_first_and_comes_back_with_the_choice(client, trade):
    answer = client.get(CHECKOUT, {"product": trade.mug.pk, "quantity": 10})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert "quantity%3D10" in answer.url


def test_the_address_of_a_checkout_carries_the_key_of_its_order(shop, trade):
    answer = shop.get(CHECKOUT, {"product": trade.mug.pk, "quantity": 10})
    assert re.search(r"start=[0-9a-f]{16}$", answer.url)


def test_the_summary_adds_up(shop, trade, text):
    coupon_of(trade.buyer, trade.order())
    page = text(shop.get(CHECKOUT, trade.checkout()))
    said = [re.sub(r"<[^>]+>| ", "", part) for part in re.findall(r"<dd>(.*?)</dd>", page)]
    assert said[:2] == ["USD100.00", "USD0.00"], "goods and shipping"
    assert said[2] == "USD100.00", "contract total"
    without = [re.sub(r"\s", "", part) for part in said[3:5]]
    assert without == ["USD3.00", "USD103.00"], "no coupon was chosen: fee and payment amount"
    chosen = text(shop.get(CHECKOUT, trade.checkout(coupon="")))
    said = [re.sub(r"<[^>]+>|\s", "", part) for part in re.findall(r"<dd>(.*?)</dd>", chosen)]
    assert said[2:6] == ["USD100.00", "−USD20.00", "USD2.40", "USD82.40"], "CPN-3, ORD-7"


def test_paying_makes_the_order_and_goes_to_the_gateway(shop, trade):
    answer = shop.post(CHECKOUT, trade.checkout())
    order, payment = Order.objects.get(), Payment.objects.get()
    assert answer.url == f"/pay/{payment.reference}/"
    assert (order.total, order.state, order.buyer) == (Money(100, "USD"), "awaiting_payment", trade.buyer)
    assert order.address["street"] == "211 Throop Ave"
    assert payment.charge == Money("103.00", "USD")


@pytest.mark.parametrize(
    ("way", "kept"),
    [("search", "search"), ("campaign", "campaign"), ("inquiry", "direct"), ("<b>", "direct")],
)
def test_where_the_business_came_from_goes_along_to_the_order(shop, trade, text, way, kept):
    product = shop.get(reverse("shop:product", args=[trade.mug.pk]), {"from": way})
    assert '<input type="hidden" name="from"' in text(product)
    review = shop.get(CHECKOUT, trade.checkout() | {"from": way})
    assert (f'name="from" value="{way}"' in text(review)) == (way == kept)
    shop.post(CHECKOUT, trade.checkout() | {"from": way})
    assert Order.objects.get().source == kept


def test_a_found_product_is_opened_as_found(client, trade):
    with clock.frozen(trade.at):
        found = client.get(reverse("shop:home"), {"q": "mug"}).content.decode()
        plain = client.get(reverse("shop:home")).content.decode()
    address = reverse("shop:product", args=[trade.mug.pk])
    assert f'href="{address}?from=search"' in found and f'href="{address}"' in plain


def test_the_same_form_sent_again_makes_nothing_more(shop, trade):
    first = shop.post(CHECKOUT, trade.checkout())
    second = shop.post(CHECKOUT, trade.checkout())
    assert first.url == second.url
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


def test_another_method_after_going_back_is_another_attempt_at_the_same_order(shop, trade):
    shop.post(CHECKOUT, trade.checkout())
    shop.post(CHECKOUT, trade.checkout(method="paypal"))
    assert Order.objects.count() == 1
    assert sorted(Payment.objects.values_list("method", "state")) == [
        ("paypal", "started"),
        ("visa", "replaced"),
    ]


def test_a_checkout_opened_again_goes_on_with_its_order(shop, trade):
    shop.post(CHECKOUT, trade.checkout())
    order = Order.objects.get()
    assert shop.get(CHECKOUT, trade.checkout()).url == f"/orders/{order.number}/pay/"
    make.pay(order, at=make.NOW)
    assert shop.get(CHECKOUT, trade.checkout()).url == f"/orders/{order.number}/"
    assert shop.post(CHECKOUT, trade.checkout()).url == f"/orders/{order.number}/"
    assert Order.objects.count() == 1


def test_a_checkout_key_is_the_persons_own(shop, trade):
    shop.post(CHECKOUT, trade.checkout())
    other = make.person("bob")
    elsewhere = Client()
    elsewhere.force_login(other)
    page = elsewhere.get(CHECKOUT, trade.checkout())
    assert page.url.startswith("/checkout/address/"), "no order of the other buyer is reached"


@pytest.mark.usefixtures("live_db")
def test_two_tabs_that_pay_at_once_make_one_order(trade):
    together = Barrier(2)

    def pay(_):
        browser = Client()
        browser.force_login(trade.buyer)
        together.wait()
        try:
            with clock.frozen(trade.at):
                return browser.post(CHECKOUT, trade.checkout()).url
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as tabs:
        reached = set(tabs.map(pay, range(2)))
    assert len(reached) == 1
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


CHANGES = {
    "the price went up": lambda t: PriceTier.objects.filter(product=t.mug).update(price_minor=1200),
    "the address is gone": lambda t: (
        Address.objects.create(user=t.buyer, recipient="A", street="B", city="C", country="US")
        and Address.objects.filter(pk=t.address.pk).delete()
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_meanwhile_is_shown_and_nothing_ordered(shop, trade, text, change):
    sent = trade.checkout()
    change(trade)
    answer = shop.post(CHECKOUT, sent)
    assert answer.url.startswith(CHECKOUT)
    assert not Order.objects.exists()
    page = text(shop.get(answer.url))
    assert "Something has changed since you saw it" in page
    assert 'name="quantity" value="10"' in page, "nothing chosen is lost"


def test_what_a_rule_refuses_orders_nothing_and_keeps_the_choice(shop, trade, text):
    elsewhere = make.line("elsewhere")
    foreign = coupon_of(make.person("bob"), trade.order())
    made = Order.objects.count()
    for choice, rule, status in (
        ({"coupon": foreign.pk}, "CPN-3", 422),
        ({"coupon": "999999999999999999999999"}, "CPN-3", 422),
        ({"coupon": "9" * 5000}, "CPN-3", 422),
        ({"line": "9" * 5000}, "LOG-1", 422),
        ({"line": elsewhere.pk}, "LOG-1", 422),
        ({"method": "gold"}, "PAY-1", 422),
    ):
        answer = shop.post(CHECKOUT, trade.checkout(**choice))
        assert answer.status_code == status, choice
        assert f'<span class="rule-id">{rule}</span>' in text(answer), choice
        assert Order.objects.count() == made


def test_a_supplier_whose_lamp_went_out_is_refused(shop, trade, text):
    Seller.objects.update(qualified_at=make.NOW - timedelta(days=400), last_effective_at=None)
    assert "QUA-1" in text(shop.get(CHECKOUT, trade.checkout()))
    answer = shop.post(CHECKOUT, trade.checkout())
    assert (answer.status_code, Order.objects.count()) == (409, 0)


@pytest.mark.parametrize("quantity", ["0", "-3", "1e9", "", "99999999999", "two"])
def test_a_wrong_quantity_is_told_beside_its_field(shop, trade, text, quantity):
    answer = shop.post(CHECKOUT, trade.checkout(quantity=quantity))
    assert answer.url.startswith(f"/products/{trade.mug.pk}/")
    page = text(shop.get(answer.url))
    assert "field__error" in page
    assert f'value="{quantity}"' in page or quantity == ""
    assert not Order.objects.exists()


@pytest.mark.parametrize("product", ["", "0", "x", "99999999999999999999999"])
def test_a_product_that_is_none(shop, trade, product):
    assert shop.get(CHECKOUT, trade.checkout(product=product)).status_code == 404


def test_without_an_address_there_the_checkout_asks_for_one(shop, trade, text):
    asked = shop.get(CHECKOUT, trade.checkout(address="", to="DE"))
    assert asked.url.startswith("/checkout/address/?")
    form = text(shop.get(asked.url))
    assert '<option value="DE" selected>' in form
    wrong = shop.post(asked.url, {"recipient": "Ada", "street": "", "city": "Kiel", "country": "DE"})
    assert wrong.status_code == 422
    assert 'value="Kiel"' in text(wrong)
    saved = shop.post(asked.url, {"recipient": "Ada", "street": "Am Kai 1", "city": "Kiel", "country": "DE"})
    new = Address.objects.get(city="Kiel")
    assert saved.url.startswith(CHECKOUT)
    assert f"address={new.pk}" in saved.url


def test_made_to_order_goods_go_to_the_supplier_first(shop, trade, text):
    type(trade.mug).objects.update(rts=False)
    assert "Send to the supplier" in text(shop.get(CHECKOUT, trade.checkout()))
    answer = shop.post(CHECKOUT, trade.checkout())
    order = Order.objects.get()
    assert answer.url == f"/orders/{order.number}/"
    assert order.state == "awaiting_supplier"
    assert not Payment.objects.exists()


class TestPayingAnOrder:
    """The page that *Pay now* of an unpaid order opens."""

    def page(self, order):
        return f"/orders/{order.number}/pay/"

    def test_it_offers_the_coupon_that_ends_first_and_reserves_it(self, shop, trade, text):
        coupon = coupon_of(trade.buyer, trade.order(), face=100)
        order = trade.order(paid=False)
        page = text(shop.get(self.page(order)))
        assert f'name="coupon" value="{coupon.pk}"' in page
        assert "pays USD 99.99 here" in page.replace("\xa0", " "), "no change is given (CPN-3)"
        shop.post(self.page(order), {"method": "paypal", "coupon": coupon.pk})
        coupon.refresh_from_db()
        assert coupon.reserved_order_id == order.pk
        assert f'name="coupon" value="{coupon.pk}"' in text(shop.get(self.page(order))), "still chosen"

    def test_a_coupon_reserved_elsewhere_is_refused(self, shop, trade, text):
        coupon = coupon_of(trade.buyer, trade.order())
        first, second = trade.order(paid=False), trade.order(paid=False)
        shop.post(self.page(first), {"method": "visa", "coupon": coupon.pk})
        answer = shop.post(self.page(second), {"method": "visa", "coupon": coupon.pk})
        assert answer.status_code == 409
        assert "CPN-4" in text(answer)

    def test_what_is_paid_is_not_paid_again(self, shop, trade):
        order = trade.order()
        assert shop.get(self.page(order)).url == f"/orders/{order.number}/"
        shop.post(self.page(order), {"method": "visa"})
        assert Payment.objects.count() == 1

    def test_another_persons_order_is_not_there(self, client, trade):
        order = trade.order(paid=False)
        client.force_login(trade.supplier)
        assert client.get(self.page(order)).status_code == 404
        assert client.post(self.page(order), {"method": "visa"}).status_code == 404

    @pytest.mark.parametrize("missing", [{"GATEWAY_SANDBOX": False}, {"GATEWAY_SECRET": ""}])
    def test_without_a_gateway_nothing_can_be_paid(self, shop, trade, text, settings, missing):
        for name, value in {**missing, "BANK_ACCOUNTS": []}.items():
            setattr(settings, name, value)
        order = trade.order(paid=False)
        assert "No payment gateway is connected" in text(shop.get(self.page(order)))
        assert shop.post(self.page(order), {"method": "visa"}).status_code == 422


def test_queries_do_not_grow_with_the_coupons(shop, trade, django_assert_max_num_queries):
    for _ in range(5):
        coupon_of(trade.buyer, trade.order())
    shop.get(CHECKOUT, trade.checkout())
    with django_assert_max_num_queries(22):
        shop.get(CHECKOUT, trade.checkout())
    assert Coupon.objects.count() == 5


@pytest.mark.rule("ORD-7")
def test_the_best_store_coupon_is_put_on_and_can_be_changed(shop, trade, text):
    small = make.store_coupon(trade.seller, name="Small", amount=Money(5, "USD"), least=Money(50, "USD"))
    best = make.store_coupon(trade.seller, name="Best")
    far = make.store_coupon(trade.seller, name="Far", amount=Money(99, "USD"), least=Money(200, "USD"))
    page = text(shop.get(CHECKOUT, trade.checkout()))
    assert f'name="store" value="{best.pk}" checked' in page
    assert f'name="store" value="{far.pk}" disabled' in page
    assert '<input type="hidden" name="total" value="USD 90.00">' in page
    changed = text(shop.get(CHECKOUT, trade.checkout(store=small.pk)))
    assert '<input type="hidden" name="total" value="USD 95.00">' in changed
    without = text(shop.get(CHECKOUT, trade.checkout(store="none")))
    assert '<input type="hidden" name="total" value="USD 100.00">' in without
    assert "Best" in text(shop.get(f"/products/{trade.mug.pk}/"))


@pytest.mark.rule("ORD-7")
def test_a_store_coupon_that_ends_meanwhile_is_refused_and_the_order_shown_without_it(shop, trade, text):
    coupon = make.store_coupon(trade.seller)
    coupons.end_store_coupon(coupon_id=coupon.pk, at=trade.at)
    answer = shop.post(CHECKOUT, trade.checkout(store=coupon.pk, total="USD 90.00"))
    assert answer.status_code == 409
    page = text(answer)
    assert "The supplier has ended this store coupon." in page
    assert '<input type="hidden" name="total" value="USD 100.00">' in page
    assert not Order.objects.exists()


@pytest.mark.rule("ORD-7")
def test_an_order_with_a_store_coupon_says_which(shop, trade, text):
    coupon = make.store_coupon(trade.seller, name="Spring fair")
    answer = shop.post(CHECKOUT, trade.checkout(store=coupon.pk, total="USD 90.00"))
    assert answer.status_code == 302
    order = Order.objects.get()
    assert (order.store_coupon, order.total) == (coupon, Money(90, "USD"))
    assert "Spring fair" in text(shop.get(reverse("orders:detail", args=[order.number])))
