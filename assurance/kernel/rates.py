"""Exchange rates of a day: which is believable, how long it serves, and the file that the ECB publishes (MON-2)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext_lazy as _

from assurance.kernel.rules import RuleViolation, rule

# Beside the dollar, in which everything is counted.
RATED = ("EUR", "GBP", "JPY", "CNY", "AUD", "CAD")
SERVES_DAYS = 7
MOST_CHANGE = Decimal("0.2")
MOST_BYTES = 1_000_000
PLACES = Decimal("0.00000001")


class UnreadableRatesError(Exception):
    """A file that is not the one that the European Central Bank publishes; its text says so."""


@dataclass(frozen=True)
class DayRates:
    """The rates of a day: USD for one unit, by currency."""

    day: date
    usd: dict[str, Decimal]


@rule("MON-2", traced=False)
def serves(of: date, *, on: date) -> bool:
    """Whether a rate of a day may still be used on another: not before its day, and for a week after it."""
    return 0 <= (on - of).days <= SERVES_DAYS


@rule("MON-2", traced=False)
def check(currency: str, usd: Decimal, *, last: Decimal | None, checked: bool) -> None:
    """Refuse a rate that is not positive, or far from the last one unless somebody has looked at it."""
    if usd <= 0:
        raise _no_rate(currency, _("A rate is above zero."))
    if last is None or checked or abs(usd - last) <= last * MOST_CHANGE:
        return
    raise _no_rate(
        currency,
        _("This is more than %(percent)s%% away from the last rate, %(last)s."),
        advice=_("Look again: USD for one unit. If it is right, tick that you have checked it."),
        percent=int(MOST_CHANGE * 100),
        last=f"{last.normalize():f}",
    )


@rule("MON-2", traced=False)
def check_day(day: date, *, today: date) -> None:
    """Refuse the rates of a day that has not come."""
    if day > today:
        raise RuleViolation("MON-2", _("This day has not come yet."), conflict=False, field="day")


def from_ecb(data: bytes) -> DayRates:
    """The newest day of the bank's reference file, turned from euros to dollars. UnreadableRatesError.

    The file gives, for one euro, units of each currency: https://www.ecb.europa.eu/stats/eurofxref/.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableRatesError(_("The file is larger than 1 MB."))
    try:
        root = fromstring(data, forbid_dtd=True)
        days = {
            date.fromisoformat(cube.attrib["time"]): {
                one.attrib["currency"]: Decimal(one.attrib["rate"]) for one in cube
            }
            for cube in root.iter()
            if "time" in cube.attrib
        }
        return _in_dollars(max(days), days[max(days)])
    except (DefusedXmlException, ParseError, InvalidOperation, ArithmeticError, ValueError, LookupError) as e:
        raise UnreadableRatesError(
            _("This is not the European Central Bank’s file of reference rates, or it is damaged.")
        ) from e


def _in_dollars(day: date, per_euro: dict[str, Decimal]) -> DayRates:
    dollars = per_euro["USD"]
    if not all(rate.is_finite() and rate > 0 for rate in per_euro.values()):
        raise ValueError("a rate that is none")
    found = {"EUR": dollars} | {code: dollars / rate for code, rate in per_euro.items()}
    return DayRates(
        day, {code: found[code].quantize(PLACES, ROUND_HALF_UP) for code in RATED if code in found}
    )


def _no_rate(currency: str, message: Any, *, advice: Any = "", **values: object) -> RuleViolation:
    return RuleViolation("MON-2", message, advice=advice, conflict=False, field=currency, **values)
