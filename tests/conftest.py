"""What every folder of tests shares."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, sync_playwright

from assurance.kernel.models import PolicyVersion
from tests.chromium import NAMES


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: what `make test` found or installed, else the machine's own, else Playwright's.

    One for all tests of a process, since Playwright cannot be started twice in one.
    """
    # Playwright runs an event loop in this thread; Django would take every query for one inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def live_db(transactional_db: None) -> Iterator[None]:
    """A database where transactions really commit, for tests with several connections.

    The tests before it emptied every table, also of what migrations had put there.
    """
    PolicyVersion.objects.get_or_create(
        starts_at=datetime(2000, 1, 1, tzinfo=UTC),
        defaults={"figures": {}, "note": "The figures of the rulebook"},
    )
    yield
