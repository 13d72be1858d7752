"""Choosing the seller account to work for, for people who have several posts."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assurance.accounts.models import User
from sellers import queries
from sellers.views.seller.base import CHOSEN


@login_required
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """The person's accounts; the chosen one is remembered until they sign out."""
    posts = queries.posts(cast(User, request.user).pk)
    if not posts:
        raise Http404
    if request.method == "POST":
        post = next((p for p in posts if str(p.seller_id) == request.POST.get("seller")), None)
        if post is None:
            raise Http404
        request.session[CHOSEN] = post.seller_id
        return redirect("ma:home")
    chosen = request.session.get(CHOSEN)
    return render(request, "sellers/seller/accounts.html", {"posts": posts, "chosen": chosen})
