"""The people of operations, and doors that nobody has knocked at before the test does."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.ops.conftest import every_role

__all__ = ["every_role"]


@pytest.fixture(autouse=True)
def nobody_has_knocked() -> Iterator[None]:
    """What counts attempts to enter lies in the cache, which a test does not roll back."""
    cache.clear()
    yield
    cache.clear()
