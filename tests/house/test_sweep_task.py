"""The task that runs the sweeps: alone, noted, and forgiving to a newer release."""

from datetime import datetime, timedelta

import psycopg2
import pytest
from django.db import connection

from assurance import tasks
from assurance.kernel.models import SweepRun
from assurance.schedule import SWEEPS, Sweep


@pytest.fixture
def schedule(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A schedule of two sweeps of our own; returns the times they were given."""
    given: list[datetime] = []

    def count(at: datetime) -> int:
        given.append(at)
        return 7

    def fail(at: datetime) -> int:
        raise RuntimeError("disk full")

    minute = timedelta(minutes=1)
    monkeypatch.setattr(
        tasks,
        "SWEEPS",
        (Sweep("count", "TIM-3", minute, count, "…"), Sweep("fail", "TIM-3", minute, fail, "…")),
    )
    return given


@pytest.mark.django_db
def test_a_run_is_noted(schedule: list[datetime]) -> None:
    assert tasks.sweep("count") == 7
    run = SweepRun.objects.get(name="count")
    assert run.last_done == 7
    assert run.last_finished is not None
    assert run.last_finished >= run.last_started
    assert len(schedule) == 1


@pytest.mark.django_db
def test_a_failure_is_noted_and_raised(schedule: list[datetime]) -> None:
    with pytest.raises(RuntimeError):
        tasks.sweep("fail")
    run = SweepRun.objects.get(name="fail")
    assert (run.last_finished, run.last_error) == (None, "RuntimeError: disk full")


@pytest.mark.django_db(transaction=True)
def test_never_beside_itself(schedule: list[datetime]) -> None:
    found = connection.settings_dict
    other = psycopg2.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"])
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", tasks._keys("count"))
            assert tasks.sweep("count") is None
            assert schedule == []
            cursor.execute("SELECT pg_advisory_unlock_all()")
        assert tasks.sweep("count") == 7
    finally:
        other.close()


@pytest.mark.django_db
def test_the_lock_is_given_back_after_a_failure(schedule: list[datetime]) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError):
            tasks.sweep("fail")


@pytest.mark.django_db
def test_names_and_arguments_of_another_release_are_survived(schedule: list[datetime]) -> None:
    assert tasks.sweep("of-tomorrow") is None
    assert tasks.sweep("count", new_argument=1) == 7


def test_lock_keys_differ() -> None:
    assert len({tuple(tasks._keys(sweep.name)) for sweep in SWEEPS}) == len(SWEEPS)
