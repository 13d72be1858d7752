"""Confirming, declining and cancelling an order before it is paid (ORD-1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.accounts.queries import addresses_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from orders.models import Order
from orders.queries.facts import policy_of
from orders.rules import contract, lifecycle, terms
from orders.services import bank, book, campaigns, elapse
from orders.services.elapse import locked


@transaction.atomic
def confirm(
    *,
    order_id: int,
    by: str,
    at: datetime,
    actor: Actor = PLATFORM,
    export: str | None = None,
    seen: int | None = None,
) -> Order:
    """The side whose turn it is ("supplier" or "buyer") agrees; payment is next. Refused STA-1, ORD-6, and ORD-1

    if the contract is no longer the version `seen`. A supplier may choose the export mode of a buyer's order with
    it (ORD-5); an order that a supplier drafted goes to the buyer's own address in its country.
    """
    order = locked(order_id, at)
    if by == "supplier" and export is not None and order.state == lifecycle.AWAITING_SUPPLIER:
        policy = policy_of(order, at)
        terms.check_export(export, order.total, usd_rate=order.usd_rate, policy=policy)
        order.campaign = campaigns.counted_in(
            seller_id=order.seller_id,
            export=export,
            total=order.total,
            usd_rate=order.usd_rate,
            policy=policy,
            at=at,
            before=order,
        )
        order.export = export
    lifecycle.check_allows(order.state, f"confirm_{by}")
    contract.check_seen(seen, version=order.version)
    if by == "buyer" and not order.address:
        mine = (one for one in addresses_of(order.buyer_id) if one.country == order.destination)
        order.address = next((one.as_text() for one in mine), {})
    book.move(order, lifecycle.AWAITING_PAYMENT, at)
    book.settle(order, at)
    book.record(order, "confirmed", at=at, actor=actor, rules=("ORD-1",), by=by)
    tell = book.tell_buyer if by == "supplier" else book.tell_seller
    tell(order, "order_confirmed", at)
    for line in order.bank_lines.filter(state="open").order_by("id"):
        bank.tell_waiting(order, line, at)
    return order


@transaction.atomic
def decline(
    *,
    order_id: int,
    reason: str,
    at: datetime,
    by: str = "supplier",
    actor: Actor = PLATFORM,
    words: str = "",
) -> Order:
    """The side whose turn it is says no, over terms or as a refusal (ORD-1, STD-4). Refused STA-1, ORD-1."""
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, f"decline_{by}")
    if reason not in ("terms", "refusal"):
        raise RuleViolation(
            "ORD-1", _("Choose whether the terms or something else is the reason."), conflict=False
        )
    elapse.close(order, because="declined", at=at, rule="ORD-1")
    rules = ("ORD-1", "STD-4") if reason == "refusal" else ("ORD-1",)
    book.record(order, "declined", at=at, actor=actor, rules=rules, by=by, reason=reason, words=words)
    return order


@transaction.atomic
def cancel(*, order_id: int, by: str, at: datetime, actor: Actor = PLATFORM) -> Order:
    """Either side takes back an order on which nothing has been paid. Refused STA-1."""
    order = locked(order_id, at)
    lifecycle.check_allows(elapse.state_now(order, at), "cancel")
    elapse.close(order, because="cancelled", at=at, rule="ORD-1")
    book.record(order, "cancelled", at=at, actor=actor, rules=("ORD-1",), by=by)
    return order
