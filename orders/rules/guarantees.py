"""What stands on the two guarantees of an order at an instant, from facts alone (TIM-3).

Nothing here remembers a state. Whatever is learnt later (a scan, a delivery, a new date) changes the
facts, and every answer follows from the deadline on (DSP-3, DLV-5).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from assurance.kernel.days import day_of, end_of, plus
from assurance.kernel.policy import Policy
from assurance.kernel.rules import rule

NONE, PENDING, ACTIVE, VERIFYING = "none", "pending", "active", "verifying"
KEPT, LATE, EXEMPTED, ENDED = "kept", "late", "exempted", "ended"
UNDECIDED = frozenset({PENDING, ACTIVE, VERIFYING})


@dataclass(frozen=True)
class ParcelFacts:
    submitted_at: datetime
    first_scan_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of an order. Days are platform days, instants UTC.

    `can_deliver` is DLV-1 as judged when the clock started (before: as it would be judged).
    `received_at` is any receipt, `confirmed_at` only the buyer's own; `claimed` uses up CLM-1.
    """

    covered: bool = False
    can_deliver: bool = False
    clock_started_at: datetime | None = None
    dispatch_due: date | None = None
    promise: date | None = None
    parcels: tuple[ParcelFacts, ...] = ()
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    confirmed_at: datetime | None = None
    address_changed_at: datetime | None = None
    exempted_at: datetime | None = None
    platform_bears: bool = False
    claimed: bool = False
    refunded_at: datetime | None = None
    closed_at: datetime | None = None
    policy: Policy = field(default_factory=Policy)

    @property
    def deadline(self) -> datetime | None:
        """The first instant at which dispatch is no longer in time."""
        return end_of(self.dispatch_due) if self.dispatch_due else None


@rule("DLV-1")
def carries_delivery(
    *, covered: bool, all_rts: bool, line_guaranteed: bool, seller_drafted: bool, self_export: bool
) -> bool:
    """Whether an order carries the delivery guarantee, but for the 45 days of LOG-5."""
    return covered and all_rts and line_guaranteed and (self_export or not seller_drafted)


def known_from(parcel: ParcelFacts, policy: Policy) -> datetime:
    """From when a parcel's dispatch time is known although no scan came: the second after 48:00:00."""
    return parcel.submitted_at + timedelta(hours=policy.scan_hours, seconds=1)


@rule("DSP-3")
def dispatch_time(parcel: ParcelFacts, at: datetime, policy: Policy) -> datetime | None:
    """When a parcel was dispatched: its earliest scan up to 48 elapsed hours after submission, or before;

    else the submission. None while that is unknown. Hours elapse; they are not counted on the clock face.
    """
    if _is_scanned(parcel, at, policy):
        return parcel.first_scan_at
    return parcel.submitted_at if at >= known_from(parcel, policy) else None


def _is_scanned(parcel: ParcelFacts, at: datetime, policy: Policy) -> bool:
    scan, hours = parcel.first_scan_at, timedelta(hours=policy.scan_hours)
    return scan is not None and scan <= at and scan - parcel.submitted_at <= hours


@rule("DSP-3")
def named_later(submitted: datetime, parcels: Iterable[datetime]) -> bool:
    """Whether an order was wholly submitted without another parcel, by naming an old one the last."""
    return submitted > max(parcels, default=submitted)


@rule("DSP-3")
def dispatched_at(facts: Facts, at: datetime) -> datetime | None:
    """When the whole order was dispatched: its last parcel's time; None if not, or not yet known.

    Where an old parcel was only later named the last one, what counts by its submission counts from then.
    """
    if facts.submitted_at is None or facts.submitted_at > at:
        return None
    times = [dispatch_time(parcel, at, facts.policy) for parcel in facts.parcels]
    if None in times:
        return None
    if named_later(facts.submitted_at, [parcel.submitted_at for parcel in facts.parcels]) and not all(
        _is_scanned(parcel, at, facts.policy) for parcel in facts.parcels
    ):
        times.append(facts.submitted_at)
    return max(t for t in times if t is not None)


@rule("DSP-2", "DSP-3", "DSP-4")
def _dispatch(facts: Facts, at: datetime) -> str:
    if facts.clock_started_at is None or facts.deadline is None or facts.clock_started_at > at:
        return PENDING
    submitted = facts.submitted_at is not None and facts.submitted_at <= at
    done = dispatched_at(facts, at)
    if done is not None:
        return KEPT if done < facts.deadline else LATE
    if at < facts.deadline:
        return ACTIVE
    if submitted and facts.submitted_at is not None and facts.submitted_at < facts.deadline:
        return VERIFYING
    return LATE


@rule("DSP-1", "DSP-7", "RFD-3")
def dispatch_state(facts: Facts, at: datetime) -> str:
    """The dispatch guarantee: none, pending, active, verifying, kept, late, exempted or ended."""
    if not facts.covered:
        return NONE
    return _overruled(facts, at, _dispatch)


@rule("DLV-3")
def delivered_at(facts: Facts, at: datetime) -> datetime | None:
    """When the carrier had delivered every parcel, or the buyer confirmed receipt, whichever came first."""
    found = []
    if facts.submitted_at is not None and facts.parcels:
        times = [parcel.delivered_at for parcel in facts.parcels]
        if None not in times:
            found.append(max(t for t in times if t is not None))
    if facts.confirmed_at is not None:
        found.append(facts.confirmed_at)
    first = min(found, default=None)
    return first if first is not None and first <= at else None


