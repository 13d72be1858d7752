"""Each filter of the seller's list finds what it names and nothing else (ORD-9)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.events import Actor
from assurance.kernel.money import Money
from orders.models import Order, Source
from orders.queries import seller
from orders.queries.filters import NOBODY, Wanted
from orders.rules import desk as rules
from orders.services import desk, refunds, start
from sellers.models import Seller, Staff
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def found(of: Seller, at=NOW, **wanted: object) -> list[Order]:
    orders, keys = seller.listed(of.pk, replace(Wanted(), **wanted), at)  # type: ignore[arg-type]
    return list(orders.order_by(*keys))


@pytest.fixture
def shop():
    return make.seller()


@pytest.fixture
def pair(shop):
    """Two orders that differ in all that can be filtered: one from Oslo for mugs, one from the US for bowls."""
    mug = make.product(shop, price=200_00, name="Enamel mug")
    bowl = make.product(shop, price=10_00, rts=False, name="Bowl")
    air = make.line("air", mode="air", guaranteed=("US", "NO"))
    make.template(shop, air)
    nora = make.person("nora", country="NO", company="Nordlys")
    one = make.order(
        nora,
        {mug: 10},
        destination="NO",
        source=Source.CAMPAIGN,
        currency="EUR",
        usd_rate=Decimal("1.1"),
        discount=Money(10, "EUR"),
        shipping=Money(0, "EUR"),
    )
    other = start.by_seller(
        seller_id=shop.pk,
        buyer_id=make.person("owen").pk,
        draft=start.Draft(
            items={bowl.pk: 3}, line_id=None, destination="US", shipping=Money(0, "USD"), export="market"
        ),
        at=NOW + 3 * DAY,
    )
    Order.objects.filter(pk=one.pk).update(mode="air")
    return one, other


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        ({"destination": "NO"}, 0),
        ({"country": "NO"}, 0),
        ({"country": "US"}, 1),
        ({"drafted_by": "seller"}, 1),
        ({"kind": "rts"}, 0),
        ({"kind": "made"}, 1),
        ({"source": "campaign"}, 0),
        ({"source": "inquiry"}, 1),
        ({"mode": "air"}, 0),
        ({"currency": "EUR"}, 0),
        ({"export": "market"}, 1),
        ({"discount": "store"}, 0),
        ({"discount": "any"}, 0),
        ({"discount": "none"}, 1),
        ({"created_from": plus(day_of(NOW), 1)}, 1),
        ({"created_to": day_of(NOW)}, 0),
        ({"amount_from": Decimal("1000")}, 0),
        ({"amount_to": Decimal("30")}, 1),
        ({"state": "awaiting_buyer"}, 1),
        ({"text": "nordlys"}, 0),
        ({"text": "bowl"}, 1),
    ],
)
def test_a_filter_tells_the_two_apart(shop, pair, wanted, which):
    assert found(shop, NOW + 3 * DAY, **wanted) == [pair[which]]


def test_amounts_are_in_usd_at_the_orders_rate_unless_a_currency_is_asked_for(shop, pair):
    one, _other = pair
    assert one.total == Money("1808.18", "EUR") or one.total.amount < 2000
    in_usd = one.total.amount * Decimal("1.1")
    assert found(shop, amount_from=in_usd, amount_to=in_usd) == [one]
    assert found(shop, amount_from=in_usd + Decimal("0.01")) == []
    assert found(shop, currency="EUR", amount_from=one.total.amount) == [one]
    assert found(shop, currency="EUR", amount_from=one.total.amount + Decimal("0.01")) == []


def test_platform_coupons_are_told_from_store_coupons(shop, pair):
    one, _other = pair
    Order.objects.filter(pk=one.pk).update(coupon_minor=100, cash_minor=one.cash_minor - 100)
    Order.objects.filter(pk=one.pk).update(discount_minor=0, goods_minor=one.total_minor)
    assert found(shop, NOW + 3 * DAY, discount="platform") == [one]
    assert found(shop, NOW + 3 * DAY, discount="store") == []


def test_salesperson_and_labels(shop, pair):
    one, other = pair
    ming = make.person("ming")
    Staff.objects.create(seller=shop, user=ming)
    desk.assign(seller_id=shop.pk, numbers=[one.number], to=ming.pk, at=NOW)
    assert found(shop, salesperson=ming.pk) == [one]
    assert found(shop, salesperson=NOBODY) == [other]
    desk.label(seller_id=shop.pk, numbers=[other.number], name="VIP", on=True, at=NOW)
    assert found(shop, label="VIP") == [other]
    assert found(shop, text="vip") == [other]
    desk.note(seller_id=shop.pk, numbers=[one.number], text="Ask for the blue glaze", at=NOW, actor=Actor())
    assert found(shop, text="blue GLAZE") == [one]


def test_a_state_is_what_the_clock_has_made_of_it(shop, pair):
    _one, other = pair
    later = start_of(plus(day_of(NOW), 100))
    assert found(shop, later, state="awaiting_buyer") == []
    assert found(shop, later, state="closed") == [other]


@pytest.mark.parametrize(
    ("change", "lent"),
    [
        ({}, True),
        ({"lit": False}, False),
        ({"effective_at": None}, False),
        ({"disputed": True}, False),
        ({"refunded": True}, False),
        ({"state": "completed"}, False),
        ({"total": Money("999.99", "USD")}, False),
        ({"total": Money(1000, "USD")}, True),
        ({"total": Money(100_000, "USD")}, True),
        ({"total": Money("100000.01", "USD")}, False),
    ],
)
def test_what_can_be_borrowed_on(change, lent):
    known = rules.Borrowing(
        lit=True,
        state="awaiting_dispatch",
        effective_at=NOW,
        disputed=False,
        refunded=False,
        total=Money(5000, "USD"),
    )
    assert rules.can_borrow(replace(known, **change)) is lent


def test_the_loan_chip_finds_what_the_rule_says(shop, pair):
    one, _other = pair
    assert found(shop, loan=True) == [one]
    assert seller.counts(shop.pk, Wanted(), NOW).chips["loan"] == 1
    refunds.apply(order_id=one.pk, amount=None, reason="", at=NOW)
    assert found(shop, loan=True) == []


def test_deleted_orders_are_found_only_when_asked_for(shop, pair):
    one, other = pair
    later = start_of(plus(day_of(NOW), 100))
    desk.delete(side="seller", owner_id=shop.pk, numbers=[one.number, other.number], at=later)
    assert found(shop, later) == [one]
    assert found(shop, later, deleted=True) == [other]
    assert seller.counts(shop.pk, Wanted(), later).tabs["all"] == 1
