"""Tasks that write files of lists and take in bank statements.

They only say "look now": what there is to do stands in the database.
"""

from datetime import datetime

import structlog
from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from assurance.kernel import clock
from orders.services import exports, intake

MINUTE = 60

log = structlog.get_logger(__name__)


@shared_task(name="write_export", soft_time_limit=60 * MINUTE, time_limit=61 * MINUTE)
def write_export(**_unknown: object) -> bool:
    """Write one file that waits, and look again for the next. Safe to run twice and beside itself."""
    written = exports.write_next(clock.now())
    if written:
        look()
    return written


@shared_task(name="take_statements", soft_time_limit=60 * MINUTE, time_limit=61 * MINUTE)
def take_statements(**_unknown: object) -> int:
    """Take in what statements finance has asked for. Safe to run twice and beside itself."""
    return intake.take_due(clock.now())


def look() -> None:
    """Say that there may be a file to write."""
    _say(write_export)


def look_for_statements() -> None:
    """Say that there may be a statement to take in."""
    _say(take_statements)


def _say(task: "Task[..., object]") -> None:
    """Without a broker the next tick of the sweep says it again."""
    try:
        task.delay()
    except OperationalError as error:
        log.warning("task_not_announced", task=task.name, error=str(error))


def look_after(at: datetime) -> int:
    """The sweep: throw old files away, and have written what a lost message or a dead run left."""
    gone = exports.expire(at)
    if exports.waiting(timezone.now()).exists():
        look()
    return gone
