"""How a day, an instant and an amount read in both languages (TIM-1).

Dates are written by hand, not by the locale's formats, because the platform's forms are fixed:
`26 Mar 2021 23:59:59 PDT` in English, `2021-03-26 23:59:59 PDT` in Chinese.
"""

from datetime import date, datetime

from django.utils.translation import get_language
from moneyed import Money

from assurance.kernel.units import ZONE, minor_unit

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def chinese() -> bool:
    return (get_language() or "").startswith("zh")


def day_text(day: date) -> str:
    """`26 Mar 2021`; in Chinese `2021-03-26`."""
    if chinese():
        return day.isoformat()
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def instant_text(at: datetime, *, seconds: bool = True) -> str:
    """An instant in the platform zone, which is named: PST or PDT (TIM-1)."""
    here = local(at)
    clock = f"{here:%H:%M:%S}" if seconds else f"{here:%H:%M}"
    return f"{day_text(here.date())} {clock} {here:%Z}"


def decimals(currency: str) -> int:
    """Digits after the point: 2 for USD, 0 for JPY, 3 for KWD."""
    return max(0, -minor_unit(currency).adjusted())


def figure(amount: Money) -> str:
    """The amount's size without sign and currency: `1,284.60`."""
    return f"{abs(amount.amount):,.{decimals(amount.currency.code)}f}"


def money_text(amount: Money) -> str:
    """An amount inside a sentence: `USD 1,284.60`; a negative one has a true minus sign before it."""
    sign = "− " if amount.amount < 0 else ""
    return f"{sign}{amount.currency.code}\u00a0{figure(amount)}"


def fours(number: str) -> list[str]:
    """An order number in groups of four; the last group takes what is left over."""
    cuts = max(1, len(number) // 4)
    return [number[i * 4 : i * 4 + 4] for i in range(cuts - 1)] + [number[(cuts - 1) * 4 :]]


def number_text(number: str) -> str:
    """An order number inside a sentence: `8575 3461 8603 82214`."""
    return " ".join(fours(number))


def said(value: object) -> object:
    """A value inside a sentence: days, instants and amounts in the platform's forms, others as they are."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return day_text(value)
    return money_text(value) if isinstance(value, Money) else value
