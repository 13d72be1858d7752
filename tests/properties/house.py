"""Two suppliers, two buyers, the platform's staff and the clock, each doing whatever they like.

A step is one act through the services. What the rulebook says of who bears a coupon is judged here once more, from
the machine's own notes of what was submitted and scanned.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from assurance.schedule import run_all
from orders.models import Guarantee, Order
from orders.queries import buyer
from orders.queries.facts import View
from orders.services import intake
from tests.properties import books
from tests.properties.after_sales import AfterSales
from tests.properties.trade import Trade

PASSES = [
    timedelta(minutes=7),
    timedelta(hours=9),
    *(timedelta(days=n) for n in (1, 1, 2, 3, 5, 8, 16, 31, 61)),
]


class House(Trade, AfterSales):
    @initialize(kinds=st.lists(st.integers(0, 17), min_size=3, max_size=6), claimed=st.integers(0, 4))
    def some_trade(self, kinds: list[int], claimed: int) -> None:
        """Nobody comes into an empty house: a few orders are paid and late, and claims have been approved."""
        for n in kinds:
            self.starts(n, 7, ["USD", "EUR", "JPY"][n % 3], None, "full", 0, by_seller=False)
            self.goes_on(0, steps=1 if self.goods[n % 6].rts else 2, with_coupon=False)
        self.now += timedelta(days=5)
        for _ in range(claimed):
            self.claims_something(0, "dispatch", approve=True)

    # The clock and the jobs

    @rule(by=st.sampled_from(PASSES))
    def time_passes(self, by: timedelta) -> None:
        self.now += by
        if self.jobs_on:
            self.run_jobs()

    @rule(on=st.booleans())
    def jobs_are_switched(self, on: bool) -> None:
        self.jobs_on = on

    @rule()
    def jobs_run(self) -> None:
        self.run_jobs()

    def run_jobs(self) -> None:
        """What everybody sees is the same before and after (TIM-3), and once is as good as twice.

        But for money on statements, which nobody sees before it is taken in.
        """
        self.act(intake.take_due)
        before = self.seen()
        self.act(run_all)
        assert self.seen() == before, "a job has changed what people see"
        once = self.print
        self.act(run_all)
        assert self.print == once, "jobs repeated have changed something"

    def seen(self) -> list[tuple[Any, ...]]:
        return [
            (
                order_id,
                shown.state,
                shown.closed_because,
                shown.received_at,
                shown.dispatch,
                shown.delivery,
                shown.overdue_since,
                shown.entrance,
                shown.entrance_closes,
            )
            for order_id, shown in self.views()
        ]

    def views(self) -> Iterable[tuple[int, View]]:
        """What stands on each order now, as the lists have it."""
        return buyer.views(list(Order.objects.order_by("id")), self.now).items()

    # What holds after every step

    @invariant()
    def the_books_are_in_order(self) -> None:
        assert books.faults() == []

    @invariant()
    def lists_show_late_what_is_late(self) -> None:
        """Lists compare `Guarantee.late_at` with the clock, and never wait for a sweep."""
        late = set(Guarantee.objects.filter(late_at__lte=self.now).values_list("order_id", "kind"))
        shown = {
            (order_id, kind)
            for order_id, now in self.views()
            for kind in ("dispatch", "delivery")
            if getattr(now, kind) == "late"
        }
        assert late == shown
