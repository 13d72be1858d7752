"""Confirming receipt, extending the wait, changing the address."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from orders.models import Order
from orders.queries.facts import carries_delivery, facts, parcels_of
from orders.rules import guarantees, lifecycle
from orders.services import book, release
from orders.services.elapse import locked, state_now


@transaction.atomic
def receive(*, order_id: int, at: datetime, actor: Actor = PLATFORM) -> Order:
    """The buyer confirms receipt: the order is completed and its money released. Refused STA-1."""
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, "receive")
    order.received_at = order.confirmed_at = at
    book.move(order, lifecycle.COMPLETED, at)
    release.release(order, at)
    book.settle(order, at)
    book.record(order, "received", at=at, actor=actor, rules=("ORD-8", "DLV-3"))
    book.tell_seller(order, "order_received", at)
    return order


@transaction.atomic
def extend(*, order_id: int, by: str, at: datetime, actor: Actor = PLATFORM) -> Order:
    """A side ("buyer" or "supplier") puts automatic receipt off by 15 days, once. Refused STA-1, ORD-8."""
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, "extend")
    column = f"{by}_extended"
    if getattr(order, column):
        raise RuleViolation("ORD-8", _("Each side can extend the time for receipt once."))
    setattr(order, column, True)
    book.settle(order, at)
    book.record(order, "extended", at=at, actor=actor, rules=("ORD-8",), by=by)
    tell = book.tell_seller if by == "buyer" else book.tell_buyer
    tell(order, "receipt_extended", at)
    return order


@transaction.atomic
def change_address(
    *, order_id: int, at: datetime, address: Mapping[str, Any] | None = None, actor: Actor = PLATFORM
) -> Order:
    """The buyer changes the delivery address. After payment this ends the delivery guarantee (DLV-6).

    Refused STA-1 on a closed order. The country stays: another country is another order.
    """
    order = locked(order_id, at)
    lifecycle.check_allows(state_now(order, at), "address")
    if address is not None:
        if dict(address) == order.address:
            return order
        order.address = dict(address)
    if order.effective_at is not None:
        known = facts(order, parcels_of(order.pk), at)
        if guarantees.address_ends_delivery(known, at, carries=carries_delivery(order)):
            order.address_changed_at = at
    book.record(order, "address_changed", at=at, actor=actor, rules=("DLV-6",))
    book.settle(order, at)
    book.tell_seller(order, "address_changed", at)
    return order
