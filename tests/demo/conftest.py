"""The demo as `settings.demo` turns it on."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from importlib import import_module

import pytest
from pytest_django import Settings

from assurance.demo import time_machine
from assurance.demo.models import World
from assurance.kernel import clock


@pytest.fixture
def demo(settings: Settings, db: None) -> Iterator[World]:
    """Pages, clock and bar of the demo, around an empty world."""
    import_module(settings.ROOT_URLCONF)  # read once a process, so not first while the demo is on
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"].append("assurance.demo.context.demo")
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.demo.urls"
    settings.DEMO = True
    time_machine.forget()
    clock.use(time_machine.now)
    yield World.objects.create(id=1, loaded_at=datetime.now(UTC))
    clock.use(None)
    time_machine.forget()
