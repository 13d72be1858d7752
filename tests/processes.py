"""Starting other processes of the portal (worker, beat, commands) on the database of the running test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 15


def environment() -> dict[str, str]:
    """The environment that leads a new process to the servers and the database of this test.

    The test must be transactional (`django_db(transaction=True)`), or others see nothing of its rows.
    """
    found = connection.settings_dict
    host = quote(found["HOST"], safe="")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "assurance.settings.test",
        "DATABASE_URL": f"postgres://{found['USER']}:{found['PASSWORD']}@{host}:{found['PORT']}/{found['NAME']}",
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "CACHE_URL": settings.CACHES["default"]["LOCATION"],
    }


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m ARGUMENTS` during the block; ended with SIGTERM, then SIGKILL."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=PROJECT, env=environment(), stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
