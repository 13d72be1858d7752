"""Withdrawals and store coupons in the admin: found, narrowed, and followed to the transfer or the order."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money
from assurance.ledger import services as ledger
from assurance.ledger.models import Transfer
from coupons import services as coupons
from orders.services import closing
from sellers.models import Seller, Withdrawal
from sellers.services import funds, withdrawals
from sellers.services.withdrawals import Destination
from tests import factories
from tests.ops.conftest import REVIEWED

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def finance(ops: Any) -> Client:
    client: Client = ops("finance")
    return client


def paid_out(shop: Seller, amount: int, *, ago: int = 0) -> Withdrawal:
    to = Destination(f"{shop.name} Ltd", "Bank of China", f"62170007{shop.pk:08d}", "BKCHCNBJ")
    at = REVIEWED - ago * DAY
    funds.deposit(seller_id=shop.pk, amount=Money(amount, USD), reference="", at=at)
    return withdrawals.withdraw(
        seller_id=shop.pk, amount=Money(amount, USD), to=to, key=f"key {amount}", at=at
    )


def amounts(client: Client, query: str) -> set[int]:
    """Which of the withdrawals of 11, 12 and 13 dollars a list shows."""
    page = client.get(f"/admin/sellers/withdrawal/{query}").content.decode()
    return {n for n in (11, 12, 13) if f"{n}.00" in page}


@pytest.mark.rule("PAY-4", "MON-3")
def test_withdrawals_are_found_and_followed_to_their_transfer_and_back(finance: Client) -> None:
    qinghe, fang = factories.seller("Qinghe"), factories.seller("Fangyuan")
    new = paid_out(qinghe, 11)
    paid_out(qinghe, 12, ago=6)
    paid_out(fang, 13, ago=30)
    assert amounts(finance, "") == {11, 12, 13}
    assert amounts(finance, "?days=1") == {11}
    assert amounts(finance, "?days=7") == {11, 12}
    assert amounts(finance, "?days=31") == {11, 12, 13}
    assert amounts(finance, "?days=none") == {11, 12, 13}
    assert amounts(finance, "?q=fangyuan") == {13}
    assert amounts(finance, f"?q={new.account.number}") == {11, 12}

    moved = Transfer.objects.get(reference=new.transfer_reference)
    page = finance.get(f"/admin/sellers/withdrawal/{new.pk}/change/").content.decode()
    assert f"/admin/ledger/transfer/{moved.pk}/change/" in page
    assert new.account.number in page and "12.00" in page, "what else went to the account"
    back = finance.get(f"/admin/ledger/transfer/{moved.pk}/change/").content.decode()
    assert f"/admin/sellers/withdrawal/{new.pk}/change/" in back


@pytest.mark.rule("MON-3")
def test_a_list_of_transfers_says_how_much_each_moves_once_for_each_currency(finance: Client) -> None:
    ledger.post(
        what="payment",
        rule="PAY-3",
        cause=("seller", factories.seller("Qinghe").pk),
        at=REVIEWED,
        reference="payment:both",
        legs=[
            (ledger.GATEWAY, Money("-70.10", "EUR")),
            (ledger.held(1), Money("90.20", "EUR")),
            (ledger.COUPONS, Money("-22.11", USD)),
            *ledger.exchanged(Money("22.11", USD), Money("20.10", "EUR")),
        ],
    )
    listed = " ".join(finance.get("/admin/ledger/transfer/").content.decode().split())
    assert "90.20" in listed and "22.11" in listed
    assert "70.10" not in listed and "20.10" not in listed


@pytest.mark.rule("ORD-7")
def test_store_coupons_by_state_and_the_orders_that_carry_them(finance: Client) -> None:
    alice, line = factories.person("alice"), factories.line()
    shop = factories.seller("Qinghe")
    mug = factories.product(shop, price=2_000, ships_by=factories.template(shop, line))
    today = day_of(REVIEWED)
    made = {
        "running": factories.store_coupon(
            shop, name="Spring", amount=Money(5, USD), percent=None, least=Money(20, USD)
        ),
        "coming": factories.store_coupon(shop, name="Summer", first_day=plus(today, 1)),
        "used_up": factories.store_coupon(shop, name="Once", limit=1),
        "over": factories.store_coupon(shop, name="Winter", last_day=plus(today, -1)),
        "ended": factories.store_coupon(shop, name="Mistake"),
    }
    coupons.end_store_coupon(coupon_id=made["ended"].pk, at=REVIEWED)
    used = factories.order(
        alice, {mug: 1}, by=line, at=REVIEWED, paid=False, store_coupon_id=made["used_up"].pk
    )
    gone = factories.order(
        alice, {mug: 1}, by=line, at=REVIEWED, paid=False, store_coupon_id=made["running"].pk
    )
    closing.cancel(order_id=gone.pk, by="buyer", at=REVIEWED)

    names = {coupon.name for coupon in made.values()}
    for state, coupon in made.items():
        page = finance.get(f"/admin/coupons/storecoupon/?state={state}").content.decode()
        assert {name for name in names if f">{name}<" in page} == {coupon.name}, state
    page = finance.get(f"/admin/coupons/storecoupon/{made['used_up'].pk}/change/").content.decode()
    assert f"/admin/orders/order/{used.pk}/change/" in page and "1 / 1" in page
    page = finance.get(f"/admin/coupons/storecoupon/{made['running'].pk}/change/").content.decode()
    assert f"/admin/orders/order/{gone.pk}/change/" in page and "5.00" in page and "20.00" in page
    order = finance.get(f"/admin/orders/order/{used.pk}/change/").content.decode()
    assert f"/admin/coupons/storecoupon/{made['used_up'].pk}/change/" in order
