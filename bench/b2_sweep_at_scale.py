"""B2: the cost of a sweep follows what is due, not what exists; and sweepers share the work.

1,000 orders due among 100 thousand, 1 million and 5 million (BENCH_SIZES=100000,1000000 for fewer).
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from assurance.kernel.models import Event
from bench import world
from bench.crowd import together
from bench.report import judged, say, spread, timed
from orders.services import sweeps

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "100000,1000000,5000000").split(",")]
DUE, DAYS = 1_000, 6
SHARED_DUE, SHARED_DAYS = 16_000, 12


def main() -> bool:
    times, pages, empties = [], [], []
    for size in SIZES:
        world.empty()
        world.cast()
        world.orders(size, due=DUE, days=DAYS)
        world.settle()
        seconds, read, empty = _sweep_days()
        times.append(seconds)
        pages.append(read)
        empties.append([e / s for e, s in zip(empty, seconds, strict=True)])
        say(f"B2 {size:>9,} orders: {spread([s * 1000 for s in seconds], ' ms')}, pages {spread(read)}")
    reached = [
        judged(
            "B2",
            "time, largest ÷ smallest",
            [b / a for a, b in zip(times[0], times[-1], strict=True)],
            at_most=2.0,
        ),
        judged(
            "B2",
            "pages, largest ÷ smallest",
            [b / a for a, b in zip(pages[0], pages[-1], strict=True)],
            at_most=1.15,
        ),
        judged("B2", "empty sweep ÷ full one", empties[-1], at_most=0.05),
        *_shared(),
    ]
    return all(reached)


def _sweep_days() -> tuple[list[float], list[float], list[float]]:
    """Each day's sweep: seconds, pages touched, and the seconds of the empty sweep after it."""
    seconds, pages, empty = [], [], []
    for day in range(DAYS):
        at = world.DUE + timedelta(days=day, minutes=1)
        before = _pages()
        taken = timed(lambda at=at: _must_sweep(at, DUE))  # type: ignore[misc]
        after = _pages()
        _must_sweep(at, 0)  # the first tick afterwards clears the index of what was deleted
        idle = timed(lambda at=at: _must_sweep(at, 0))  # type: ignore[misc]
        if day:  # the first warms caches and plans
            seconds.append(taken)
            pages.append(after - before)
            empty.append(idle)
    return seconds, pages, empty


def _must_sweep(at: datetime, wanted: int) -> None:
    found = sweeps.mark_dispatch_late(at=at)
    if found != wanted:
        raise SystemExit(f"B2: swept {found} orders, not {wanted}")


def _pages() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit) FROM pg_statio_user_tables"
        )
        return float(cursor.fetchone()[0])


def _shared() -> list[bool]:
    """The same work by 1, 2 and 8 sweepers at once, in turn, so that each ratio compares neighbours."""
    world.empty()
    world.cast()
    world.orders(200_000, due=SHARED_DUE, days=SHARED_DAYS)
    world.settle()
    ratios: dict[int, list[float]] = {2: [], 8: []}
    for round_ in range(SHARED_DAYS // 3):
        seconds = {}
        for n, sweepers in enumerate((1, 2, 8)):
            at = world.DUE + timedelta(days=round_ * 3 + n, minutes=1)
            seconds[sweepers] = _together(sweepers, at)
        for sweepers in ratios:
            ratios[sweepers].append(seconds[1] / seconds[sweepers])
    events = Event.objects.filter(kind="dispatch_overdue")
    if not events.count() == events.values("key").distinct().count() == SHARED_DUE * SHARED_DAYS:
        raise SystemExit("B2: an order was told twice or not at all")
    return [
        judged("B2", "8 sweepers' rows/s ÷ one's", ratios[8], at_least=1.0),
        judged("B2", "2 sweepers' rows/s ÷ one's", ratios[2], at_least=1.4),
    ]


def _together(sweepers: int, at: datetime) -> float:
    def prepare(_n: int) -> Callable[[], None]:
        connection.ensure_connection()
        return lambda: _sweep_share(at)

    return together(sweepers, prepare)


def _sweep_share(at: datetime) -> None:
    sweeps.mark_dispatch_late(at=at, batch=1000)
