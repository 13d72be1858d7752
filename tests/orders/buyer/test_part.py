"""Paying a part of an order, and taking a reserved coupon off it (PAY-1, PAY-2, CPN-4)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from assurance.kernel.models import Deadline
from assurance.kernel.money import Money
from coupons import queries
from coupons.models import Coupon
from orders.models import Order, Payment
from orders.rules.lifecycle import IN_FULL, MET, SHORT, Funds, check_part, outcome
from orders.services import bank, closing, payment, start
from tests import factories as make
from tests.factories import NOW
from tests.orders.buyer.test_checkout import coupon_of
from tests.refusals import refused


def usd(amount):
    return Money(Decimal(str(amount)), "USD")


@pytest.mark.rule("PAY-1")
@pytest.mark.parametrize(("cash", "is_refused"), [(0, True), ("0.01", False), (100, False), ("100.01", True)])
def test_a_part_is_more_than_nothing_and_at_most_what_is_left(cash, is_refused):
    if is_refused:
        with refused("PAY-1", field="amount"):
            check_part(usd(cash), most=usd(100))
    else:
        check_part(usd(cash), most=usd(100))


@pytest.mark.rule("PAY-1", "PAY-2")
@pytest.mark.parametrize(
    ("initial", "paid", "more", "answer"),
    [
        (None, 0, 100, (IN_FULL, 0)),
        (None, 0, 40, (SHORT, 60)),
        (30, 0, 30, (MET, 70)),
        (30, 0, "29.99", (SHORT, "0.01")),
        (30, 0, 31, (MET, 69)),
        (30, 10, 20, (MET, 70)),
        (30, 30, 20, (MET, 50)),
        (30, 30, 70, (IN_FULL, 0)),
    ],
)
def test_what_a_part_makes_of_the_order(initial, paid, more, answer):
    funds = Funds(usd(100), usd(initial) if initial else None, usd(paid))
    assert outcome(funds, usd(more)) == (answer[0], usd(answer[1]))


@pytest.fixture
def agreed(trade) -> Order:
    """USD 100, of which 30 are the initial payment, agreed and unpaid."""
    draft = start.Draft(
        items={trade.mug.pk: 10},
        line_id=trade.line.pk,
        destination="US",
        address=make.ADDRESS,
        initial=usd(30),
        shipping=usd(0),
    )
    order = start.by_seller(seller_id=trade.seller.pk, buyer_id=trade.buyer.pk, draft=draft, at=NOW)
    return closing.confirm(order_id=order.pk, by="buyer", at=NOW)


def pay(order):
    return reverse("orders:pay", args=[order.number])


def sent(order, **more):
    return {"method": "visa", "coupon": "none", **more}


class TestThePage:
    @pytest.mark.parametrize(
        ("choice", "says"),
        [
            ({}, "70.00 of the balance stays open"),
            ({"share": "all"}, "With it the order is paid in full."),
            ({"share": "other", "amount": "10"}, "20.00 of what is due will be missing"),
            ({"share": "other", "amount": "50.5"}, "49.50 of the balance stays open"),
            ({"share": "other", "amount": ""}, "Enter the amount you pay"),
            ({"share": "other", "amount": "100.01"}, "Pay between"),
            ({"share": "other", "amount": "0"}, "At least 0.01."),
            ({"share": "other", "amount": "1.005"}, "2 decimal places"),
            ({"share": "other", "amount": "ten"}, "Enter a number"),
            ({"share": "half"}, "70.00 of the balance stays open"),
        ],
    )
    def test_what_it_means_stands_beside_the_button(self, shop, agreed, text, choice, says):
        page = text(shop.get(pay(agreed), sent(agreed, **choice)))
        assert says in page.replace("\xa0", " ")
        readable = "Enter the amount" not in page and "field__error" not in page
        assert ('id="pay-now"' in page) == readable
        assert ('hx-disabled-elt="#pay-now button"' in page) == readable, "htmx misses what is not there"

    @pytest.mark.parametrize(
        ("choice", "cash"),
        [
            ({}, 30),
            ({"share": "all", "amount": "100"}, 100),
            ({"share": "other", "amount": "0.01"}, "0.01"),
            ({"share": "due", "amount": "99"}, 30),
        ],
    )
    def test_what_is_shown_is_what_is_charged(self, shop, agreed, choice, cash):
        for _twice in range(2):
            assert shop.post(pay(agreed), sent(agreed, **choice)).status_code == 302
        assert Payment.objects.get().cash == usd(cash)

    @pytest.mark.parametrize("amount", ["", "100.01", "-1", "x"])
    def test_an_amount_that_cannot_be_paid_is_refused_with_what_was_typed(self, shop, agreed, text, amount):
        answer = shop.post(pay(agreed), sent(agreed, share="other", amount=amount))
        assert answer.status_code == 422
        page = text(answer)
        assert "PAY-1" in page and 'value="other" checked' in page
        assert not Payment.objects.exists()

    def test_a_short_initial_payment_waits_for_the_supplier(self, shop, agreed):
        shop.post(pay(agreed), sent(agreed, share="other", amount="10"))
        payment.settle(reference=Payment.objects.get().reference, outcome="succeeded", at=NOW)
        agreed.refresh_from_db()
        assert (agreed.state, agreed.cash) == ("initial_payment_to_confirm", usd(10))

    def test_everything_is_what_is_left_beside_the_coupon(self, shop, agreed, trade, text):
        coupon = coupon_of(trade.buyer, agreed)
        page = text(shop.get(pay(agreed), {"share": "all", "coupon": coupon.pk, "method": "visa"}))
        assert 'name="amount" value="80.00"' in page
        shop.post(pay(agreed), {"share": "all", "amount": "80.00", "coupon": coupon.pk, "method": "visa"})
        made = Payment.objects.get()
        assert (made.cash, made.coupon_part) == (usd(80), usd(20))


def reserve(order, coupon, method="visa"):
    return payment.start(order_id=order.pk, method=method, coupon_id=coupon.pk, at=NOW)


def take_off(order, at=NOW):
    return payment.take_off_coupon(order_id=order.pk, at=at)


@pytest.mark.rule("CPN-4")
class TestTakingTheCouponOff:
    @pytest.fixture
    def coupon(self, agreed, trade) -> Coupon:
        return coupon_of(trade.buyer, agreed)

    def test_it_is_free_again_the_attempt_ends_and_the_long_limit_counts(self, agreed, coupon):
        def closes():
            return Deadline.objects.get(kind="left_alone", subject_id=agreed.pk).due_at

        before = closes()
        reserve(agreed, coupon)
        assert closes() < before
        take_off(agreed)
        take_off(agreed)
        coupon.refresh_from_db()
        assert queries.state(coupon, NOW) == "active"
        assert Payment.objects.get().state == "replaced"
        assert closes() == before

    def test_without_a_coupon_nothing_changes(self, agreed):
        make_started = payment.start(order_id=agreed.pk, method="visa", at=NOW)
        before = Order.objects.values().get()
        take_off(agreed)
        make_started.refresh_from_db()
        assert (make_started.state, Order.objects.values().get()) == ("started", before)

    def test_not_while_the_gateway_confirms_a_payment(self, agreed, coupon):
        payment.settle(reference=reserve(agreed, coupon).reference, outcome="pending", at=NOW)
        with refused("STA-1"):
            take_off(agreed)
        coupon.refresh_from_db()
        assert coupon.reserved_order_id == agreed.pk

    def test_not_once_a_transfer_was_asked_for_with_it_nor_with_another_method_since(self, agreed, coupon):
        reserve(agreed, coupon, method="tt")
        with refused("CPN-4"):
            take_off(agreed)
        payment.start(order_id=agreed.pk, method="visa", at=NOW)
        with refused("CPN-4"):
            take_off(agreed)

    def test_money_that_still_comes_for_the_ended_attempt_goes_back(self, agreed, coupon):
        attempt = reserve(agreed, coupon)
        take_off(agreed)
        payment.settle(reference=attempt.reference, outcome="succeeded", at=NOW)
        attempt.refresh_from_db()
        agreed.refresh_from_db()
        assert (attempt.returned, agreed.cash, agreed.state) == (attempt.charge, usd(0), "awaiting_payment")

    def test_a_coupon_whose_day_has_passed_is_void_then(self, agreed, coupon):
        Coupon.objects.filter(pk=coupon.pk).update(last_day=NOW.date())
        coupon.refresh_from_db()
        reserve(agreed, coupon)
        take_off(agreed, NOW + timedelta(days=2))
        coupon.refresh_from_db()
        assert coupon.state == "void"

    def test_the_button_stands_on_the_page_of_a_reserved_coupon(self, shop, agreed, coupon, text):
        assert "Remove the coupon" not in text(shop.get(pay(agreed)))
        reserve(agreed, coupon)
        assert "Remove the coupon" in text(shop.get(pay(agreed)))
        where = reverse("orders:coupon_off", args=[agreed.number])
        for _twice in range(2):
            answer = shop.post(where)
            assert answer.url == f"{pay(agreed)}?coupon=none"
        page = text(shop.get(answer.url))
        assert "The coupon has been removed from this order" in page and "Remove the coupon" not in page
        assert shop.get(where).url == pay(agreed)

    def test_a_refusal_is_said_on_the_page(self, shop, agreed, coupon, text):
        bank.arrive(order_id=agreed.pk, amount=usd(5), bank_reference="1", at=NOW)
        reserve(agreed, coupon, method="tt")
        shop.post(reverse("orders:coupon_off", args=[agreed.number]))
        assert "may be under way" in text(shop.get(pay(agreed)))
