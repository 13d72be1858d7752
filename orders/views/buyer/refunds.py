"""*Apply for refund* and what follows, as the buyer sees it, apart from any claim (CLM-2)."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assurance.kernel import clock
from assurance.kernel.days import day_of, plus
from assurance.kernel.events import Actor
from assurance.kernel.money import Money, from_minor
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import day_text
from assurance.ui.given import whole
from assurance.ui.refusals import blame
from orders.models import Order, Refund
from orders.queries.facts import held, parcels_of, view
from orders.queries.refunds import application
from orders.rules import guarantees
from orders.services import refunds
from orders.views.buyer import access
from orders.views.buyer.actions import status, verb
from orders.views.buyer.forms import RefundForm
from orders.views.evidence import EvidenceForm, told

_refund_verb = partial(verb, home="orders:refund")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, number: str) -> HttpResponse:
    """The form, or the application that is open and how it stands; the last one decided stays below the form."""
    at = clock.now()
    order = access.own_order(request, number)
    form = _form(order, at, request.POST or None, request.FILES or None)
    violation = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            refunds.apply(
                order_id=order.pk,
                amount=form.wanted,
                cause=given["cause"],
                reason=given["reason"],
                uploads=given["evidence"],
                at=at,
                actor=access.actor(request),
            )
        except RuleViolation as caught:
            violation = caught
            blame(form, caught)
        else:
            days = view(order, parcels_of(order.pk), at).facts.policy.refund_answer_days
            said = _("You applied for a refund. The supplier answers by %(day)s.")
            messages.success(request, said % {"day": day_text(plus(day_of(at), days))})
            return redirect("orders:refund", order.number)
    return _page(request, order, at, form=form, violation=violation)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Words and files added to the open application."""
    at = clock.now()
    order = access.own_order(request, number)
    if request.method != "POST":
        return redirect("orders:refund", order.number)
    form = EvidenceForm(request.POST, request.FILES)
    violation = None
    if form.is_valid():
        try:
            refunds.add(
                refund_id=_latest(order).pk,
                side=refunds.BUYER,
                at=at,
                actor=access.actor(request),
                **form.said,
            )
        except RuleViolation as caught:
            violation = caught
        else:
            messages.success(request, _("Added. The supplier has been told."))
            return redirect("orders:refund", order.number)
    return _page(request, order, at, evidence_form=form, violation=violation)


@_refund_verb
def escalate(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    refunds.escalate(refund_id=_latest(order).pk, at=at, actor=actor)
    return _("The refund is with the platform now. You will be told what it decides.")


@_refund_verb
def accept(order: Order, at: datetime, actor: Actor, sent: QueryDict) -> str:
    """Accept the offer that the page showed, and no other that has been made since."""
    refunds.accept(refund_id=_latest(order).pk, seen=_seen(order, sent), at=at, actor=actor)
    return _("You accepted the offer. It is paid back the way you paid.")


@_refund_verb
def decline(order: Order, at: datetime, actor: Actor, sent: QueryDict) -> str:
    words = str(sent.get("words", "")).strip()[:500]
    refunds.decline(refund_id=_latest(order).pk, seen=_seen(order, sent), words=words, at=at, actor=actor)
    return _("You declined the offer. Your application stands.")


@_refund_verb
def withdraw(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    refunds.withdraw(refund_id=_latest(order).pk, at=at, actor=actor)
    return _("You withdrew the application. The order goes on as before.")


def _page(
    request: HttpRequest,
    order: Order,
    at: datetime,
    *,
    form: RefundForm | None = None,
    evidence_form: EvidenceForm | None = None,
    violation: RuleViolation | None = None,
) -> HttpResponse:
    standing = view(order, parcels_of(order.pk), at)
    last = order.refunds.select_related("order__policy").order_by("-id").first()
    case = application(last, at) if last else None
    last_day = guarantees.refund_window(standing.facts)
    context: dict[str, Any] = {
        "now": at,
        "order": order,
        "form": form or _form(order, at),
        "evidence_form": evidence_form or EvidenceForm(),
        "violation": violation,
        "case": case,
        "thread": told(case) if case else [],
        "left": order.cash - order.refunded,
        "is_held": held(order).amount > 0,
        "last_day": last_day,
        "policy": standing.facts.policy,
    }
    used = evidence_form or form
    code = status(used, violation) if used is not None else 200
    return render(request, "orders/buyer/refund.html", context, status=code)


def _form(order: Order, at: datetime, *sent: Any) -> RefundForm:
    return RefundForm(*sent, left=order.cash - order.refunded, known=view(order, parcels_of(order.pk), at))


def _latest(order: Order) -> Refund:
    found: Refund | None = order.refunds.order_by("-id").first()
    if found is None:
        raise RuleViolation("STA-1", _("No refund has been applied for on this order."))
    return found


def _seen(order: Order, sent: QueryDict) -> Money:
    """The amount on the page; one that cannot be read is no offer of anybody."""
    return from_minor(whole(str(sent.get("seen", ""))) or 0, order.currency)
