"""Money on the bank statements that waits to be associated with the seller's orders (PAY-2)."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from assurance.kernel.money import Money
from assurance.ui import paging
from orders.models import BankLine
from orders.queries import seller as orders
from orders.queries.bank import awaited
from orders.rules.bank import matching
from orders.rules.bank.matching import Awaits
from sellers.views.seller.base import SellerRequest, for_seller, page


@dataclass(frozen=True)
class Waiting:
    """A line with what its order waits for, and what all its lines together come to (`matching.compared`)."""

    line: BankLine
    order: Awaits
    outcome: str
    by: Money


@for_seller
@require_safe
def waiting_lines(request: SellerRequest) -> HttpResponse:
    """The statement lines that name one of the seller's orders, oldest first."""
    shown = paging.page(orders.open_bank_lines(request.seller.pk), ("id",), request.GET)
    stands = awaited([line.order for line in shown.rows if line.order is not None], request.at)
    rows = [_waiting(line, stands[line.order_id or 0]) for line in shown.rows]
    return page(request, "orders/seller/associate.html", {"page": shown, "rows": rows})


def _waiting(line: BankLine, order: Awaits) -> Waiting:
    return Waiting(line, order, *matching.compared(order))
