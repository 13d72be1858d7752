"""What stands on the bank statements for an order, held against what it waits for (PAY-2, PAY-3)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from orders.models import Order
from orders.queries.bank import judged, lines_of
from orders.rules.bank import matching
from orders.rules.bank.matching import Awaits
from orders.services import bank, payment, statements
from tests import factories
from tests.factories import NOW
from tests.orders.bank.test_statements import AT, Shop, ref
from tests.orders.bank.writing import Paid, mt940
from tests.orders.buyer.test_checkout import coupon_of


def usd(amount: str) -> Money:
    return Money(amount, "USD")


@pytest.mark.rule("PAY-2")
@pytest.mark.parametrize(
    ("waiting", "due", "outstanding", "said"),
    [
        ("30.00", "30.00", "100.00", ("exact", "0.00")),
        ("100.00", "30.00", "100.00", ("exact", "0.00")),
        ("29.99", "30.00", "100.00", ("short", "0.01")),
        ("30.01", "30.00", "100.00", ("more", "0.01")),
        ("99.99", "30.00", "100.00", ("more", "69.99")),
        ("100.01", "30.00", "100.00", ("excess", "0.01")),
        ("99.99", "100.00", "100.00", ("short", "0.01")),
        ("5.00", "0.00", "0.00", ("excess", "5.00")),
    ],
)
def test_money_that_waits_is_held_against_what_is_due(waiting, due, outstanding, said):
    order = Awaits(usd(due), usd(outstanding), usd(waiting), is_closed=False, may_pay=True)
    assert matching.compared(order) == (said[0], usd(said[1]))


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


@pytest.fixture
def page(shop: Shop) -> Iterator[Client]:
    client = Client()
    client.force_login(shop.ming)
    client.cookies["django_language"] = "en"
    with clock.frozen(AT):
        yield client


def shown(page: Client) -> str:
    return " ".join(page.get(reverse("ma:associate")).content.decode().split())


def arrived(shop: Shop, amount: str, *, name: str, **draft: object) -> None:
    bank.arrive(order_id=shop.order(**draft).pk, amount=usd(amount), bank_reference=name, at=NOW)


@pytest.mark.rule("PAY-2", "PAY-3")
def test_the_seller_sees_what_associating_will_come_to(shop, page):
    arrived(shop, "80.00", name="whole")
    assert "Just what is due" in shown(page)
    arrived(shop, "79.00", name="short")
    assert "short" in shown(page) and "1.00" in shown(page)
    arrived(shop, "82.50", name="excess")
    assert "too much: goes back" in shown(page) and "2.50" in shown(page)
    arrived(shop, "80.00", name="all", initial=usd("30.00"))
    assert "All that is left to pay" in shown(page)
    arrived(shop, "50.00", name="more", initial=usd("30.00"))
    assert "more than is due now, toward the balance" in shown(page) and "20.00" in shown(page)


@pytest.mark.rule("PAY-3", "CPN-3")
def test_a_reserved_coupon_is_no_missing_money(shop, page):
    order = shop.order()
    coupon = coupon_of(shop.alice, factories.order(shop.alice, {shop.product: 1}, by=shop.line))
    cash = payment.start(order_id=order.pk, method="tt", coupon_id=coupon.pk, at=NOW).cash
    bank.arrive(order_id=order.pk, amount=cash, bank_reference="B", at=NOW)
    assert "Just what is due" in shown(page)


@pytest.mark.rule("ORD-3")
def test_money_for_an_order_that_the_clock_has_closed_has_no_button(shop, page):
    arrived(shop, "80.00", name="B")
    associate = "Order closed: goes back"
    assert associate not in shown(page)
    with clock.frozen(NOW + timedelta(days=62)):
        assert associate in shown(page)
        assert reverse("ma:associate-order", args=[Order.objects.get().number]) not in shown(page)


@pytest.mark.django_db
def test_many_lines_ask_no_more_than_two(shop, page):
    def asked(count: int) -> tuple[int, int]:
        orders = [shop.order() for _ in range(count)]
        lines = [Paid("79.00", ref(order), reference=f"R{order.pk}") for order in orders]
        statement, _ = statements.upload(name="day.sta", data=mt940(*lines), at=AT)
        with CaptureQueriesContext(connection) as looked_at:
            judged(lines_of(statement), AT)
        for order in orders:
            bank.arrive(order_id=order.pk, amount=usd("79.00"), bank_reference=f"R{order.pk}", at=NOW)
        with CaptureQueriesContext(connection) as listed:
            shown(page)
        return len(looked_at), len(listed)

    shown(page)
    assert asked(2) == asked(7)
