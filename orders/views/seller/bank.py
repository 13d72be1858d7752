"""Money on the bank statements that waits to be associated with the seller's orders (PAY-2)."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from assurance.ui import paging
from orders.queries import seller as orders
from orders.rules import lifecycle
from sellers.views.seller.base import SellerRequest, for_seller, page


@for_seller
@require_safe
def waiting_lines(request: SellerRequest) -> HttpResponse:
    """The statement lines that name one of the seller's orders, oldest first."""
    shown = paging.page(orders.open_bank_lines(request.seller.pk), ("id",), request.GET)
    context = {"page": shown, "not_agreed": lifecycle.NOT_AGREED}
    return page(request, "orders/seller/associate.html", context)
