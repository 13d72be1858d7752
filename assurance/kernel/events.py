"""Recording what happened. One call per act, in the act's own transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assurance.kernel import clock
from assurance.kernel.models import Event


@dataclass(frozen=True)
class Actor:
    """Who acts: a user's id and the role in which they act (buyer, seller, ops, platform)."""

    role: str = "platform"
    user_id: int | None = None


PLATFORM = Actor()


def record(
    stream: str,
    key: int,
    kind: str,
    *,
    at: datetime,
    actor: Actor = PLATFORM,
    rules: tuple[str, ...] = (),
    **data: Any,
) -> Event:
    """Write one event. `at` is business time; the time of writing is added beside it."""
    return Event.objects.create(
        stream=stream,
        key=key,
        kind=kind,
        actor_id=actor.user_id,
        actor_role=actor.role,
        happened_at=at,
        recorded_at=clock.now(),
        rules=list(rules),
        data=data,
    )
