"""F6: every deadline a microsecond before, at and after its instant, over clock changes, leap day and year end.

Each rule is asked whether it has struck, for an event early, at noon and in the last microsecond of its
day. The instants of striking are written out in UTC; the day of the event is counted back with plain dates.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from claims import rules as claims
from coupons import rules as coupons
from coupons.rules import CouponFacts
from orders.rules import guarantees, lifecycle, refunds, terms
from orders.rules.guarantees import Facts
from orders.rules.terms import DispatchTerms
from sellers import rules as sellers
from sellers.rules import Standing, Stay

MICRO = timedelta(microseconds=1)
POLICY = Policy()
ZONE = ZoneInfo("America/Los_Angeles")

# 00:00 of these days in Los Angeles, in UTC: before, on and after the nights of 23 and of 25 hours, before
# and after the leap day, over the turn of a year, and one like any other.
STRIKES = {
    date(2021, 5, 11): datetime(2021, 5, 11, 7, tzinfo=UTC),
    date(2021, 3, 14): datetime(2021, 3, 14, 8, tzinfo=UTC),
    date(2021, 3, 15): datetime(2021, 3, 15, 7, tzinfo=UTC),
    date(2021, 11, 7): datetime(2021, 11, 7, 7, tzinfo=UTC),
    date(2021, 11, 8): datetime(2021, 11, 8, 8, tzinfo=UTC),
    date(2024, 2, 29): datetime(2024, 2, 29, 8, tzinfo=UTC),
    date(2024, 3, 1): datetime(2024, 3, 1, 8, tzinfo=UTC),
    date(2022, 1, 1): datetime(2022, 1, 1, 8, tzinfo=UTC),
}
TIMES_OF_DAY = (time(0), time(12), time(23, 59, 59, 999999))


@dataclass(frozen=True)
class Deadline:
    """Strikes at 00:00 of the event's day + `days`; `struck(event, at)` asks the rule."""

    days: int
    struck: Callable[[datetime, datetime], bool]


def refuses(check: Callable[[], object], rule: str) -> bool:
    try:
        check()
    except RuleViolation as violation:
        assert violation.rule_id == rule
        return True
    return False


def paid(at: datetime) -> Facts:
    """Paid in full at an instant: 6 days to dispatch, 8 more until the promise."""
    due = terms.dispatch_due(DispatchTerms(days=6), at)
    assert due is not None
    return Facts(
        covered=True,
        can_deliver=True,
        clock_started_at=at,
        dispatch_due=due,
        promise=due + timedelta(days=8),
    )


def closed(state: str, event: datetime, at: datetime, discount: datetime | None = None) -> bool:
    limit = lifecycle.closes_at(state, event, discount_since=discount, policy=POLICY)
    return limit is not None and limit[0] <= at


def received(mode: str, extensions: int) -> Callable[[datetime, datetime], bool]:
    def struck(event: datetime, at: datetime) -> bool:
        return lifecycle.receipt_due(event, mode=mode, extensions=extensions, policy=POLICY) <= at

    return struck


def late_and_received(event: datetime) -> Facts:
    long_ago = event - timedelta(days=20)
    return replace(paid(long_ago), received_at=event)


def issued(event: datetime) -> CouponFacts:
    return CouponFacts(owner_id=1, last_day=coupons.last_day(event.astimezone(ZONE).date(), POLICY))


