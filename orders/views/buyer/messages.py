"""The buyer's side of an order's messages."""

from django.contrib import messages as told
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assurance.kernel import clock
from orders.views import messages
from orders.views.buyer import access


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_order(request: HttpRequest, number: str) -> HttpResponse:
    """Read and write on one's own order."""
    at = clock.now()
    order = access.own_order(request, number)
    form, violation, is_sent = messages.written(request, order, "buyer", at, access.actor(request))
    if is_sent:
        told.success(request, _("Your message is sent."))
        return redirect("orders:messages", order.number)
    shown = messages.context(request, order, "buyer", form, violation)
    code = messages.status(form, violation)
    return render(request, "orders/buyer/messages.html", {"now": at, **shown}, status=code)


@login_required
@never_cache
@require_POST
def read(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer has had the messages on screen."""
    return messages.marked_read(request, access.own_order(request, number), "buyer", "orders:messages")
