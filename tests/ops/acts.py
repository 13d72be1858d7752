"""How the tests act as ops, and read what is on record of it."""

import uuid
from typing import Any

from django.test import Client

from assurance.kernel.models import Event


def send(client: Client, page: str, act: str, pk: int | None = None, **values: Any) -> Any:
    query = f"?ids={pk}" if pk else ""
    sent = {"reason": "Because.", "key": str(uuid.uuid4()), **values}
    return client.post(f"/admin/{page}/act/{act}/{query}", sent)


def recorded(stream: str, key: int, kind: str) -> Event:
    event = Event.objects.get(stream=stream, key=key, kind=kind)
    assert event.actor_role == "ops"
    assert event.actor_id
    return event
