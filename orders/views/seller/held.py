"""Money that is held for the seller's orders: how much, until when, and what it waits for (PAY-4, ORD-8)."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from assurance.kernel.money import Money
from assurance.ui import paging
from orders.models import Order
from orders.queries import facts
from orders.queries import seller as orders
from orders.queries.seller import Row
from orders.rules import lifecycle
from sellers.views.seller.base import SellerRequest, for_seller, page

_NOT_PAID = _("The initial payment is not complete")
WAITS_FOR: dict[str, Promise] = {
    lifecycle.INITIAL_SHORT: _NOT_PAID,
    lifecycle.INITIAL_TO_CONFIRM: _NOT_PAID,
    lifecycle.AWAITING_DISPATCH: _("Dispatch, then the buyer’s receipt"),
    lifecycle.PARTLY_DISPATCHED: _("The rest to be dispatched, then the buyer’s receipt"),
    lifecycle.AWAITING_RECEIPT: _("The buyer’s receipt; automatic through that day"),
}
_DISPUTED = _("A refund is being decided")
_IN_A_MOMENT = _("Released in a moment")


@dataclass(frozen=True)
class Held:
    """A row: the order, its state by the clock, what is held, what it waits for, and until when at the latest.

    `until` is a deadline, stored as the instant 00:00 of the day after; none while no clock runs.
    """

    order: Order
    state: Promise
    amount: Money
    why: Promise
    rule: str
    until: datetime | None


@for_seller
@require_safe
def held(request: SellerRequest) -> HttpResponse:
    """The orders whose money is held, the newest first."""
    waiting = orders.with_money_held(request.seller.pk).select_related("policy", "buyer")
    shown = paging.page(waiting, ("-id",), request.GET)
    found = orders.rows(shown.rows, request.at, version=request.version)
    context = {"page": shown, "rows": [_held(row) for row in found], "sums": orders.held(request.seller.pk)}
    return page(request, "orders/seller/held.html", context)


def _held(row: Row) -> Held:
    order, state = row.order, row.view.state
    known = (order, lifecycle.STATE_NAMES[state], facts.held(order))
    if order.disputed:
        return Held(*known, _DISPUTED, "RFD-2", None)
    until = order.receipt_due_at if state == lifecycle.AWAITING_RECEIPT else None
    return Held(*known, WAITS_FOR.get(state, _IN_A_MOMENT), "ORD-8" if until else "PAY-4", until)