@rule("DLV-2", "DLV-3", "DLV-4")
def _delivery(facts: Facts, at: datetime) -> str:
    if facts.clock_started_at is None or facts.promise is None or facts.clock_started_at > at:
        return PENDING
    limit = end_of(facts.promise)
    done = delivered_at(facts, at)
    if done is not None:
        return KEPT if done < limit else LATE
    return ACTIVE if at < limit else LATE


@rule("DLV-1", "DLV-6", "DSP-7", "RFD-3")
def delivery_state(facts: Facts, at: datetime) -> str:
    """The delivery guarantee, in the words of `dispatch_state`; never verifying."""
    if not (facts.covered and facts.can_deliver):
        return NONE
    changed = facts.address_changed_at
    if changed is not None and changed <= at and _overruled(facts, changed, _delivery) in UNDECIDED:
        return ENDED
    return _overruled(facts, at, _delivery)


@rule("DLV-6")
def address_ends_delivery(facts: Facts, at: datetime, *, carries: bool) -> bool:
    """Whether an address changed after payment ends the delivery guarantee: not once it is decided, or received.

    It ends one too that is exempted (the platform may bear it after all), and one whose 45 days are judged only
    when the clock starts: `carries` is DLV-1 but for them.
    """
    can_deliver = facts.can_deliver if facts.clock_started_at else carries
    known = replace(facts, can_deliver=can_deliver, exempted_at=None)
    return facts.received_at is None and delivery_state(known, at) in UNDECIDED


def _overruled(facts: Facts, at: datetime, judge: Callable[[Facts, datetime], str]) -> str:
    """A guarantee not yet decided when ops exempt or the order closes takes that as its end."""
    exempted, closed = facts.exempted_at, facts.closed_at
    if facts.platform_bears or (exempted is not None and closed is not None and closed < exempted):
        exempted = None
    if exempted is not None and exempted <= at:
        return KEPT if judge(facts, exempted) == KEPT else EXEMPTED
    if closed is not None and closed <= at:
        state = judge(facts, closed)
        if state in UNDECIDED:
            return ENDED
    return judge(facts, at)


@rule("DSP-4", "DSP-5", "CLM-2")
def dispatch_entrance(facts: Facts, at: datetime) -> tuple[bool, date | None]:
    """Whether *Make a claim* for late dispatch is open, and through which day (None: no end yet)."""
    if dispatch_state(facts, at) != LATE or facts.claimed or facts.refunded_at:
        return False, None
    closes = _days_after_receipt(facts, facts.policy.entrance_days)
    return closes is None or at < end_of(closes), closes


@rule("RFD-1")
def refund_window(facts: Facts) -> date | None:
    """The last day of *Apply for refund*: day 30 after receipt; none before it."""
    return _days_after_receipt(facts, facts.policy.refund_days)


def _days_after_receipt(facts: Facts, days: int) -> date | None:
    return plus(day_of(facts.received_at), days) if facts.received_at else None


@rule("DLV-4", "CLM-2")
def delivery_entrance(facts: Facts, at: datetime) -> tuple[bool, date | None]:
    """Whether *Make a claim* for late delivery is open, and through which day."""
    if delivery_state(facts, at) != LATE or facts.claimed or facts.refunded_at or facts.promise is None:
        return False, None
    closes = plus(facts.promise, facts.policy.entrance_days)
    return at < end_of(closes), closes


def entrance(facts: Facts, at: datetime) -> tuple[bool, date | None]:
    """Both entrances as one: open if either is, through the later day; None if one open has no end yet."""
    open_days = [
        day for is_open, day in (dispatch_entrance(facts, at), delivery_entrance(facts, at)) if is_open
    ]
    if not open_days:
        return False, None
    return True, None if None in open_days else max(day for day in open_days if day is not None)


@rule("DLV-7")
def seller_bears(facts: Facts, at: datetime) -> bool:
    """Who pays for a used coupon: the seller, unless dispatch was in time or ops put it on the platform.

    Judged on what happened, whatever became of the guarantee since (a refund may have ended it).
    """
    if facts.platform_bears:
        return False
    done = dispatched_at(facts, at)
    return done is None or facts.deadline is None or done >= facts.deadline


@rule("DSP-3", "DLV-7")
def is_verifying(facts: Facts, at: datetime) -> bool:
    """Whether it is still unknown if a submitted order left in time."""
    return _dispatch(facts, at) == VERIFYING


@dataclass(frozen=True)
class Turns:
    """When the answers above change by the clock alone, if nothing else is learnt.

    `late` marks the guarantee late (a set-based sweep), `verify` makes a dispatch time known.
    """

    dispatch_late: datetime | None = None
    verify: datetime | None = None
    delivery_late: datetime | None = None


@rule("TIM-3")
def turns(facts: Facts, at: datetime) -> Turns:
    """The deadlines to keep for an order, from what is known now."""
    dispatch, delivery = dispatch_state(facts, at), delivery_state(facts, at)
    unknown = _unknown(facts, at)
    verify = max((known_from(p, facts.policy) for p in unknown), default=None)
    late = None
    if dispatch == LATE or (dispatch == ACTIVE and not (facts.submitted_at and unknown)):
        late = facts.deadline
    elif dispatch in (ACTIVE, VERIFYING) and verify is not None and dispatch_state(facts, verify) == LATE:
        late = max(verify, facts.deadline) if facts.deadline else verify
    return Turns(
        dispatch_late=late,
        verify=verify if facts.submitted_at and dispatch != NONE else None,
        delivery_late=end_of(facts.promise) if delivery in (ACTIVE, LATE) and facts.promise else None,
    )


def _unknown(facts: Facts, at: datetime) -> Iterable[ParcelFacts]:
    return [p for p in facts.parcels if dispatch_time(p, at, facts.policy) is None]
