"""A page of payment offers the coupons that paying would take, and no others (CPN-3, CPN-4)."""

from datetime import timedelta

import pytest

from assurance.kernel import clock
from assurance.kernel.models import Deadline
from assurance.kernel.money import Money
from coupons.models import Coupon
from orders.models import Order
from orders.services import intake, payment, statements
from tests.factories import NOW
from tests.orders.bank.test_statements import ref
from tests.orders.bank.writing import Paid, mt940
from tests.orders.buyer.test_checkout import CHECKOUT, coupon_of

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=9)


def page_of(order: Order) -> str:
    return f"/orders/{order.number}/pay/"


def is_offered(coupon: Coupon, page: str) -> bool:
    return f'<option value="{coupon.pk}"' in page


@pytest.mark.rule("CPN-4", "TIM-3")
def test_not_one_that_a_transfer_on_its_way_may_still_use(shop, trade, text):
    order = trade.order(paid=False)
    coupon = coupon_of(trade.buyer, order)
    payment.start(order_id=order.pk, method="tt", coupon_id=coupon.pk, at=NOW)
    closes = Deadline.objects.get(kind="left_alone", subject_id=order.pk).due_at
    statement, _ = statements.upload(name="a", data=mt940(Paid("1.00", ref(order))), at=NOW)
    statements.take_in(statement_id=statement.pk, reason="r", at=closes - SOON)
    other = trade.order(paid=False, at=closes)
    with clock.frozen(closes):
        assert not is_offered(coupon, text(shop.get(page_of(other))))
        assert not is_offered(coupon, text(shop.get(CHECKOUT, trade.checkout())))
        intake.take_due(closes)
        assert is_offered(coupon, text(shop.get(page_of(other)))), "it did not come with that transfer"


@pytest.mark.rule("CPN-3", "CPN-4")
def test_no_other_beside_one_that_a_transfer_was_asked_for_with(shop, trade, text):
    order = trade.order(paid=False)
    coupon, other = coupon_of(trade.buyer, order), coupon_of(trade.buyer, trade.order())
    payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=NOW)
    page = text(shop.get(page_of(order)))
    assert is_offered(other, page) and "Remove the coupon" in page
    payment.start(order_id=order.pk, method="tt", at=NOW)
    page = text(shop.get(page_of(order)))
    assert is_offered(coupon, page) and "Reserved for this order" in page
    assert not is_offered(other, page) and "Remove the coupon" not in page


@pytest.mark.rule("CPN-3")
def test_none_where_it_would_pay_nothing(shop, trade, text):
    order = trade.order(paid=False)
    coupon = coupon_of(trade.buyer, order)
    attempt = payment.start(order_id=order.pk, method="visa", amount=Money("99.99", "USD"), at=NOW)
    payment.settle(reference=attempt.reference, outcome="succeeded", at=NOW)
    assert not is_offered(coupon, text(shop.get(page_of(order))))
    assert shop.post(page_of(order), {"method": "visa"}).status_code == 302
