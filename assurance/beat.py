"""The beat process: sends every sweep of `assurance.schedule` at its period, and all of them at its start.

It keeps nothing on disk. Which work is due stands in the database, so a beat that was away, or several
at once, change nothing but how soon it is done.
"""

from datetime import timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule

from assurance.heartbeats import BEAT, beat_heart

LONGEST_SLEEP_SECONDS = 5


class SweepScheduler(Scheduler):
    """Celery's scheduler, with its entries made from our own schedule."""

    max_interval = LONGEST_SLEEP_SECONDS

    def setup_schedule(self) -> None:
        """Enter every sweep as if it had last run a day ago: after an outage all are due at once."""
        from assurance.schedule import SWEEPS  # its apps are loaded only now

        yesterday = self.app.now() - timedelta(days=1)
        self.data = {
            sweep.name: ScheduleEntry(
                name=sweep.name,
                task="sweep",
                args=(sweep.name,),
                schedule=schedule(sweep.every, app=self.app),
                # A message that has waited a whole period is followed by a fresh one.
                options={"expires": sweep.every.total_seconds()},
                last_run_at=yesterday,
                app=self.app,
            )
            for sweep in SWEEPS
        }

    def tick(self, *args: Any, **kwargs: Any) -> float:
        beat_heart(BEAT)
        return float(super().tick(*args, **kwargs))
