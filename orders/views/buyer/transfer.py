"""Paying by T/T: what the buyer tells the bank (PAY-2)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from orders.models import Method, PaymentState
from orders.queries.accounts import accounts
from orders.queries.facts import elapsed, left_alone
from orders.rules import lifecycle
from orders.rules.bank.reference import in_groups, reference_of
from orders.views.buyer import access


@login_required
@never_cache
@require_safe
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """The amount, the accounts and the order's reference, for the T/T payment that the buyer has chosen."""
    at = clock.now()
    order = access.own_order(request, number)
    payment = order.payments.filter(method=Method.TT, state=PaymentState.STARTED).first()
    if payment is None or elapsed(order, at).state == lifecycle.CLOSED:
        return redirect("orders:pay", order.number)
    limit = left_alone(order, at)
    reference = reference_of(order.number)
    context = {
        "now": at,
        "order": order,
        "payment": payment,
        "plain_amount": f"{payment.cash.amount}",
        "reference": reference,
        "spaced": in_groups(reference),
        "accounts": accounts(order.currency),
        "arrived": order.bank_lines.filter(state="open").order_by("id"),
        "closes": limit[0] if limit else None,
    }
    return render(request, "orders/buyer/transfer.html", context)
