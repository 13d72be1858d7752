"""A buyer's review, and the supplier's reply to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assurance.kernel.rules import RuleViolation
from orders.queries import reviews as found
from orders.services import reviews
from orders.views.reviews import ReplyForm
from orders.views.seller.detail import own
from sellers.views.seller.base import SellerRequest, for_seller, page, status_of


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = ReplyForm(request.POST or None)
    violation = None
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        try:
            reviews.reply(order_id=order.pk, words=words, at=request.at, actor=request.actor)
        except RuleViolation as caught:
            violation = caught
        else:
            messages.success(request, _("Your reply is published."))
            return redirect("ma:review", order.number)
    context = {
        "order": order,
        "form": form,
        "violation": violation,
        "review": found.of_order(order.pk),
    }
    status = status_of(violation) if violation else 422 if form.errors else 200
    return page(request, "orders/seller/review.html", context, status=status)
