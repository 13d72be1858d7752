"""Exact money (MON-1). Amounts are `moneyed.Money`; columns and the ledger hold whole minor units.

A minor unit is the smallest amount of a currency: a cent of a dollar, a yen. Whole numbers in the
database cannot carry a fraction by accident, and their sums need no rounding.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from assurance.kernel.rules import rule
from assurance.kernel.units import minor_unit

USD = "USD"
__all__ = [
    "USD",
    "Amount",
    "Money",
    "ceil_whole",
    "convert",
    "from_minor",
    "from_text",
    "in_currency",
    "rounded",
    "to_minor",
    "to_text",
]


def from_minor(minor: int, currency: str = USD) -> Money:
    return Money(Decimal(minor) * minor_unit(currency), currency)


@rule("MON-1", traced=False)
def to_minor(money: Money) -> int:
    """Whole minor units; ValueError if the amount has a fraction of one (MON-1)."""
    minor = money.amount / minor_unit(money.currency.code)
    if minor != minor.to_integral_value():
        raise ValueError(f"{money.amount} {money.currency.code} is finer than the currency's minor unit")
    return int(minor)


@rule("MON-1", traced=False)
def in_currency(amount: Decimal, currency: str) -> Money:
    """An amount that somebody wrote, as money; ValidationError if it is finer than the minor unit (MON-1)."""
    least = minor_unit(currency)
    if amount % least:
        raise ValidationError(
            _("%(currency)s has no smaller amount than %(least)s."),
            "fine",
            {"currency": currency, "least": least},
        )
    return Money(amount, currency)


def to_text(money: Money) -> str:
    """`USD 1284.60`: how an amount is kept in a record, whatever language was active when it was made."""
    return f"{money.currency.code} {money.amount}"


def from_text(text: str) -> Money:
    currency, amount = text.split(" ")
    return Money(Decimal(amount), currency)


@rule("MON-1", traced=False)
def rounded(amount: Decimal, currency: str) -> Money:
    """Half up to the minor unit (MON-1)."""
    unit = minor_unit(currency)
    return Money((amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit, currency)


@rule("MON-2", traced=False)
def convert(money: Money, *, usd_rate: Decimal, to: str) -> Money:
    """Between an order's currency and USD at the order's pinned rate, rounded half up (MON-2).

    `usd_rate` is the price in USD of one unit of the order's currency.
    """
    if money.currency.code == to:
        return money
    amount = money.amount * usd_rate if to == USD else money.amount / usd_rate
    return rounded(amount, to)


def ceil_whole(money: Money) -> Money:
    """Up to a whole unit of the currency: 3.114 USD becomes 4 USD (CPN-1)."""
    return Money(money.amount.to_integral_value(ROUND_CEILING), money.currency)


class Amount:
    """Reads and writes a `…_minor` column of a model as Money in the row's currency."""

    def __init__(self, column: str, currency: str | None = None) -> None:
        self.column = column
        self.currency = currency

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        minor = getattr(row, self.column)
        return None if minor is None else from_minor(minor, self.currency or row.currency)

    def __set__(self, row: Any, value: Money | None) -> None:
        if value is not None and value.currency.code != (self.currency or row.currency):
            raise ValueError(f"{self.column} is not kept in {value.currency.code}")
        setattr(row, self.column, None if value is None else to_minor(value))
