"""What a coupon is worth, where it can be spent, what it costs its bearer: literal tables."""

from datetime import date
from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from assurance.scenarios.reader import instant as t
from coupons import rules
from coupons.rules import CouponFacts
from tests.refusals import refused

POLICY = Policy()
ALICE, BOB = 1, 2
THIS, OTHER = 10, 11


def money(amount: str, currency: str = "USD") -> Money:
    return Money(Decimal(amount), currency)


@pytest.mark.rule("CPN-1", "MON-2")
@pytest.mark.parametrize(
    ("total", "currency", "rate", "face"),
    [
        ("0.01", "USD", "1", "1"),
        ("0.30", "USD", "1", "1"),
        ("10.00", "USD", "1", "1"),
        ("10.01", "USD", "1", "2"),
        ("31.14", "USD", "1", "4"),
        ("100.00", "USD", "1", "10"),
        ("100.01", "USD", "1", "11"),
        ("193.00", "USD", "1", "20"),
        ("989.99", "USD", "1", "99"),
        ("990.00", "USD", "1", "99"),
        ("990.01", "USD", "1", "100"),
        ("25000.00", "USD", "1", "100"),
        # in dollars and cents first: 100.001 is 100.00, 100.012 is 100.01
        ("90.91", "EUR", "1.1", "10"),
        ("90.92", "EUR", "1.1", "11"),
        ("10870", "JPY", "0.0092", "10"),
        ("10871", "JPY", "0.0092", "11"),
    ],
)
def test_face(total, currency, rate, face):
    assert rules.face(money(total, currency), usd_rate=Decimal(rate), policy=POLICY) == money(face)


@pytest.mark.rule("CPN-2")
@pytest.mark.parametrize(
    ("issued", "last"),
    [
        (date(2021, 3, 29), date(2021, 6, 27)),
        (date(2020, 12, 1), date(2021, 3, 1)),
        (date(2023, 12, 1), date(2024, 2, 29)),
        (date(2021, 10, 2), date(2021, 12, 31)),
        (date(2021, 10, 3), date(2022, 1, 1)),
    ],
)
def test_last_day(issued, last):
    assert rules.last_day(issued, POLICY) == last


def coupon(**more) -> CouponFacts:
    return CouponFacts(owner_id=ALICE, last_day=date(2021, 6, 27), **more)


IN_TIME, TOO_LATE = "2021-06-27 23:59:59", "2021-06-28 00:00"


@pytest.mark.rule("CPN-2", "CPN-4")
@pytest.mark.parametrize(
    ("facts", "at", "state"),
    [
        (coupon(), IN_TIME, "active"),
        (coupon(), TOO_LATE, "void"),
        (coupon(reserved_for=THIS), IN_TIME, "reserved"),
        (coupon(reserved_for=THIS), TOO_LATE, "reserved"),
        (coupon(reserved_for=THIS, reserved_until=t("2021-06-20 00:00")), "2021-06-19 23:59:59", "reserved"),
        (coupon(reserved_for=THIS, reserved_until=t("2021-06-20 00:00")), "2021-06-20 00:00", "active"),
        (coupon(reserved_for=THIS, reserved_until=t("2021-06-30 00:00")), "2021-06-29 23:59:59", "reserved"),
        (coupon(reserved_for=THIS, reserved_until=t("2021-06-30 00:00")), "2021-06-30 00:00", "void"),
        (coupon(redeemed=True), IN_TIME, "redeemed"),
        (coupon(redeemed=True), TOO_LATE, "redeemed"),
    ],
)
def test_state(facts, at, state):
    assert rules.state(facts, t(at)) == state


@pytest.mark.rule("CPN-2", "CPN-3", "CPN-4", "CPN-5")
@pytest.mark.parametrize(
    ("facts", "buyer", "other_on_order", "at", "rule"),
    [
        (coupon(), ALICE, False, IN_TIME, None),
        (coupon(reserved_for=THIS), ALICE, False, IN_TIME, None),
        (coupon(reserved_for=THIS), ALICE, False, TOO_LATE, None),
        (coupon(), ALICE, False, TOO_LATE, "CPN-2"),
        (coupon(), BOB, False, IN_TIME, "CPN-3"),
        (coupon(), ALICE, True, IN_TIME, "CPN-3"),
        (coupon(reserved_for=OTHER), ALICE, False, IN_TIME, "CPN-4"),
        (coupon(redeemed=True), ALICE, False, IN_TIME, "CPN-5"),
        # the first in table order answers
        (coupon(), BOB, True, TOO_LATE, "CPN-2"),
        (coupon(reserved_for=OTHER), BOB, False, TOO_LATE, "CPN-3"),
        (coupon(reserved_for=OTHER), ALICE, True, IN_TIME, "CPN-3"),
        (coupon(redeemed=True), BOB, False, TOO_LATE, "CPN-3"),
        (coupon(redeemed=True), ALICE, True, TOO_LATE, "CPN-3"),
        (coupon(redeemed=True), ALICE, False, TOO_LATE, "CPN-5"),
        (
            coupon(reserved_for=OTHER, reserved_until=t("2021-06-30 00:00")),
            ALICE,
            False,
            "2021-06-30 00:00",
            "CPN-2",
        ),
    ],
)
def test_where_it_can_be_used(facts, buyer, other_on_order, at, rule):
    asked = {"buyer_id": buyer, "order_id": THIS, "other_on_order": other_on_order, "at": t(at)}
    if rule is None:
        rules.check_usable(facts, **asked)
        return
    with pytest.raises(RuleViolation) as violation:
        rules.check_usable(facts, **asked)
    assert violation.value.rule_id == rule


@pytest.mark.rule("CPN-3", "MON-2", "PAY-3")
@pytest.mark.parametrize(
    ("face", "due", "currency", "rate", "part", "used"),
    [
        ("4", "551.23", "USD", "1", "4", "4"),
        ("100", "60.00", "USD", "1", "59.99", "59.99"),
        ("60", "60.00", "USD", "1", "59.99", "59.99"),
        ("60", "60.01", "USD", "1", "60", "60"),
        ("10", "0.02", "USD", "1", "0.01", "0.01"),
        ("10", "0.01", "USD", "1", "0", "0"),
        # whole: exactly the face, whatever conversion back would give
        ("10", "100.00", "EUR", "1.1", "9.09", "10"),
        ("10", "9.10", "EUR", "1.1", "9.09", "10"),
        ("10", "9.09", "EUR", "1.1", "9.08", "9.99"),
        ("10", "5.00", "EUR", "1.1", "4.99", "5.49"),
        ("20", "1000", "JPY", "0.0092", "999", "9.19"),
        ("10", "2000", "JPY", "0.0092", "1087", "10"),
        ("10", "2", "JPY", "0.0092", "1", "0.01"),
    ],
)
def test_what_it_pays(face, due, currency, rate, part, used):
    found = rules.pays(money(face), due=money(due, currency), usd_rate=Decimal(rate))
    assert found == (money(part, currency), money(used))


@pytest.mark.rule("CPN-3")
def test_a_payment_too_small_for_a_coupon():
    rules.check_pays(money("0.01"), money("0.01"))
    for part, used in (("0", "0"), ("1", "0")):
        with refused("CPN-3", field="coupon"):
            rules.check_pays(money(part), money(used))


@pytest.mark.rule("REC-1")
def test_what_is_recovered():
    assert rules.to_recover(money("59.99"), bearer_id=7) == money("59.99")
    assert rules.to_recover(money("59.99"), bearer_id=None) == money("0")
