"""Calendar days in the platform's one time zone (TIM-1, TIM-2). Pure: nothing here reads the clock.

"By day D" means before `start_of(D + 1)`. "Within n days of X" ends where `after(X, n)` begins.
Days are counted on the calendar, never in hours, so a daylight-saving change moves no deadline's date.
"""

from datetime import UTC, date, datetime, time, timedelta

from assurance.kernel.rules import rule
from assurance.kernel.units import ZONE


@rule("TIM-1", traced=False)
def day_of(at: datetime) -> date:
    """The platform's calendar day on which an instant falls."""
    return at.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    """00:00 of a platform day, as a UTC instant."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


@rule("TIM-2", traced=False)
def end_of(day: date) -> datetime:
    """The first instant that is no longer "by day D": 00:00 of D+1 (TIM-2). The last day that there is has none."""
    return start_of(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


@rule("TIM-2", traced=False)
def after(at: datetime, days: int) -> datetime:
    """When what follows "within n days of X" happens: 00:00 of date(X)+n+1 (TIM-2)."""
    return end_of(plus(day_of(at), days))


@rule("TIM-2", traced=False)
def from_day(at: datetime, days: int) -> datetime:
    """When "from day n" begins: 00:00 of date(X)+n (TIM-2)."""
    return start_of(plus(day_of(at), days))
