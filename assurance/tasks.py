"""Celery tasks. Each only says "look now": what there is to do stands in the database."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import shared_task
from django.db import connection
from django.utils import timezone

from assurance.kernel import clock
from assurance.kernel.models import SweepRun
from assurance.schedule import SWEEPS, Sweep

log = structlog.get_logger(__name__)


@shared_task(name="sweep")
def sweep(name: str, **_unknown: object) -> int | None:
    """Run one sweep of the schedule; returns how many things it did, None if it is running elsewhere.

    Arguments that a newer release may send are ignored. Raises what the sweep raises, after noting it.
    """
    job = next((one for one in SWEEPS if one.name == name), None)
    if job is None:
        log.warning("sweep_unknown", sweep=name)
        return None
    with _alone(name) as alone:
        return _run(job) if alone else None


def _run(job: Sweep) -> int:
    """Run it and note when, in the time of this machine: the health check measures us, not the trade."""
    run, _ = SweepRun.objects.update_or_create(name=job.name, defaults={"last_started": timezone.now()})
    try:
        run.last_done = job.run(clock.now())
    except Exception as error:
        SweepRun.objects.filter(pk=run.pk).update(last_error=f"{type(error).__name__}: {error}")
        raise
    run.last_finished, run.last_error = timezone.now(), ""
    run.save()
    if run.last_done:
        log.info("sweep_done", sweep=job.name, done=run.last_done)
    return run.last_done


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Hold the advisory lock of a sweep, so that it never runs beside itself; False if it does already."""
    keys = _keys(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)


def _keys(name: str) -> list[int]:
    """The two 32-bit numbers by which PostgreSQL knows the lock of a sweep."""
    return [zlib.crc32(text.encode()) - 2**31 for text in ("sweep", name)]
