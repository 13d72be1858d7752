"""Reviewing one's completed order."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assurance.kernel import clock
from assurance.kernel.days import end_of
from assurance.kernel.rules import RuleViolation
from orders.queries import reviews as found
from orders.queries.facts import parcels_of, view
from orders.rules import lifecycle, reviews
from orders.services import reviews as services
from orders.views.buyer import access
from orders.views.buyer.actions import status
from orders.views.reviews import ReviewForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: str) -> HttpResponse:
    """The form, or the review that was written with its reply."""
    at = clock.now()
    order = access.own_order(request, number)
    form = ReviewForm(request.POST or None)
    violation = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        stars = services.Stars(given["product"], given["service"], given["shipment"])
        try:
            services.review(
                order_id=order.pk, stars=stars, words=given["words"], at=at, actor=access.actor(request)
            )
        except RuleViolation as caught:
            violation = caught
        else:
            messages.success(request, _("Your review is published. Thank you."))
            return redirect("orders:review", order.number)
    standing = view(order, parcels_of(order.pk), at)
    last = reviews.last_day(standing.received_at) if standing.received_at else None
    context = {
        "now": at,
        "order": order,
        "form": form,
        "violation": violation,
        "review": found.of_order(order.pk),
        "last_day": last,
        "is_open": standing.state == lifecycle.COMPLETED and last is not None and at < end_of(last),
    }
    return render(request, "orders/buyer/review.html", context, status=status(form, violation))
