"""Paying by T/T: the method is offered, its page says what to tell the bank, and the order page leads there."""

from datetime import timedelta

from orders.models import Payment
from orders.rules.bank.reference import in_groups, reference_of
from orders.services import bank, closing, payment
from tests.orders.buyer.test_checkout import CHECKOUT


def page_of(order) -> str:
    return f"/orders/{order.number}/transfer/"


def test_checkout_leads_to_what_the_bank_is_told(shop, trade, text):
    assert "T/T" in text(shop.get(CHECKOUT, trade.checkout()))
    answer = shop.post(CHECKOUT, trade.checkout(method="tt"))
    order = Payment.objects.get(method="tt").order
    assert answer.url == page_of(order)
    page = text(shop.get(answer.url))
    reference = reference_of(order.number)
    for words in (
        in_groups(reference),
        f'data-copy="{reference}"',
        'data-copy="100.00"',
        'data-copy="US64SVBK0000001234567890"',
        "SMPLUS33XXX",
    ):
        assert words in page
    assert "DE02120300000000202051" not in page, "another currency's account"
    assert f'href="{page_of(order)}"' in text(shop.get(f"/orders/{order.number}/"))


def test_the_reference_stays_whatever_happens_to_the_payment(shop, trade, text):
    order = trade.order(paid=False)
    payment.start(order_id=order.pk, method="tt", at=trade.at)
    first = text(shop.get(page_of(order)))
    payment.start(order_id=order.pk, method="visa", at=trade.at)
    assert shop.get(page_of(order)).url == f"/orders/{order.number}/pay/"
    payment.start(order_id=order.pk, method="tt", at=trade.at)
    reference = in_groups(reference_of(order.number))
    assert reference in first
    assert reference in text(shop.get(page_of(order)))


def test_a_reserved_coupon_makes_the_transfer_less(shop, trade, text):
    from tests.orders.buyer.test_checkout import coupon_of

    coupon = coupon_of(trade.buyer, trade.order())
    order = trade.order(paid=False)
    asked = payment.start(order_id=order.pk, method="tt", coupon_id=coupon.pk, at=trade.at)
    page = text(shop.get(page_of(order)))
    assert f'data-copy="{asked.cash.amount}"' in page
    assert asked.cash < order.total


def test_money_that_arrived_and_waits_is_told(shop, trade, text):
    order = trade.order(paid=False)
    payment.start(order_id=order.pk, method="tt", at=trade.at)
    bank.arrive(order_id=order.pk, amount=order.total, bank_reference="B1", at=trade.at)
    assert "has arrived" in text(shop.get(page_of(order)))


def test_without_a_transfer_under_way_it_leads_back(shop, trade):
    order = trade.order(paid=False)
    assert shop.get(page_of(order)).url == f"/orders/{order.number}/pay/"
    payment.start(order_id=order.pk, method="tt", at=trade.at)
    closing.cancel(order_id=order.pk, by="buyer", at=trade.at + timedelta(minutes=1))
    assert shop.get(page_of(order)).status_code == 302


def test_without_an_account_in_the_currency_t_t_is_not_offered(shop, trade, text, settings):
    settings.BANK_ACCOUNTS = []
    assert "T/T" not in text(shop.get(CHECKOUT, trade.checkout()))
    answer = shop.post(CHECKOUT, trade.checkout(method="tt"))
    assert (answer.status_code, Payment.objects.count()) == (422, 0)
    assert "PAY-1" in text(answer)


def test_a_stranger_finds_nothing(client, trade, still):
    from tests import factories

    order = trade.order(paid=False)
    client.force_login(factories.person("mallory"))
    assert client.get(page_of(order)).status_code == 404
