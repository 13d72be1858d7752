"""Dates, deadlines and amounts as people read them, over both clock changes and in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from assurance.kernel.days import end_of
from assurance.kernel.money import Money
from assurance.kernel.wording import day_text, instant_text, money_text
from assurance.ui import wording

NOON = datetime(2021, 3, 29, 17, 12, 4, tzinfo=UTC)  # 29 Mar 2021 10:12:04 PDT


@pytest.fixture(params=["en", "zh-hans"])
def language(request):
    with translation.override(request.param):
        yield request.param


def test_an_instant_names_the_zone_that_holds_then(language):
    winter = datetime(2021, 2, 10, 7, 59, 59, tzinfo=UTC)
    expected = {
        "en": ("29 Mar 2021 10:12:04 PDT", "9 Feb 2021 23:59:59 PST"),
        "zh-hans": ("2021-03-29 10:12:04 PDT", "2021-02-09 23:59:59 PST"),
    }[language]
    assert (instant_text(NOON), instant_text(winter)) == expected


def test_seconds_can_be_left_out(language):
    assert instant_text(NOON, seconds=False).endswith("10:12 PDT")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Monday, 29 Mar 2021"), ("zh-hans", "2021年3月29日 星期一")]
)
def test_a_day_as_a_heading(language, text):
    with translation.override(language):
        assert wording.long_day_text(date(2021, 3, 29)) == text


def test_the_shipping_list_has_no_year():
    assert wording.short_day_text(date(2021, 1, 13)) == "1/13"


@pytest.mark.parametrize(
    "day",
    [
        date(2021, 3, 26),
        date(2021, 3, 13),  # the day before the clock goes forward
        date(2021, 3, 14),  # that day, 23 hours long
        date(2021, 11, 6),
        date(2021, 11, 7),  # the clock goes back: 25 hours
        date(2020, 2, 29),
        date(2021, 12, 31),
    ],
)
def test_a_deadline_shows_the_last_second_of_its_day(day):
    """TIM-2: stored as 00:00 of D+1, shown as D 23:59:59, also when a clock changes."""
    shown = instant_text(wording.last_moment(end_of(day)))
    assert shown.startswith(f"{day_text(day)} 23:59:59 ")


def test_a_deadline_inside_a_day_is_shown_as_it_is():
    assert wording.last_moment(NOON) == NOON


def test_seed_example_of_a_dispatch_deadline():
    """Funds on 2021-03-20, 6 days: 2021-03-26 23:59:59."""
    shown = instant_text(wording.last_moment(end_of(date(2021, 3, 26))))
    assert shown == "26 Mar 2021 23:59:59 PDT"


CASES = [
    (date(2021, 4, 21), "far", "in 23 days", "23 天后"),
    (date(2021, 4, 2), "far", "in 4 days", "4 天后"),
    (date(2021, 4, 1), "near", "in 3 days", "3 天后"),
    (date(2021, 3, 31), "near", "in 2 days", "2 天后"),
    (date(2021, 3, 30), "near", "tomorrow", "明天"),
    (date(2021, 3, 29), "today", "13 h 47 min left", "剩 13 小时 47 分"),
    (date(2021, 3, 28), "late", "1 day late", "逾期 1 天"),
    (date(2021, 3, 26), "late", "3 days late", "逾期 3 天"),
]


@pytest.mark.parametrize(("day", "urgency", "english", "chinese"), CASES)
def test_the_distance_counts_calendar_days(language, day, urgency, english, chinese):
    text = english if language == "en" else chinese
    assert wording.distance(end_of(day), NOON) == wording.Distance(urgency, text)


def test_the_last_microsecond_and_the_first_one_after_it():
    end = end_of(date(2021, 3, 29))
    assert wording.distance(end, end - timedelta(microseconds=1)).text == "less than 1 min left"
    assert wording.distance(end, end) == wording.Distance("late", "1 day late")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2021, 3, 14), 23), (date(2021, 11, 7), 25), (date(2021, 6, 1), 24)]
)
def test_on_the_last_day_hours_pass_as_they_really_do(day, hours):
    midnight = end_of(day - timedelta(days=1))
    assert wording.distance(end_of(day), midnight).text == f"{hours} h 0 min left"


def test_days_over_a_clock_change_stay_whole():
    """From Saturday evening over the short Sunday: two calendar days, not 47 hours."""
    saturday = datetime(2021, 3, 14, 7, 30, tzinfo=UTC)  # 13 Mar 23:30 PST
    assert wording.distance(end_of(date(2021, 3, 15)), saturday).text == "in 2 days"


def test_a_deadline_inside_today_that_has_passed_tells_the_time():
    scanned_by = NOON - timedelta(hours=2, minutes=5, seconds=30)
    assert wording.distance(scanned_by, NOON) == wording.Distance("late", "2 h 5 min late")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1284.6", "USD", "USD\u00a01,284.60"),
        ("0", "USD", "USD\u00a00.00"),
        ("-10", "USD", "− USD\u00a010.00"),
        ("1200", "JPY", "JPY\u00a01,200"),
        ("1.5", "KWD", "KWD\u00a01.500"),
    ],
)
def test_money_has_its_currencys_decimals(language, amount, currency, text):
    assert money_text(Money(amount, currency)) == text
