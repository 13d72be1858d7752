"""Changing a contract before it is agreed, and sending a draft to its buyer (ORD-1)."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import to_text
from assurance.kernel.rules import RuleViolation
from coupons import services as coupons
from orders.models import ContractVersion, Order, OrderLine
from orders.queries.contract import as_json, contract_of
from orders.queries.facts import policy_of
from orders.rules import contract as rules
from orders.rules import lifecycle
from orders.services import book, campaigns, offer
from orders.services.elapse import locked
from orders.services.offer import Draft


@transaction.atomic
def change(
    *,
    order_id: int,
    draft: Draft,
    at: datetime,
    seen: int | None = None,
    send: bool = True,
    actor: Actor = PLATFORM,
) -> Order:
    """The supplier writes an order anew: a draft, a buyer's intent order, or one that waits for its buyer.

    With `send`, or once the buyer knows of it, it is then the buyer's turn. The address and the currency stay.
    Refused STA-1, ORD-1 (also when `seen` is no longer the version that stands), LOG-1, ORD-4, ORD-7, PAY-1,
    ORD-6. Asking for what already stands changes nothing.
    """
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, "edit")
    wanted = replace(draft, currency=order.currency, usd_rate=order.usd_rate, cny_rate=order.cny_rate)
    items = offer.items_of(wanted, by_seller=True)
    if items[0][0].seller_id != order.seller_id:
        raise offer.not_yours()
    before = contract_of(order, order.lines.order_by("id"))
    policy = policy_of(order, at)
    worked = offer.work_out(wanted, items, policy, at)
    order.campaign = campaigns.counted_in(
        seller_id=order.seller_id,
        export=wanted.export,
        total=worked.total,
        usd_rate=order.usd_rate,
        policy=policy,
        at=at,
        before=order,
    )
    for column, value in worked.columns.items():
        setattr(order, column, value)
    after = contract_of(order, worked.lines)
    is_changed = bool(rules.changes(before, after))
    if is_changed:
        rules.check_seen(seen, version=order.version)
        _write(order, worked, before, after, at, actor)
    if send or order.state != lifecycle.DRAFT:
        _hand_over(order, at, actor, changed=is_changed)
    book.settle(order, at)
    return order


@transaction.atomic
def send(*, order_id: int, at: datetime, seen: int | None = None, actor: Actor = PLATFORM) -> Order:
    """Send a draft to its buyer, who confirms or declines it; a repeat changes nothing. Refused STA-1, ORD-1."""
    order = locked(order_id, at)
    if order.state == lifecycle.AWAITING_BUYER:
        return order
    if order.state != lifecycle.DRAFT:
        lifecycle.check_allows(order.state, "confirm_buyer")
    rules.check_seen(seen, version=order.version)
    _hand_over(order, at, actor, changed=False)
    book.settle(order, at)
    return order


def _write(
    order: Order,
    worked: offer.Worked,
    before: rules.Contract,
    after: rules.Contract,
    at: datetime,
    actor: Actor,
) -> None:
    """The new lines and version, on a locked order; the first change keeps what stood before it, too."""
    if order.version == 1:
        first = {
            "made_by": "supplier" if order.drafted_by == "seller" else "buyer",
            "made_at": order.created_at,
        }
        ContractVersion.objects.create(order=order, number=1, terms=as_json(before), **first)
    order.version += 1
    order.discount_since = (order.discount_since or at) if order.discount_minor else None
    if order.store_coupon_id is not None and not order.discount_minor:
        coupons.return_store_coupon(order.store_coupon_id)
        order.store_coupon = None
    ContractVersion.objects.create(
        order=order,
        number=order.version,
        terms=as_json(after),
        made_by="supplier",
        made_by_user_id=actor.user_id,
        made_at=at,
    )
    order.lines.all().delete()
    for line in worked.lines:
        line.order = order
    OrderLine.objects.bulk_create(worked.lines)
    said = {"version": order.version, "total": to_text(order.total)}
    book.record(order, "contract_changed", at=at, actor=actor, rules=("ORD-1",), **said)


def _hand_over(order: Order, at: datetime, actor: Actor, *, changed: bool) -> None:
    """It is the buyer's turn: told of a draft that was sent, or of what the supplier changed."""
    if order.state == lifecycle.DRAFT:
        book.record(order, "sent", at=at, actor=actor, rules=("ORD-1",))
        book.tell_buyer(order, "order_to_confirm", at)
    elif changed:
        book.tell_buyer(order, "contract_changed", at)
    elif order.state == lifecycle.AWAITING_SUPPLIER:
        raise RuleViolation(
            "ORD-1",
            _("You have changed nothing."),
            advice=_("Confirm the order as it is, or change what you do not agree with."),
            conflict=False,
        )
    book.move(order, lifecycle.AWAITING_BUYER, at)
