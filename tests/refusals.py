"""Saying in a test which rule refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assurance.kernel.rules import RuleViolation


@contextmanager
def refused(rule_id: str, *, field: str | None = None) -> Iterator[None]:
    """What stands inside is refused by this rule, and blamed on this field."""
    with pytest.raises(RuleViolation) as caught:
        yield
    assert (caught.value.rule_id, caught.value.field) == (rule_id, field)
