"""The page of one order, as its buyer sees it."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from assurance.kernel.days import end_of, from_day
from claims import queries as claims
from orders.models import Method
from orders.queries import buyer
from orders.queries import refunds as refund_queries
from orders.queries.buyer import Detail
from orders.queries.facts import balance_of, funds, held
from orders.queries.quote import promise
from orders.rules import guarantees, lifecycle, refunds
from orders.rules.amendments import lapses_at
from orders.views import proposals, reviews, wording
from orders.views.buyer import access
from orders.views.buyer.progress import cards, route
from orders.views.buyer.standing import Standing
from orders.views.buyer.steps import next_step
from orders.views.contract import versions_said
from orders.views.history import happened
from orders.views.receipt import automatic_receipt


@login_required
@never_cache
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order: what comes next, its guarantees, its money, its way and what has happened."""
    at = clock.now()
    found = access.own_order(request, number)
    shown = buyer.detail(found, at)
    claim = claims.of_buyer(found.buyer_id).filter(order=found).first()
    standing = Standing(
        order=found,
        view=shown.view,
        claim=claim,
        is_paying=shown.payment is not None and shown.payment.state == "pending",
        proposed=shown.proposal.day if shown.proposal else None,
        at=at,
        by_transfer=shown.payment is not None and shown.payment.method == Method.TT,
        may_review=reviews.stop(found, shown.view, at)[1] == "now",
        refund=refund_queries.standing(shown.refund, shown.view.facts.policy, at) if shown.refund else None,
    )
    is_to_come = not shown.is_paid and shown.view.state != lifecycle.CLOSED
    context = {
        "now": at,
        "order": found,
        "shown": shown,
        "claim": claim,
        "step": next_step(standing),
        "state": wording.state_badge(shown.view.state),
        "stops": route(standing),
        "cards": cards(standing, promise(found, at) if is_to_come else None),
        "balance": balance_of(found),
        "left": lifecycle.due_now(funds(found)),
        "paid": found.cash + found.method_fee,
        "held": held(found) if shown.is_paid else None,
        "versions": versions_said(found),
        "happened": happened(shown),
        "can": _can(shown, standing),
        "refund_closes": guarantees.refund_window(shown.view.facts),
        "escalate_from": _escalate_from(shown),
        "proposed": proposals.lines(shown),
        "receipt": automatic_receipt(shown, "buyer"),
        "answer_until": lapses_at(shown.proposal.day) if shown.proposal else None,
    }
    return render(request, "orders/buyer/detail.html", context)


def _can(shown: Detail, standing: Standing) -> set[str]:
    """The verbs that the page offers; the services decide whether they are allowed."""
    state, view = shown.view.state, shown.view
    verbs = {name for name in ("cancel", "receive", "extend", "address") if state in lifecycle.ALLOWED[name]}
    if state in lifecycle.ALLOWED["decline_buyer"]:
        verbs.discard("cancel")  # who is asked answers
    if state == lifecycle.AWAITING_RECEIPT and shown.order.buyer_extended:
        verbs.discard("extend")
    if shown.is_paid and state != lifecycle.CLOSED:
        verbs |= _about_money(shown, standing)
    if view.received_at is not None:
        verbs.discard("address")
    return verbs


def _about_money(shown: Detail, standing: Standing) -> set[str]:
    """The balance while it is open, at any time (PAY-1); refunds only once it is paid (CPN-6)."""
    if lifecycle.due_now(funds(shown.order)).amount:
        return set() if standing.is_paying else {"balance"}
    window = guarantees.refund_window(shown.view.facts)
    return {"refund"} if window is None or standing.at < end_of(window) else set()


def _escalate_from(shown: Detail) -> datetime | None:
    """From when the buyer may bring an unanswered or refused refund before the platform (RFD-2)."""
    if shown.refund is None or shown.refund.state != refunds.NEGOTIATING:
        return None
    days = shown.view.facts.policy.refund_escalate_days
    return from_day(shown.refund.opened_at, days)
