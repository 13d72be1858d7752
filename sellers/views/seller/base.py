"""Who acts in MA: the seller account of the signed-in person's post, and what every page of it shows."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache

from assurance.accounts.models import User
from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.kernel.models import PolicyVersion
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.kernel.rules import RuleViolation
from assurance.ui.refusals import refused
from orders.queries import seller as orders
from sellers import queries, rules
from sellers.models import Seller, Staff

CHOSEN = "seller_id"
P = ParamSpec("P")


class SellerRequest(HttpRequest):
    """A request of a seller's staff: the account, one instant, and the policy and lamp at that instant."""

    user: User
    seller: Seller
    actor: Actor
    at: datetime
    version: PolicyVersion
    policy: Policy
    qualification: str
    has_other_accounts: bool


Page = Callable[Concatenate[SellerRequest, P], HttpResponse]


def for_seller(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page of MA. Somebody without a post finds nothing here; with several, one is chosen first.

    Two queries: the posts with their accounts, and the policy.
    """

    @login_required
    @never_cache
    @wraps(view)
    def entered(given: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = cast(SellerRequest, given)
        posts = queries.posts(request.user.pk)
        if not posts:
            raise Http404
        post = _chosen(request, posts)
        if post is None:
            return redirect("ma:accounts")
        request.seller, request.at = post.seller, clock.now()
        request.actor = Actor("seller", request.user.pk)
        request.version = policy_at(request.at)
        request.policy = request.version.policy
        request.qualification = rules.qualification(queries.standing(post.seller), request.policy, request.at)
        request.has_other_accounts = len(posts) > 1
        return view(request, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], entered)


def verb_of(home: str) -> Callable[[Page[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """A form's address below the page `home`. Whoever comes there without the form, as after switching the

    language on a refused one, is led back to that page.
    """

    def mark(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        def posted(request: SellerRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method != "POST":
                return redirect(reverse(home, args=args, kwargs=kwargs))
            return view(request, *args, **kwargs)

        return for_seller(wraps(view)(posted))

    return mark


def _chosen(request: HttpRequest, posts: list[Staff]) -> Staff | None:
    if len(posts) == 1:
        return posts[0]
    return next((post for post in posts if post.seller_id == request.session.get(CHOSEN)), None)


def page(
    request: SellerRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page of MA with its bar. `overdue_orders` is counted here unless the page knows it."""
    bar = {
        "now": request.at,
        "seller": request.seller,
        "lit": request.qualification in ("active", "temporary"),
        "has_other_accounts": request.has_other_accounts,
        "works_for_seller": True,
        "overdue_orders": SimpleLazyObject(lambda: orders.overdue_count(request.seller.pk, request.at)),
    }
    return render(request, template, bar | (context or {}), status=status)


def act(request: SellerRequest, verb: Callable[[], object], done: str) -> bool:
    """Carry out a verb for which nothing was typed; the next page says what happened, or why not."""
    try:
        verb()
    except RuleViolation as violation:
        refused(request, violation)
        return False
    messages.success(request, done)
    return True


def status_of(violation: RuleViolation) -> int:
    """409 where the state forbids a verb, 422 where the values do."""
    return 409 if violation.conflict else 422
