"""Sweeps beside themselves: every obligation is met once, whoever comes first (TIM-3)."""

from datetime import timedelta

import pytest

from assurance.kernel.models import Deadline, Event
from assurance.notices.models import Notice
from assurance.schedule import run_all
from orders.models import Guarantee
from orders.services import dispatch, sweeps
from tests import factories
from tests.concurrency.racing import FULL, race

ORDERS = 400 if FULL else 60
LATE = factories.NOW + timedelta(days=10)


def _orders(count: int) -> list[int]:
    alice = factories.person()
    seller, line = factories.seller(staff=factories.person("ming")), factories.line()
    product = factories.product(seller, ships_by=factories.template(seller, line))
    return [factories.order(alice, {product: 5}, by=line).pk for _ in range(count)]


@pytest.mark.rule("TIM-3", "DSP-4")
@pytest.mark.usefixtures("live_db")
def test_sweepers_share_the_work_and_tell_everybody_once() -> None:
    orders = _orders(ORDERS)
    race(6, 1, lambda runner, round_: sweeps.mark_dispatch_late(at=LATE, batch=7))
    told = Event.objects.filter(kind="dispatch_overdue")
    assert sorted(told.values_list("key", flat=True)) == sorted(orders)
    assert Notice.objects.filter(kind="dispatch_overdue").count() == 2 * ORDERS
    assert Guarantee.objects.filter(kind="dispatch", state="late").count() == ORDERS
    assert not Deadline.objects.filter(kind="dispatch").exists()


@pytest.mark.rule("TIM-3", "ORD-3", "ORD-8")
@pytest.mark.usefixtures("live_db")
def test_all_jobs_at_once_leave_what_one_run_leaves() -> None:
    orders = _orders(ORDERS // 3)
    for n, pk in enumerate(orders):
        if n % 2:
            dispatch.dispatch(order_id=pk, carrier="DHL", number=f"race-{pk}", last=True, at=factories.NOW)
    after = factories.NOW + timedelta(days=40)
    outcomes = race(4, 2, lambda runner, round_: run_all(after))
    assert {o for round_ in outcomes for o in round_} == {"done"}
    assert Event.objects.filter(kind="received_automatically").count() == len(orders) // 2
    assert Event.objects.filter(kind="dispatch_overdue").count() == len(orders) - len(orders) // 2


@pytest.mark.rule("DSP-3")
@pytest.mark.usefixtures("live_db")
def test_a_dispatch_that_races_the_sweep_wins_by_its_own_time() -> None:
    """Submitted before the deadline, written while the sweep runs after it: the facts decide (TIM-3)."""
    orders = _orders(12)
    deadline = factories.NOW.replace(hour=0) + timedelta(days=7)

    def act(runner: int, round_: int) -> None:
        if runner == 0:
            sweeps.mark_dispatch_late(at=deadline + timedelta(seconds=1))
        else:
            at = deadline - timedelta(minutes=1)
            number = f"photo-finish-{round_}"
            dispatch.dispatch(order_id=orders[round_], carrier="DHL", number=number, last=True, at=at)

    outcomes = race(2, len(orders), act)
    assert {o for round_ in outcomes for o in round_} == {"done"}
    assert not Guarantee.objects.filter(kind="dispatch", state="late").exists()
