"""Exact money: literal tables."""

from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.money import ceil_whole, convert, from_minor, rounded, to_minor

pytestmark = pytest.mark.rule("MON-1")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.01", "USD", 1),
        ("551.23", "USD", 55123),
        ("1025", "JPY", 1025),
        ("1.234", "KWD", 1234),
        ("-4", "USD", -400),
    ],
)
def test_minor_units(amount, currency, minor):
    money = Money(Decimal(amount), currency)
    assert to_minor(money) == minor
    assert from_minor(minor, currency) == money


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "USD"), ("0.5", "JPY"), ("1.2345", "KWD")])
def test_a_fraction_of_a_minor_unit_is_refused(amount, currency):
    with pytest.raises(ValueError, match="finer than"):
        to_minor(Money(Decimal(amount), currency))


@pytest.mark.parametrize(
    ("amount", "currency", "half_up"),
    [
        ("0.005", "USD", "0.01"),
        ("0.004999", "USD", "0"),
        ("11.0246", "USD", "11.02"),
        ("11.025", "USD", "11.03"),
        ("2.675", "USD", "2.68"),
        ("20.5", "JPY", "21"),
        ("0.0005", "KWD", "0.001"),
        ("-0.005", "USD", "-0.01"),
    ],
)
def test_half_up(amount, currency, half_up):
    assert rounded(Decimal(amount), currency) == Money(Decimal(half_up), currency)


@pytest.mark.rule("MON-2")
@pytest.mark.parametrize(
    ("money", "rate", "to", "converted"),
    [
        (("90.91", "EUR"), "1.1", "USD", "100.00"),
        (("90.92", "EUR"), "1.1", "USD", "100.01"),
        (("10", "USD"), "1.1", "EUR", "9.09"),
        (("100", "USD"), "0.0092", "JPY", "10870"),
        (("1", "JPY"), "0.0092", "USD", "0.01"),
        (("12.34", "USD"), "1.1", "USD", "12.34"),
    ],
)
def test_conversion_at_the_orders_rate(money, rate, to, converted):
    found = convert(Money(Decimal(money[0]), money[1]), usd_rate=Decimal(rate), to=to)
    assert found == Money(Decimal(converted), to)


@pytest.mark.parametrize(("amount", "whole"), [("3.114", "4"), ("10", "10"), ("10.001", "11"), ("0.03", "1")])
def test_up_to_a_whole_unit(amount, whole):
    assert ceil_whole(Money(Decimal(amount), "USD")) == Money(Decimal(whole), "USD")
