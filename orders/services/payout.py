"""Moving the money of a refund: from what is held, then from what the seller has received."""

from datetime import datetime
from typing import Any

from assurance.kernel.money import Money, from_minor
from assurance.ledger import services as ledger
from assurance.ledger.models import AccountKind
from assurance.ledger.services import Holder
from coupons import services as coupons
from coupons.models import Redemption
from orders.models import Order, Refund
from orders.queries.facts import funds
from orders.queries.refunds import came_by, purse
from orders.rules import refunds
from orders.services import elapse
from sellers.services import funds as seller_funds


def check_amount(order: Order, amount: Money | None, *, field: str = "amount", advice: Any = "") -> None:
    """Refused CPN-6 beyond the cash left or while a balance is open, RFD-1 for nothing."""
    refunds.check_amount(
        amount,
        cash=order.cash,
        refunded=order.refunded,
        outstanding=funds(order).outstanding,
        field=field,
        advice=advice,
    )


def pay(order: Order, refund: Refund, amount: Money | None, at: datetime) -> Money:
    """Pay a checked refund out on a locked order; none pays everything and closes it. Returns the cash paid.

    Cash goes back the way it came. A full refund takes the coupon's part back to the platform (CPN-6) and leaves
    no fee (ORD-5).
    """
    parts = refunds.split(amount, purse(order))
    used = _coupon_usd(order, parts.coupon)
    if parts.coupon.amount:
        seller_funds.lock(order.seller_id, *coupons.bearers(order.pk))
    by_gateway, by_bank = refunds.ways_back(parts.cash, by_gateway=came_by(order)[AccountKind.GATEWAY])
    to = [
        (ledger.GATEWAY, by_gateway),
        (ledger.BANK, by_bank),
        (ledger.COUPONS, used),
        *ledger.exchanged(parts.coupon, used),
    ]
    _move(order, refund, parts, to, at)
    order.refunded += parts.cash
    order.coupon_returned += parts.coupon
    if amount is None:
        coupons.give_back(order_id=order.pk, at=at)
        order.refunded_at = at
        elapse.close(order, because="refunded", at=at, rule="RFD-3")
    return parts.cash


def _move(
    order: Order, refund: Refund, parts: refunds.Split, to: list[tuple[Holder, Money]], at: datetime
) -> None:
    order.fee_taken -= parts.fee_back
    order.released -= parts.from_seller
    order.released_usd -= parts.usd
    legs = [
        (ledger.held(order.pk), -parts.from_held),
        *to,
        (ledger.SERVICE_FEE, -parts.fee_back),
        *ledger.exchanged(parts.usd, parts.from_seller - parts.fee_back),
    ]
    what = f"refund:{refund.pk}"
    if parts.usd.amount > 0:
        seller_funds.owe(
            seller_id=order.seller_id,
            amount=parts.usd,
            rule="PAY-4",
            cause=("refund", refund.pk),
            what="refund",
            at=at,
            paid_to=legs,
        )
        return
    post: dict[str, Any] = {"what": "refund", "rule": "RFD-3", "cause": ("order", order.pk), "at": at}
    if parts.usd.amount < 0:
        seller_funds.credit(
            seller_id=order.seller_id, amount=-parts.usd, paid_by=legs, reference=what, **post
        )
    else:
        ledger.post(legs=legs, reference=what, **post)


def _coupon_usd(order: Order, coupon: Money) -> Money:
    """The coupon's part in USD, exactly as it was redeemed. Its row is locked before any seller's account."""
    if not coupon.amount:
        return from_minor(0)
    return Redemption.objects.select_for_update().get(order_id=order.pk).used
