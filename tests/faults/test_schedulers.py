"""F4: none, one, two or five schedulers, outages of a minute to three days, tasks delivered up to five times in any

order: what people and jobs leave is what one diligent scheduler leaves (TIM-3).
"""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from assurance.kernel import clock
from assurance.ledger import queries as ledger
from assurance.schedule import SWEEPS, Sweep, run_all
from tests.concurrency.racing import FULL
from tests.faults import history

SEEDS = 25 if FULL else 1
OUTAGES = [timedelta(minutes=1), timedelta(minutes=40), *(timedelta(hours=n) for n in (5, 24, 31, 48, 72))]
INSIDE = [sweep for sweep in SWEEPS if not sweep.outside]

pytestmark = [pytest.mark.rule("TIM-3"), pytest.mark.usefixtures("live_db")]


def lived(ticks: Iterator[datetime], run: Callable[[datetime], object]) -> dict[str, list[str]]:
    """The story, with `run` at each tick; what it leaves once everything due by its end has been done."""
    history.forget()
    world = history.people()
    tick = next(ticks, history.END)
    for step in history.steps():
        while tick < step.at:
            run(tick)
            tick = next(ticks, history.END)
        step.act(world, step.at)
    while tick < history.END:
        run(tick)
        tick = next(ticks, history.END)
    run_all(history.END)
    assert ledger.faults() == []
    return history.rows()


_kept: dict[str, list[str]] = {}


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """One scheduler that runs every job twice a day, each once and in the order of the schedule."""
    if not _kept:
        monkeypatch.setattr("orders.services.payment.secrets.token_hex", history.numbered())
        _kept.update(lived(regular(timedelta(hours=12)), run_all))
        assert len(_kept["kernel_event"]) > 100
    return _kept


def regular(every: timedelta) -> Iterator[datetime]:
    at = history.BEGIN
    while True:
        at += every
        yield at


def broken(dice: random.Random) -> Iterator[datetime]:
    """Ticks with outages between them."""
    at = history.BEGIN
    while True:
        at += dice.choice(OUTAGES)
        yield at


def delivered(dice: random.Random) -> list[Sweep]:
    """Each task one to five times, shuffled."""
    tasks = [sweep for sweep in INSIDE for _ in range(dice.randint(1, 5))]
    dice.shuffle(tasks)
    return tasks


def compare(found: dict[str, list[str]], wanted: dict[str, list[str]]) -> None:
    for table, rows in wanted.items():
        assert found[table] == rows, table


def test_no_scheduler_at_all(reference, monkeypatch):
    monkeypatch.setattr("orders.services.payment.secrets.token_hex", history.numbered())
    compare(lived(iter(()), run_all), reference)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("schedulers", [1, 2, 5])
def test_schedulers_that_fail_and_repeat_themselves(reference, monkeypatch, schedulers, seed):
    monkeypatch.setattr("orders.services.payment.secrets.token_hex", history.numbered())
    dice = random.Random(100 * schedulers + seed)

    def scheduler(at: datetime, tasks: list[Sweep]) -> None:
        try:
            with clock.frozen(at):
                for task in tasks:
                    task.run(at)
        finally:
            connection.close()

    with ThreadPoolExecutor(schedulers) as pool:

        def together(at: datetime) -> None:
            """Without the advisory lock, on which nothing depends."""
            lists = [delivered(dice) for _ in range(schedulers)]
            list(pool.map(scheduler, [at] * schedulers, lists))

        found = lived(broken(dice), together)
    compare(found, reference)
