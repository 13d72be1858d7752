"""The demo world is the same each time it is made."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.db import transaction

from assurance.demo.models import World
from assurance.demo.world import load, programme
from assurance.kernel.models import Event
from assurance.ledger.models import Account, AccountKind
from orders.models import Order
from sellers.models import Product

# The evening before a clock change in the platform's zone.
NOW = datetime(2026, 11, 1, 6, 40, tzinfo=UTC)


def _digest() -> str:
    """Everything that a visitor sees, without what differs by design: row ids and payment references."""
    seen: list[object] = [
        (order.request_key, order.total_minor, order.state, order.dispatch_due, order.receipt_due_at)
        for order in Order.objects.order_by("request_key")
    ]
    seen += Event.objects.order_by("id").values_list("stream", "kind", "happened_at", "actor_role", "rules")
    seen += (
        Account.objects.filter(kind=AccountKind.SELLER).order_by("balance_minor").values_list("balance_minor")
    )
    seen += Product.objects.order_by("id").values_list("name", "tiers__price_minor")
    return hashlib.sha256(repr(seen).encode()).hexdigest()


@pytest.mark.django_db
def test_the_same_world_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programme, "ALICES", programme.ALICES[:8])
    monkeypatch.setattr(programme, "MINGS", ())
    monkeypatch.setattr(programme, "OTHERS", ())
    digests = []
    for _ in range(2):
        with transaction.atomic():
            load.load(now=NOW, scale=0.01)
            digests.append((_digest(), World.objects.get().loaded_at))
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
