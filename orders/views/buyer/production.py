"""How the goods of one's order come along."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from orders.queries import production
from orders.views.buyer import access


@login_required
@never_cache
@require_safe
def of_order(request: HttpRequest, number: str) -> HttpResponse:
    order = access.own_order(request, number)
    context = {"now": clock.now(), "order": order, "updates": production.of_order(order.pk)}
    return render(request, "orders/buyer/production.html", context)
