"""The task that writes files of lists. It only says "look now": what there is to write stands in the database."""

from datetime import datetime

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from assurance.kernel import clock
from orders.services import exports

MINUTE = 60

log = structlog.get_logger(__name__)


@shared_task(name="write_export", soft_time_limit=60 * MINUTE, time_limit=61 * MINUTE)
def write_export(**_unknown: object) -> bool:
    """Write one file that waits, and look again for the next. Safe to run twice and beside itself."""
    written = exports.write_next(clock.now())
    if written:
        look()
    return written


def look() -> None:
    """Say that there may be a file to write. Without a broker the next tick of the sweep says it again."""
    try:
        write_export.delay()
    except OperationalError as error:
        log.warning("export_not_announced", error=str(error))


def look_after(at: datetime) -> int:
    """The sweep: throw old files away, and have written what a lost message or a dead run left."""
    gone = exports.expire(at)
    if exports.waiting(timezone.now()).exists():
        look()
    return gone
