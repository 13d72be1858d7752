"""How headings, deadlines and what is left of them read in both languages (TIM-2, LOG-6).

Pure: the present instant is an argument. Days, instants and amounts as such are in `assurance.kernel.wording`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext, ngettext

from assurance.kernel.days import day_of
from assurance.kernel.wording import chinese, day_text, local

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_ZH = "一二三四五六日"
NEAR_DAYS = 3
SECOND = timedelta(seconds=1)


def long_day_text(day: date) -> str:
    """A day as a heading: `Monday, 29 March 2021`; in Chinese `2021年3月29日 星期一`."""
    if chinese():
        return f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS_ZH[day.weekday()]}"
    return f"{WEEKDAYS[day.weekday()]}, {day_text(day)}"


def short_day_text(day: date) -> str:
    """`4/27`: month and day alone, in the shipping list only (LOG-6)."""
    return f"{day.month}/{day.day}"


def last_moment(at: datetime) -> datetime:
    """What a deadline shows: the instant 00:00 of D+1 reads "D 23:59:59" (TIM-2).

    A deadline at any other time of day (48 hours after a submission, say) is itself the last moment.
    """
    return at - SECOND if local(at).time() == time() else at


@dataclass(frozen=True)
class Distance:
    """How far off a deadline is: `urgency` is far, near, today or late; `text` says it in words."""

    urgency: str
    text: str


def hours_text(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return gettext("less than 1 min")
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def distance(at: datetime, now: datetime) -> Distance:
    """Between now and a deadline that ends at the instant `at` (exclusive).

    Calendar days in the platform zone; on the last day hours and minutes that really pass, so that
    the day of a clock change counts 23 or 25 of them.
    """
    days = (day_of(last_moment(at)) - day_of(now)).days
    if now >= at:
        if days >= 0:
            return Distance("late", gettext("%(time)s late") % {"time": hours_text(now - at)})
        return Distance("late", ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days})
    if days == 0:
        return Distance("today", gettext("%(time)s left") % {"time": hours_text(at - now)})
    if days == 1:
        return Distance("near", gettext("tomorrow"))
    text = ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return Distance("near" if days <= NEAR_DAYS else "far", text)
