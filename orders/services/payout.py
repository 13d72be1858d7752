"""Moving the money of a refund: from what is held, then from what the seller has received."""

from datetime import datetime
from typing import Any

from assurance.kernel.money import USD, Money, convert, from_minor
from assurance.ledger import services as ledger
from assurance.ledger.services import Holder
from coupons import services as coupons
from coupons.models import Redemption
from orders.models import Order, PaymentState, Refund
from orders.queries.facts import funds, held
from orders.rules import refunds
from orders.services import elapse
from sellers.services import funds as seller_funds


def check_amount(order: Order, amount: Money | None) -> None:
    """Refused CPN-6 beyond the cash left or while a balance is open, RFD-1 for nothing."""
    refunds.check_amount(
        amount, cash=order.cash, refunded=order.refunded, outstanding=funds(order).outstanding
    )


def pay(order: Order, refund: Refund, amount: Money | None, at: datetime) -> Money:
    """Pay a checked refund out on a locked order; none pays everything and closes it. Returns the cash paid.

    A full refund takes the coupon's part back to the platform (CPN-6) and leaves no fee (ORD-5).
    """
    is_full = amount is None
    cash = order.cash - order.refunded if amount is None else amount
    coupon = order.coupon_part - order.coupon_returned if is_full else order.total * 0
    used = _coupon_usd(order, coupon)
    if coupon.amount:
        seller_funds.lock(order.seller_id, *coupons.bearers(order.pk))
    to = [(_channel(order), cash), (ledger.COUPONS, used), *ledger.exchanged(coupon, used)]
    _move(order, refund, cash + coupon, to, is_full=is_full, at=at)
    order.refunded += cash
    order.coupon_returned += coupon
    if is_full:
        coupons.give_back(order_id=order.pk, at=at)
        order.refunded_at = at
        elapse.close(order, because="refunded", at=at, rule="RFD-3")
    return cash


def _move(
    order: Order,
    refund: Refund,
    needed: Money,
    to: list[tuple[Holder, Money]],
    *,
    is_full: bool,
    at: datetime,
) -> None:
    from_held = min(needed, held(order))
    from_seller = needed - from_held
    legs = [(ledger.held(order.pk), -from_held), *to]
    what = f"refund:{refund.pk}"
    usd, legs_back = _take_back(order, from_seller, is_full=is_full)
    legs += legs_back
    if usd.amount > 0:
        seller_funds.owe(
            seller_id=order.seller_id,
            amount=usd,
            rule="PAY-4",
            cause=("refund", refund.pk),
            what="refund",
            at=at,
            paid_to=legs,
        )
        return
    post: dict[str, Any] = {"what": "refund", "rule": "RFD-3", "cause": ("order", order.pk), "at": at}
    if usd.amount < 0:
        seller_funds.credit(seller_id=order.seller_id, amount=-usd, paid_by=legs, reference=what, **post)
    else:
        ledger.post(legs=legs, reference=what, **post)


def _take_back(order: Order, amount: Money, *, is_full: bool) -> tuple[Money, list[tuple[Holder, Money]]]:
    """What the seller owes in USD for money already released, and the legs that make it the buyer's.

    A full refund undoes the release: the fee comes back, and the seller owes the dollars received less
    those refunded since. That is below zero, and a credit, where refunds in part took more than the net.
    """
    fee_back = order.fee_taken if is_full else order.total * 0
    share = amount - fee_back
    usd = order.released_usd if is_full else convert(share, usd_rate=order.usd_rate, to=USD)
    order.fee_taken -= fee_back
    order.released -= amount
    order.released_usd -= usd
    return usd, [(ledger.SERVICE_FEE, -fee_back), *ledger.exchanged(usd, share)]


def _coupon_usd(order: Order, coupon: Money) -> Money:
    """The coupon's part in USD, exactly as it was redeemed."""
    if not coupon.amount:
        return from_minor(0)
    return Redemption.objects.get(order_id=order.pk).used


def _channel(order: Order) -> Holder:
    """Cash goes back the way it came."""
    online = order.payments.filter(state=PaymentState.SUCCEEDED).exclude(method="tt").exists()
    return ledger.GATEWAY if online else ledger.BANK
