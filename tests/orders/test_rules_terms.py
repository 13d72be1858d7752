"""The sums of an order, its fee, its dispatch terms: literal tables."""

from datetime import date
from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.policy import Policy
from assurance.scenarios.reader import instant as t
from orders.rules import terms
from orders.rules.terms import DispatchTerms
from tests.refusals import refused

POLICY = Policy()
TODAY = date(2021, 4, 1)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.rule("ORD-4")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        (DispatchTerms(days=1), None),
        (DispatchTerms(days=90), None),
        (DispatchTerms(day=TODAY), None),
        (DispatchTerms(days=0), "dispatch_days"),
        (DispatchTerms(days=91), "dispatch_days"),
        (DispatchTerms(day=date(2021, 3, 31)), "dispatch_day"),
        (DispatchTerms(day=date(2031, 4, 1)), None),
        (DispatchTerms(day=date(2031, 4, 2)), "dispatch_day"),
        (DispatchTerms(day=date.max), "dispatch_day"),
        (DispatchTerms(), ""),
        (DispatchTerms(days=3, day=TODAY), ""),
    ],
)
def test_dispatch_terms(given, field):
    if field is None:
        terms.check_terms(given, today=TODAY)
        return
    with refused("ORD-4", field=field or None):
        terms.check_terms(given, today=TODAY)


@pytest.mark.rule("DSP-2")
@pytest.mark.parametrize(
    ("given", "starts", "due"),
    [
        (DispatchTerms(days=6), "full", date(2021, 4, 16)),
        (DispatchTerms(days=6, after="initial"), "initial", date(2021, 4, 7)),
        (DispatchTerms(day=date(2021, 5, 1)), "full", date(2021, 5, 1)),
        (DispatchTerms(day=date(2021, 5, 1), after="initial"), "full", date(2021, 5, 1)),
    ],
)
def test_when_the_clock_starts_and_dispatch_is_due(given, starts, due):
    met = {"initial": t("2021-04-01 23:59:59"), "full": t("2021-04-10 00:00")}
    started = terms.clock_start(given, initial_met_at=met["initial"], full_met_at=met["full"])
    assert started == met[starts]
    assert terms.dispatch_due(given, started) == due


@pytest.mark.rule("DSP-2")
def test_before_the_clock_starts_only_a_fixed_day_is_due():
    assert terms.dispatch_due(DispatchTerms(days=6), None) is None
    assert terms.dispatch_due(DispatchTerms(day=TODAY), None) == TODAY
    assert (
        terms.clock_start(DispatchTerms(days=6), initial_met_at=t("2021-04-01 10:00"), full_met_at=None)
        is None
    )


@pytest.mark.rule("ORD-7")
def test_contract_total():
    assert terms.contract_total(usd("100"), usd("10.05"), usd("10.04")) == usd("100.01")
    assert terms.contract_total(usd("100"), usd("0"), usd("99.99")) == usd("0.01")
    with refused("ORD-7", field="shipping"):
        terms.contract_total(usd("100"), usd("-0.01"), usd("0"))
    with refused("ORD-7", field="discount"):
        terms.contract_total(usd("100"), usd("0"), usd("-0.01"))
    with refused("ORD-7", field="discount"):
        terms.contract_total(usd("100"), usd("0"), usd("100"))


@pytest.mark.rule("ORD-7", "PAY-1")
@pytest.mark.parametrize(
    ("method", "cash", "fee"),
    [
        ("visa", "100", "3.00"),
        ("paypal", "100", "3.40"),
        ("e_checking", "100.63", "0.81"),
        ("visa", "0.50", "0.02"),
        ("visa", "0.16", "0.00"),
        ("tt", "100", "0.00"),
    ],
)
def test_fee_of_a_method(method, cash, fee):
    assert terms.method_fee(usd(cash), method=method, policy=POLICY) == usd(fee)


@pytest.mark.rule("PAY-1")
def test_a_method_that_is_none():
    with refused("PAY-1", field="method"):
        terms.method_fee(usd("1"), method="cheque", policy=POLICY)


@pytest.mark.rule("ORD-5", "MON-2")
@pytest.mark.parametrize(
    ("total", "export", "platform_line", "rate", "fee"),
    [
        (("551.23", "USD"), "self", False, "1", "11.02"),
        (("551.23", "USD"), "self", True, "1", "11.02"),
        (("551.25", "USD"), "self", True, "1", "11.03"),
        (("5000.00", "USD"), "self", True, "1", "100.00"),
        (("5000.01", "USD"), "self", True, "1", "100.00"),
        (("1000.00", "USD"), "market", True, "1", "10.00"),
        (("1000.00", "USD"), "market", False, "1", "20.00"),
        (("20000.00", "USD"), "market", True, "1", "100.00"),
        (("1000.00", "USD"), "easy", True, "1", "10.00"),
        (("1000.00", "USD"), "easy", False, "1", "20.00"),
        (("1000.00", "USD"), "agency", True, "1", "12.00"),
        # RMB 480 at USD 0.14 a yuan are 67.20
        (("5600.00", "USD"), "agency", True, "1", "67.20"),
        (("5599.00", "USD"), "agency", True, "1", "67.19"),
        (("100000.00", "CNY"), "agency", True, "0.15", "480.00"),
        # the cap in the order's currency
        (("10000.00", "EUR"), "self", True, "1.1", "90.91"),
        (("1025", "JPY"), "self", True, "0.0092", "21"),
        (("10000000", "JPY"), "self", True, "0.0092", "10870"),
    ],
)
def test_service_fee(total, export, platform_line, rate, fee):
    amount, currency = total
    found = terms.service_fee(
        Money(Decimal(amount), currency),
        export=export,
        platform_line=platform_line,
        usd_rate=Decimal(rate),
        cny_rate=Decimal("0.14"),
    )
    assert found == Money(Decimal(fee), currency)


@pytest.mark.rule("ORD-5")
@pytest.mark.parametrize(
    ("nominal", "left", "full", "fee"),
    [
        ("2", "100", False, "2"),
        ("2", "1.50", False, "1.50"),
        ("2", "0", False, "0"),
        ("2", "100", True, "0"),
        ("0", "100", False, "0"),
    ],
)
def test_fee_is_at_most_what_is_left(nominal, left, full, fee):
    assert terms.fee_due(usd(nominal), left=usd(left), fully_refunded=full) == usd(fee)


@pytest.mark.rule("ORD-6")
@pytest.mark.parametrize(
    ("export", "total", "rate", "used", "ok"),
    [
        ("easy", "10000.00", "1", None, True),
        ("easy", "10000.01", "1", None, False),
        ("self", "10000.01", "1", None, True),
        ("easy", "9090.90", "1.1", None, True),
        ("easy", "9090.92", "1.1", None, False),
        ("easy", "5000.00", "1", 5, True),
        ("easy", "5000.01", "1", 4, True),
        ("easy", "5000.01", "1", 5, False),
    ],
)
def test_easy_dispatch(export, total, rate, used, ok):
    asked = {"usd_rate": Decimal(rate), "policy": POLICY, "campaign_orders": used}
    money = Money(Decimal(total), "USD" if rate == "1" else "EUR")
    if ok:
        terms.check_export(export, money, **asked)
        return
    with refused("ORD-6", field="export" if used is None else None):
        terms.check_export(export, money, **asked)
