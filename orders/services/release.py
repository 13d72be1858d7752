"""Paying the seller: held money goes to the balance at receipt, less the fee (PAY-4, ORD-5)."""

from datetime import datetime

from assurance.kernel.money import USD, convert
from assurance.ledger import services as ledger
from orders.models import Order
from orders.queries.facts import held, nominal_fee
from orders.rules import terms
from orders.services import book
from sellers.services import funds


def release(order: Order, at: datetime) -> None:
    """Release what is held for a received, locked order; nothing while a refund is being decided.

    The net becomes USD once, at the order's rate (PAY-4). Columns are changed; the caller saves.
    """
    left = held(order)
    if order.disputed or not left.amount:
        return
    fee = terms.fee_due(
        nominal_fee(order) - order.fee_taken, left=left, fully_refunded=order.refunded_at is not None
    )
    net = left - fee
    net_usd = convert(net, usd_rate=order.usd_rate, to=USD)
    out = [(ledger.held(order.pk), -left), (ledger.SERVICE_FEE, fee), *ledger.exchanged(net, net_usd)]
    part = order.released_minor
    order.released += left
    order.released_usd += net_usd
    order.fee_taken += fee
    if not net_usd.amount:
        ledger.post(
            what="release",
            rule="PAY-4",
            cause=("order", order.pk),
            at=at,
            reference=f"release:{order.pk}:{part}",
            legs=out,
        )
        return
    funds.credit(
        seller_id=order.seller_id,
        amount=net_usd,
        paid_by=out,
        what="release",
        rule="PAY-4",
        cause=("order", order.pk),
        reference=f"release:{order.pk}:{part}",
        at=at,
    )
    book.tell_seller(order, "money_released", at, amount=str(net_usd.amount))
