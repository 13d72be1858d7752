"""Store coupons: what they take off, when they can be put on an order, how they may be made (ORD-7)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from assurance.scenarios.reader import instant as t
from coupons import rules
from coupons.rules import StoreFacts
from tests.refusals import refused

AT = t("2021-03-15 10:00")
TEN = StoreFacts(7, Decimal(10), None, Money(0, "USD"), date(2021, 3, 1), date(2021, 3, 20))


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def amount(off: str, least: str) -> StoreFacts:
    return replace(TEN, percent=None, amount=usd(off), least=usd(least))


@pytest.mark.rule("ORD-7")
@pytest.mark.parametrize(
    ("coupon", "goods", "rate", "off"),
    [
        (TEN, ("100.05", "USD"), "1", "10.01"),
        (TEN, ("100.04", "USD"), "1", "10.00"),
        (replace(TEN, percent=Decimal("2.5"), least=usd("50")), ("50.00", "USD"), "1", "1.25"),
        (replace(TEN, least=usd("50")), ("49.99", "USD"), "1", "0.00"),
        (amount("15", "100"), ("100.00", "USD"), "1", "15.00"),
        (amount("15", "100"), ("99.99", "USD"), "1", "0.00"),
        (amount("15", "100"), ("83.34", "EUR"), "1.2", "12.50"),
        (amount("15", "100"), ("83.32", "EUR"), "1.2", "0.00"),
    ],
)
def test_what_it_takes_off(coupon, goods, rate, off):
    given = Money(Decimal(goods[0]), goods[1])
    assert rules.store_pays(coupon, given, usd_rate=Decimal(rate)) == Money(Decimal(off), goods[1])


@pytest.mark.rule("ORD-7", "TIM-2")
@pytest.mark.parametrize(
    ("changes", "at", "state"),
    [
        ({}, "2021-03-01 00:00", "running"),
        ({}, "2021-02-28 23:59:59", "coming"),
        ({}, "2021-03-20 23:59:59", "running"),
        ({}, "2021-03-21 00:00", "over"),
        ({"limit": 3, "used": 2}, "2021-03-15 10:00", "running"),
        ({"limit": 3, "used": 3}, "2021-03-15 10:00", "used_up"),
        ({"ended_at": t("2021-03-15 10:00")}, "2021-03-15 10:00", "ended"),
        ({"ended_at": t("2021-03-15 10:00")}, "2021-03-15 09:59:59", "running"),
        ({"ended_at": t("2021-03-15 10:00"), "limit": 3, "used": 3}, "2021-04-15 10:00", "ended"),
    ],
)
def test_its_state(changes, at, state):
    assert rules.store_state(replace(TEN, **changes), t(at)) == state


@pytest.mark.rule("ORD-7")
@pytest.mark.parametrize(
    ("coupon", "says"),
    [
        (None, "This coupon is not from this supplier."),
        (replace(TEN, seller_id=8), "This coupon is not from this supplier."),
        (replace(TEN, ended_at=AT), "The supplier has ended this store coupon."),
        (replace(TEN, last_day=date(2021, 3, 14)), "This store coupon was valid through 14 Mar 2021."),
        (replace(TEN, first_day=date(2021, 3, 16)), "This store coupon is valid from 16 Mar 2021 on."),
        (replace(TEN, limit=1, used=1), "The last use of this store coupon has been taken."),
        (replace(TEN, least=usd("100.01")), "This store coupon is for goods of"),
    ],
)
def test_why_it_cannot_be_used(coupon, says):
    with pytest.raises(RuleViolation) as caught:
        rules.check_store(coupon, usd("100"), seller_id=7, usd_rate=Decimal(1), at=AT)
    assert (caught.value.rule_id, caught.value.field) == ("ORD-7", "store_coupon")
    assert caught.value.message.startswith(says)


@pytest.mark.rule("ORD-7")
@pytest.mark.parametrize(
    ("coupon", "field"),
    [
        (replace(TEN, percent=Decimal(90)), None),
        (replace(TEN, percent=Decimal("90.01")), "percent"),
        (replace(TEN, percent=Decimal(0)), "percent"),
        (amount("10", "10.01"), None),
        (amount("10", "10"), "least"),
        (amount("0", "10"), "amount"),
        (replace(TEN, first_day=date(2021, 3, 21)), "last_day"),
        (replace(TEN, last_day=date(2021, 3, 14)), "last_day"),
        (replace(TEN, last_day=date(2021, 3, 15)), None),
        (replace(TEN, percent=Decimal("2.50")), None),
        (replace(TEN, percent=Decimal("2.505")), "percent"),
        (amount("999999", "1000000"), None),
        (amount("15", "1000000.01"), "least"),
        (amount("1000000.01", "1000000.02"), "amount"),
        (replace(TEN, limit=0), "limit"),
        (replace(TEN, limit=1_000_000), None),
        (replace(TEN, limit=1_000_001), "limit"),
    ],
)
def test_how_it_may_be_made(coupon, field):
    if field is None:
        rules.check_store_terms(coupon, today=date(2021, 3, 15))
        return
    with refused("ORD-7", field=field):
        rules.check_store_terms(coupon, today=date(2021, 3, 15))
