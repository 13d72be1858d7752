"""How a seller's orders stood at their dispatch deadlines, for the on-time dispatch rate (STD-1).

The statement says in SQL what `orders.rules.guarantees` decides order by order (DSP-2, DSP-3): a large
seller has ten thousand deadlines in the window, and a home page cannot read them all. A test plays random
facts against both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from assurance.kernel.money import USD, Money, convert, from_minor
from assurance.kernel.policy import Policy
from coupons import rules as coupons
from orders.rules.standing import on_time_rate, rate_days

# One row an order that counts: left out are exempted ones, those closed before their deadline, those whose
# clock never started, and those still being verified.
_JUDGED = """
    SELECT o.dispatch_due, o.total_minor, o.currency, o.usd_rate,
        coalesce(p.last < o.deadline, false) AS on_time
    FROM (
        SELECT orders_order.*, (dispatch_due + 1)::timestamp AT TIME ZONE %(zone)s AS deadline,
            make_interval(hours => coalesce((v.figures->>'scan_hours')::int, %(hours)s)) AS scan_time
        FROM orders_order JOIN kernel_policyversion v ON v.id = policy_id
        WHERE seller_id = %(seller)s AND dispatch_due BETWEEN %(first)s AND %(last)s
            AND clock_started_at <= %(at)s AND exempted_at IS NULL
    ) o
    LEFT JOIN LATERAL (
        SELECT CASE
            WHEN NOT bool_and(sent IS NOT NULL) THEN NULL
            WHEN o.submitted_at > max(submitted_at) AND NOT bool_and(scanned) THEN greatest(max(sent), o.submitted_at)
            ELSE max(sent)
        END AS last
        FROM (
            SELECT submitted_at, scanned, CASE
                WHEN scanned THEN first_scan_at
                WHEN %(at)s >= submitted_at + o.scan_time + interval '1 second' THEN submitted_at
            END AS sent
            FROM (
                SELECT submitted_at, first_scan_at, coalesce(
                    first_scan_at <= %(at)s AND first_scan_at - submitted_at <= o.scan_time, false
                ) AS scanned
                FROM logistics_parcel WHERE order_id = o.id
            ) found
        ) parcel
        WHERE o.submitted_at <= %(at)s
    ) p ON true
    WHERE (o.closed_at IS NULL OR o.closed_at >= o.deadline) AND (p.last IS NOT NULL OR
        o.submitted_at IS NULL OR o.submitted_at >= o.deadline)
"""


@dataclass(frozen=True)
class Tally:
    """How many orders counted and how many of them were dispatched on time."""

    on_time: int = 0
    counted: int = 0

    @property
    def late(self) -> int:
        return self.counted - self.on_time

    @property
    def rate(self) -> Decimal | None:
        return on_time_rate(self.on_time, self.counted)


def tallies(seller_id: int, days: Sequence[date], policy: Policy, at: datetime) -> list[Tally]:
    """The tally as it stood on each of these days, by what is known now. One query, a row a deadline day."""
    windows = [rate_days(day, policy) for day in days]
    values = _values(seller_id, min(w[0] for w in windows), max(w[1] for w in windows), at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT dispatch_due, count(*) FILTER (WHERE on_time), count(*) FROM ({_JUDGED}) j GROUP BY 1",  # noqa: S608
            values,
        )
        by_day = {due: Tally(on_time, counted) for due, on_time, counted in cursor.fetchall()}
    return [_between(by_day, first, last) for first, last in windows]


def _between(by_day: dict[date, Tally], first: date, last: date) -> Tally:
    inside = [tally for due, tally in by_day.items() if first <= due <= last]
    return Tally(sum(t.on_time for t in inside), sum(t.counted for t in inside))


@dataclass(frozen=True)
class Cost:
    """What membership would have cost at most: every late order claimed and every coupon used, in USD."""

    tally: Tally
    turnover: Money
    compensation: Money

    @property
    def share(self) -> Decimal | None:
        """The compensation's share of the turnover."""
        return self.compensation.amount / self.turnover.amount if self.turnover.amount else None


def cost(seller_id: int, today: date, policy: Policy, at: datetime) -> Cost:
    """The seller's last 90 days under the terms of the upgrade service (CPN-1). One query, a row an order."""
    first, last = rate_days(today, policy)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT total_minor, currency, usd_rate, on_time FROM ({_JUDGED}) j",  # noqa: S608
            _values(seller_id, first, last, at),
        )
        rows = [
            (from_minor(minor, currency), rate, on_time)
            for minor, currency, rate, on_time in cursor.fetchall()
        ]
    zero = from_minor(0)
    return Cost(
        tally=Tally(sum(on_time for *_rest, on_time in rows), len(rows)),
        turnover=sum((convert(total, usd_rate=rate, to=USD) for total, rate, _on_time in rows), zero),
        compensation=sum(
            (
                coupons.face(total, usd_rate=rate, policy=policy)
                for total, rate, on_time in rows
                if not on_time
            ),
            zero,
        ),
    )


def weeks(today: date, count: int) -> list[date]:
    """Today and the same weekday of the weeks before it, oldest first."""
    return [today - timedelta(weeks=back) for back in reversed(range(count))]


def _values(seller_id: int, first: date, last: date, at: datetime) -> dict[str, Any]:
    return {
        "seller": seller_id,
        "first": first,
        "last": last,
        "at": at,
        "zone": settings.PLATFORM_ZONE,
        "hours": Policy().scan_hours,
    }
