"""Shipping prices, the promise, which line is preselected: literal tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.policy import Policy
from logistics import rules
from logistics.rules import Offer, Price, Transit
from tests.refusals import refused

POLICY = Policy()


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


WEIGHT = Price("weight", first_weight=500, first=600, additional_weight=500, additional=200)
PLATFORM = Price(
    "platform",
    first_weight=500,
    additional_weight=500,
    platform_first=1005,
    platform_additional=333,
    discount_percent=15,
)


@pytest.mark.rule("LOG-2")
@pytest.mark.parametrize(
    ("price", "grams", "fee"),
    [
        (Price("free"), 9000, "0"),
        (Price("flat", flat=1250), 9000, "12.50"),
        (WEIGHT, 1, "6.00"),
        (WEIGHT, 500, "6.00"),
        (WEIGHT, 501, "8.00"),
        (WEIGHT, 1000, "8.00"),
        (WEIGHT, 1001, "10.00"),
        (PLATFORM, 500, "8.54"),  # 10.05 less 15% is 8.5425
        (PLATFORM, 501, "11.37"),  # 13.38 less 15% is 11.373
        (replace(PLATFORM, discount_percent=0), 500, "10.05"),
        (replace(PLATFORM, discount_percent=100), 500, "0"),
    ],
)
def test_freight(price, grams, fee):
    assert rules.freight(price, grams) == usd(fee)


@pytest.mark.rule("LOG-4")
@pytest.mark.parametrize(
    ("due", "handling", "longest", "promise"),
    [
        (date(2021, 5, 6), 1, 7, date(2021, 5, 14)),
        (date(2021, 12, 30), 0, 2, date(2022, 1, 1)),
        (date(2024, 2, 20), 2, 7, date(2024, 2, 29)),
        (date(2021, 3, 13), 0, 1, date(2021, 3, 14)),
    ],
)
def test_promise(due, handling, longest, promise):
    assert rules.promised_day(due, Transit(0, longest, handling, True)) == promise


@pytest.mark.rule("LOG-5")
def test_45_days():
    start = date(2021, 4, 1)
    assert rules.within_limit(date(2021, 5, 16), clock_start=start, policy=POLICY)
    assert not rules.within_limit(date(2021, 5, 17), clock_start=start, policy=POLICY)


def offer(line: int, cost: str, latest: int, guaranteed: bool) -> Offer:
    return Offer(
        line_id=line,
        name=str(line),
        mode="air",
        is_platform=True,
        cost=usd(cost),
        earliest=date(2021, 4, 1),
        latest=date(2021, 4, latest),
        guaranteed=guaranteed,
        handling=0,
        transit_min=1,
        transit_max=2,
    )


@pytest.mark.rule("LOG-5")
@pytest.mark.parametrize(
    ("offers", "chosen"),
    [
        ([], None),
        ([offer(1, "5", 9, False), offer(2, "4", 20, False)], 2),
        ([offer(1, "5", 9, False), offer(2, "30", 20, True)], 2),
        ([offer(1, "12", 9, True), offer(2, "11.99", 20, True), offer(3, "1", 2, False)], 2),
        ([offer(1, "12", 20, True), offer(2, "12", 19, True)], 2),
    ],
)
def test_preselected(offers, chosen):
    found = rules.preselected(offers)
    assert (found and found.line_id) == chosen


WAY = Transit(transit_min=5, transit_max=7, handling=1, guaranteed=True)


@pytest.mark.rule("LOG-6")
@pytest.mark.parametrize(
    ("due", "way", "member", "rts", "shown"),
    [
        (date(2021, 4, 7), WAY, True, True, (date(2021, 4, 7), date(2021, 4, 15), True)),
        (
            date(2021, 4, 7),
            replace(WAY, guaranteed=False),
            True,
            True,
            (date(2021, 4, 7), date(2021, 4, 15), False),
        ),
        (date(2021, 4, 7), WAY, False, True, (date(2021, 4, 7), date(2021, 4, 15), False)),
        (date(2021, 4, 7), WAY, True, False, (date(2021, 4, 7), date(2021, 4, 15), False)),
        (date(2021, 5, 8), WAY, True, True, (date(2021, 4, 7), date(2021, 5, 16), True)),
        (date(2021, 5, 9), WAY, True, True, (date(2021, 4, 7), date(2021, 5, 17), False)),
    ],
)
def test_days_shown(due, way, member, rts, shown):
    found = rules.days_shown(
        dispatch_due=due, paid_on=date(2021, 4, 1), transit=way, policy=POLICY, member=member, rts=rts
    )
    assert found == shown


@pytest.mark.rule("LOG-3")
@pytest.mark.parametrize(
    ("member", "rts", "line", "badges"),
    [
        (True, True, True, (True, True)),
        (True, True, False, (True, False)),
        (True, False, True, (True, False)),
        (False, True, True, (False, False)),
    ],
)
def test_badges(member, rts, line, badges):
    assert rules.badges(member=member, rts=rts, guaranteed_line=line) == badges


@pytest.mark.rule("LOG-2")
def test_an_rts_product_needs_a_template():
    rules.check_ships(rts=False, has_template=False)
    rules.check_ships(rts=True, has_template=True)
    with refused("LOG-2", field="template"):
        rules.check_ships(rts=True, has_template=False)


@pytest.mark.rule("LOG-1")
@pytest.mark.parametrize(
    ("way", "first", "field"),
    [
        (WAY, "1", None),
        (Transit(0, 180, 30, True), "0", None),
        (Transit(8, 7, 0, True), "1", "transit_max"),
        (Transit(0, 181, 0, True), "1", "transit_max"),
        (replace(WAY, handling=31), "1", "handling"),
        (WAY, "-0.01", "first"),
    ],
)
def test_what_a_line_can_be(way, first, field):
    if field is None:
        rules.check_reach(way, first=usd(first), additional=usd("0"))
        return
    with refused("LOG-1", field=field):
        rules.check_reach(way, first=usd(first), additional=usd("0"))
