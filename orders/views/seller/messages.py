"""The supplier's side of an order's messages."""

from django.contrib import messages as told
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.views import messages
from orders.views.seller.detail import own
from sellers.views.seller.base import SellerRequest, for_seller, page


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def of_order(request: SellerRequest, number: str) -> HttpResponse:
    """Read and write on an order of the account."""
    order = own(request, number)
    form, violation, is_sent = messages.written(request, order, "supplier", request.at, request.actor)
    if is_sent:
        told.success(request, _("Your message is sent."))
        return redirect("ma:messages", order.number)
    shown = messages.context(request, order, "supplier", form, violation)
    return page(request, "orders/seller/messages.html", shown, status=messages.status(form, violation))


@for_seller
@require_POST
def read(request: SellerRequest, number: str) -> HttpResponse:
    """The shop has had the messages on screen; whoever of the staff it was."""
    return messages.marked_read(request, own(request, number), "supplier", "ma:messages")