DEADLINES = {
    "dispatch is late": Deadline(
        7,
        lambda event, at: guarantees.dispatch_state(paid(event), at) == guarantees.LATE,
    ),
    "the dispatch entrance opens": Deadline(
        7, lambda event, at: guarantees.dispatch_entrance(paid(event), at)[0]
    ),
    "a dispatch claim is possible": Deadline(
        7,
        lambda event, at: (
            not refuses(lambda: claims.check_claim(paid(event), "dispatch", is_buyer=True, at=at), "DSP-4")
        ),
    ),
    "delivery is late": Deadline(
        15,
        lambda event, at: guarantees.delivery_state(paid(event), at) == guarantees.LATE,
    ),
    "the delivery entrance closes": Deadline(
        45, lambda event, at: not guarantees.delivery_entrance(paid(event), at)[0]
    ),
    "the dispatch entrance closes": Deadline(
        31,
        lambda event, at: not guarantees.dispatch_entrance(late_and_received(event), at)[0],
    ),
    "the refund window closes": Deadline(
        31,
        lambda event, at: refuses(
            lambda: refunds.check_window(guarantees.refund_window(Facts(received_at=event)), at=at), "RFD-1"
        ),
    ),
    "unanswered by the supplier": Deadline(31, lambda event, at: closed("awaiting_supplier", event, at)),
    "unanswered by the buyer": Deadline(31, lambda event, at: closed("awaiting_buyer", event, at)),
    "unpaid": Deadline(61, lambda event, at: closed("awaiting_payment", event, at)),
    "unpaid with a discount": Deadline(8, lambda event, at: closed("awaiting_payment", event, at, event)),
    "receipt by express": Deadline(16, received("express", 0)),
    "receipt by air": Deadline(16, received("air", 0)),
    "receipt by post": Deadline(61, received("post", 0)),
    "receipt by land": Deadline(31, received("land", 0)),
    "receipt by sea": Deadline(46, received("sea", 0)),
    "receipt, extended": Deadline(31, received("express", 1)),
    "receipt, extended by both": Deadline(46, received("express", 2)),
    "a coupon is void": Deadline(91, lambda event, at: coupons.state(issued(event), at) == "void"),
    "a review is late": Deadline(4, lambda event, at: claims.is_review_late(event, POLICY, at)),
    "the buyer may escalate": Deadline(
        4,
        lambda event, at: not refuses(lambda: refunds.check_escalate(event, policy=POLICY, at=at), "RFD-2"),
    ),
    "a dispute escalates by itself": Deadline(
        7,
        lambda event, at: refunds.state_at("negotiating", event, policy=POLICY, at=at) == "escalated",
    ),
    "leaving is possible": Deadline(
        30,
        lambda event, at: (
            not refuses(lambda: sellers.check_leave([Stay(event)], policy=POLICY, at=at), "UPG-3")
        ),
    ),
    "joining again is possible": Deadline(
        30,
        lambda event, at: (
            not refuses(
                lambda: sellers.check_join(
                    [Stay(event - timedelta(days=100), event)], lit=True, consented=True, policy=POLICY, at=at
                ),
                "UPG-4",
            )
        ),
    ),
    "suspended after 180 quiet days": Deadline(
        181,
        lambda event, at: sellers.qualification(Standing(opened_at=event), POLICY, at) == "suspended",
    ),
    "the 15 days end": Deadline(
        16,
        lambda event, at: sellers.qualification(tried(event), POLICY, at) == "suspended",
    ),
    "the lock of the button ends": Deadline(
        46,
        lambda event, at: (
            sellers.locked_until(tried(event), POLICY, at) is None
            and not refuses(lambda: sellers.check_activate(tried(event), POLICY, at), "QUA-4")
        ),
    ),
}


def tried(event: datetime) -> Standing:
    return Standing(opened_at=event - timedelta(days=400), activated_at=event)


@pytest.mark.rule(
    "CLM-4",
    "CLM-5",
    "CPN-2",
    "DLV-2",
    "DLV-4",
    "DSP-2",
    "DSP-4",
    "DSP-5",
    "ORD-3",
    "ORD-8",
    "QUA-2",
    "QUA-4",
    "RFD-1",
    "RFD-2",
    "TIM-1",
    "TIM-2",
    "UPG-3",
    "UPG-4",
)
@pytest.mark.parametrize("day", STRIKES, ids=str)
@pytest.mark.parametrize("name", DEADLINES)
def test_a_deadline_strikes_at_its_instant(name: str, day: date) -> None:
    deadline, strikes = DEADLINES[name], STRIKES[day]
    for time_of_day in TIMES_OF_DAY:
        event = datetime.combine(day - timedelta(days=deadline.days), time_of_day, ZONE).astimezone(UTC)
        found = [deadline.struck(event, strikes + step) for step in (-MICRO, timedelta(0), MICRO)]
        assert found == [False, True, True], time_of_day


@pytest.mark.rule("DSP-3")
@pytest.mark.parametrize(
    "submitted",
    [
        datetime(2021, 5, 11, 19, tzinfo=UTC),
        datetime(2021, 3, 13, 20, tzinfo=UTC),  # 47 hours on the clock face
        datetime(2021, 11, 6, 19, tzinfo=UTC),  # 49 hours on the clock face
        datetime(2024, 2, 28, 20, tzinfo=UTC),
        datetime(2021, 12, 31, 20, tzinfo=UTC),
    ],
)
def test_48_elapsed_hours(submitted: datetime) -> None:
    parcel = guarantees.ParcelFacts(submitted)
    end = submitted + timedelta(hours=48, seconds=1)
    assert guarantees.dispatch_time(parcel, end - MICRO, POLICY) is None
    assert guarantees.dispatch_time(parcel, end, POLICY) == submitted
    last = replace(parcel, first_scan_at=submitted + timedelta(hours=48))
    assert guarantees.dispatch_time(last, end + MICRO, POLICY) == submitted + timedelta(hours=48)
    beyond = replace(parcel, first_scan_at=submitted + timedelta(hours=48) + MICRO)
    assert guarantees.dispatch_time(beyond, end + MICRO, POLICY) == submitted
