"""B1: the overdue sweep (deadline, state, event, two notices an order) against one raw statement that

marks the wide rows and inserts an event each. Both on 100,000 orders of which 20,000 are due.
"""

from datetime import timedelta

from bench import world
from bench.report import judged, say, timed
from orders.services import sweeps

ORDERS, DUE, ROUNDS = 100_000, 20_000, 5

_RAW = """
    WITH marked AS (
        UPDATE bench_wide SET overdue_since = %(due)s
        WHERE dispatch_due < %(day)s AND overdue_since IS NULL AND state = 'awaiting_dispatch' RETURNING id)
    INSERT INTO kernel_event (stream, key, kind, actor_role, happened_at, recorded_at, rules, data)
    SELECT 'order', id, 'dispatch_overdue', 'platform', %(due)s, now(), ARRAY['DSP-4'], '{}' FROM marked
"""


def main() -> bool:
    at = world.DUE + timedelta(minutes=1)
    ratios = []
    for n in range(ROUNDS):
        _fill()
        raw = timed(lambda: world.execute(_RAW, {"due": world.DUE, "day": world.DUE.date()}))
        world.settle()
        found = 0

        def sweep() -> None:
            nonlocal found
            found = sweeps.mark_dispatch_late(at=at)

        ours = timed(sweep)
        if found != DUE:
            raise SystemExit(f"B1: swept {found} orders, not {DUE}")
        ratios.append(raw / ours)
        say(f"B1 round {n + 1}: raw {DUE / raw:,.0f} rows/s, sweep {DUE / ours:,.0f} rows/s")
    return judged("B1", "sweep's rows/s ÷ raw statement's", ratios, at_least=1.0)


def _fill() -> None:
    world.empty()
    world.cast()
    world.orders(ORDERS, due=DUE)
    world.execute("DROP TABLE IF EXISTS bench_wide")
    world.execute("CREATE TABLE bench_wide (LIKE orders_order INCLUDING ALL)")
    world.execute("ALTER TABLE bench_wide ADD overdue_since timestamptz")
    world.execute("INSERT INTO bench_wide SELECT o.*, NULL FROM orders_order o")
    world.settle()
