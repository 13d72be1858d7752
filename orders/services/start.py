"""How an order starts: by the buyer, or drafted by the seller (ORD-1)."""

from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.models import Deadline
from assurance.kernel.money import Money, to_text
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.kernel.rules import RuleViolation
from coupons import services as coupons
from orders.models import Order, OrderLine, Source
from orders.rules import lifecycle, terms
from orders.services import book, campaigns, elapse, offer
from orders.services.offer import Draft
from sellers import queries as sellers
from sellers import rules as seller_rules
from sellers.models import Product

__all__ = ["Draft", "by_buyer", "by_seller"]


@transaction.atomic
def by_buyer(
    *, buyer_id: int, draft: Draft, at: datetime, actor: Actor = PLATFORM, request_key: str | None = None
) -> Order:
    """A buyer starts an order: RTS goods go straight to payment, others to the supplier (ORD-1).

    The export mode is the supplier's to choose, on confirming; until then it is self-export (ORD-5).

    Refused QUA-1, QUA-6, ORD-1, LOG-1, ORD-4, ORD-7 (a store coupon too). The
    same `request_key` again returns the first order.
    """
    again = _repeated(request_key)
    if again is not None:
        return again
    items = offer.items_of(draft)
    policy = policy_at(at).policy
    seller_rules.check_lit(sellers.qualification(items[0][0].seller, at, policy))
    rts = all(product.rts for product, _quantity in items)
    _check_buyable(draft, items, rts=rts)
    state = lifecycle.first_state(by_seller=False, all_rts=rts)
    asked = replace(draft, export=terms.SELF)
    order = _write(
        asked,
        items,
        buyer_id=buyer_id,
        drafted_by="buyer",
        state=state,
        policy=policy,
        at=at,
        key=request_key,
    )
    book.record(order, "started", at=at, actor=actor, rules=("ORD-1",), total=to_text(order.total))
    book.tell_seller(order, "order_started", at)
    return order


@transaction.atomic
def by_seller(
    *,
    seller_id: int,
    buyer_id: int,
    draft: Draft,
    at: datetime,
    actor: Actor = PLATFORM,
    request_key: str | None = None,
    send: bool = True,
) -> Order:
    """A seller drafts an order and sends it to the buyer, or keeps it as a draft (ORD-1).

    Refused QUA-1, QUA-6 when the account cannot draft, ORD-1 for another seller's goods, ORD-4, ORD-6, ORD-7.
    """
    again = _repeated(request_key)
    if again is not None:
        return again
    items = offer.items_of(draft, by_seller=True)
    seller = items[0][0].seller
    if seller.pk != seller_id:
        raise offer.not_yours()
    policy = policy_at(at).policy
    seller_rules.check_can_draft(sellers.qualification(seller, at, policy))
    state = lifecycle.first_state(by_seller=True, all_rts=False, sent=send)
    order = _write(
        draft,
        items,
        buyer_id=buyer_id,
        drafted_by="seller",
        state=state,
        policy=policy,
        at=at,
        key=request_key,
    )
    book.record(order, "drafted", at=at, actor=actor, rules=("ORD-1",), total=to_text(order.total))
    if send:
        book.tell_buyer(order, "order_to_confirm", at)
    return order


def _repeated(key: str | None) -> Order | None:
    """The order already made under this key; a request that is under way with it is waited for."""
    if key:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    return Order.objects.filter(request_key=key).first() if key else None


def _write(
    draft: Draft,
    items: list[tuple[Product, int]],
    *,
    buyer_id: int,
    drafted_by: str,
    state: str,
    policy: Policy,
    at: datetime,
    key: str | None,
) -> Order:
    if draft.store_coupon_id is not None:
        draft = replace(draft, discount=_store_discount(draft, draft.store_coupon_id, items, at))
    worked = offer.work_out(draft, items, policy, at)
    campaign = campaigns.counted_in(
        seller_id=items[0][0].seller_id,
        export=draft.export,
        total=worked.total,
        usd_rate=draft.usd_rate,
        policy=policy,
        at=at,
    )
    pk, number, country = _next_number(buyer_id)
    order = Order(
        pk=pk,
        number=number,
        buyer_id=buyer_id,
        buyer_country=country,
        seller=items[0][0].seller,
        drafted_by=drafted_by,
        source=draft.source or (Source.INQUIRY if drafted_by == "seller" else Source.DIRECT),
        request_key=key,
        created_at=at,
        state=state,
        state_since=at,
        store_coupon_id=draft.store_coupon_id,
        campaign=campaign,
        discount_since=at if worked.columns["discount_minor"] else None,
        address=dict(draft.address),
        **worked.columns,
    )
    order.save(force_insert=True)
    for line in worked.lines:
        line.order = order
    OrderLine.objects.bulk_create(worked.lines)
    book.opened(order, policy)
    return order


def _store_discount(draft: Draft, coupon_id: int, items: list[tuple[Product, int]], at: datetime) -> Money:
    """What the store coupon takes off, with a use of it counted (ORD-7).

    Uses held by orders that the clock has closed are free, though no job has come by yet (TIM-3). All of them are
    locked before one is closed: closing holds the coupon, and nobody waits for an order with that in hand.
    """
    due = Deadline.objects.filter(kind=book.LEFT_ALONE, due_at__lte=at).values("subject_id")
    held = Order.objects.select_for_update().filter(store_coupon_id=coupon_id, closed_at=None, pk__in=due)
    for pk in list(held.order_by("pk").values_list("pk", flat=True)):
        elapse.locked(pk, at)
    return coupons.take_store_coupon(
        coupon_id=coupon_id,
        seller_id=items[0][0].seller_id,
        goods=offer.goods_of(draft, items),
        usd_rate=draft.usd_rate,
        at=at,
    )


def _check_buyable(draft: Draft, items: list[tuple[Product, int]], *, rts: bool) -> None:
    """A buyer orders what is listed, and RTS goods by a line that prices their shipping (LOG-2)."""
    if not all(product.is_listed for product, _quantity in items):
        raise offer.no_longer_offered()
    if rts and draft.line_id is None and draft.shipping is None:
        raise RuleViolation("LOG-1", _("Choose a shipping method."), conflict=False, field="line")


def _next_number(buyer_id: int) -> tuple[int, str, str]:
    """A row's id and its 17-digit number: unique, and not to be guessed from a neighbour's by adding one.

    With them, in the same round trip, the country in which the buyer is registered.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('orders_order', 'id')),"
            " (SELECT country FROM accounts_user WHERE id = %s)",
            [buyer_id],
        )
        pk, country = cursor.fetchone()
    return pk, str(8 * 10**16 + pk * 6_364_136_223_846_793 % 10**16), country
