"""The demo's clock: real time and what the visitor has moved it ahead.

Only the business clock moves. Sessions, sign-ins and the health check live in real time.
"""

from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import transaction

from assurance.demo.models import World

# Shared by web, worker and beat: whoever asks for the time after a move has the new one.
_AHEAD = "demo:ahead"


def now() -> datetime:
    """The platform's present instant in the demo (a `clock.Source`)."""
    return datetime.now(UTC) + ahead()


def ahead() -> timedelta:
    """How far the platform's time is ahead of real time."""
    found: timedelta | None = cache.get(_AHEAD)
    if found is None:
        found = World.objects.values_list("ahead", flat=True).first() or timedelta()
        _publish(found)
    return found


def move(by: timedelta) -> datetime:
    """Move the platform's time ahead; returns the new present. ValueError for a step back."""
    if by < timedelta():
        raise ValueError("The platform’s time only moves forward.")
    with transaction.atomic():
        world = World.objects.select_for_update().get()
        world.ahead += by
        world.save(update_fields=["ahead"])
        # Under the row's lock, so that two moves are published in the order in which they were made.
        _publish(world.ahead)
    return now()


def forget() -> None:
    """Read the row afresh: the world was just loaded or thrown away."""
    cache.delete(_AHEAD)


def _publish(ahead: timedelta) -> None:
    cache.set(_AHEAD, ahead, timeout=None)
