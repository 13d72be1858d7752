"""What every folder of tests shares."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from assurance.kernel.models import PolicyVersion


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
