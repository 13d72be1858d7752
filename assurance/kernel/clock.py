"""The one place that knows what time it is. Interface code reads it; services are told the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

Source = Callable[[], datetime]


def _system() -> datetime:
    return datetime.now(UTC)


_source: Source = _system
_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The platform's present instant, in UTC."""
    return _frozen.get() or _source()


def use(source: Source | None) -> None:
    """Replace the system clock for this process (the demo's time machine); None puts it back."""
    global _source
    _source = source or _system


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let the clock stand at an instant: scenarios and tests."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
