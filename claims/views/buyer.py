"""*Make a claim*, and then its progress."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assurance.kernel import clock
from assurance.kernel.days import end_of
from assurance.kernel.money import USD, Money, ceil_whole, convert, rounded
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import day_text
from assurance.ui.fields import ProseField
from claims import queries, rules, services
from coupons import queries as coupons
from coupons import rules as coupon_rules
from orders.models import Order
from orders.queries.buyer import detail
from orders.queries.facts import View
from orders.rules import guarantees
from orders.views.buyer import access

KINDS = (rules.DISPATCH, rules.DELIVERY)


class ClaimForm(forms.Form):
    guarantee = forms.ChoiceField(
        choices=[(kind, kind) for kind in KINDS],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose the guarantee that was missed.")
        ),
    )
    note = ProseField(
        label=gettext_lazy("Anything the reviewer should know"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("The dates come from payment and tracking; you need not prove them."),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that this uses up the only claim on this order."),
        error_messages={"required": gettext_lazy("Tick the box to continue.")},
    )


@dataclass(frozen=True)
class Choice:
    """A guarantee to claim for: its state, its day, when it was done, and the refusal a claim for it would meet."""

    kind: str
    state: str
    due: datetime | None
    done: datetime | None
    refusal: RuleViolation | None


@dataclass(frozen=True)
class Working:
    """How the coupon's face comes about (CPN-1); amounts in USD."""

    total: Money
    percent: Decimal
    share: Money
    raised: Money
    cap: Money
    face: Money


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """Claim on an order, or see how its claim goes; refusals in the order of CLM-4."""
    at = clock.now()
    order = access.own_order(request, number)
    made = queries.of_buyer(order.buyer_id).filter(order=order).first()
    if made is not None and request.method != "POST":
        coupon_state = coupons.state(made.coupon, at) if made.coupon else ""
        standing = queries.dossier(made, at).view
        context = {
            "now": at,
            "order": order,
            "claim": made,
            "review_due": end_of(made.review_by),
            "is_late": queries.dossier(made, at).is_late,
            "coupon_state": coupon_state,
            "working": _working(order, standing),
            "policy": standing.facts.policy,
        }
        return render(request, "claims/buyer/progress.html", context)
    form = ClaimForm(request.POST or None)
    violation = None
    if request.method == "POST" and form.is_valid():
        try:
            filed = services.file(
                order_id=order.pk,
                guarantee=form.cleaned_data["guarantee"],
                user_id=order.buyer_id,
                note=form.cleaned_data["note"],
                at=at,
                actor=access.actor(request),
            )
        except RuleViolation as caught:
            violation = caught
        else:
            by = day_text(filed.review_by)
            messages.success(request, _("Your claim is made. We review it by %(day)s.") % {"day": by})
            return redirect("claims:new", order.number)
    shown = detail(order, at)
    choices = [_choice(shown.view, kind, at) for kind in KINDS]
    asked = request.POST.get("guarantee") or request.GET.get("guarantee")
    open_ones = [choice.kind for choice in choices if choice.refusal is None]
    status = 200
    if violation is not None:
        status = 409 if violation.conflict else 422
    elif form.is_bound:
        status = 422
    context = {
        "now": at,
        "order": order,
        "shown": shown,
        "form": form,
        "violation": violation,
        "choices": [choice for choice in choices if choice.state != guarantees.NONE],
        "refusal": choices[0].refusal if not open_ones else None,
        "picked": asked if asked in open_ones else next(iter(open_ones), ""),
        "late": next((choice for choice in choices if choice.refusal is None), None),
        "working": _working(order, shown.view),
        "policy": shown.view.facts.policy,
        "review_due": end_of(rules.review_due(at, shown.view.facts.policy)),
    }
    return render(request, "claims/buyer/new.html", context, status=status)


def _choice(view: View, kind: str, at: datetime) -> Choice:
    try:
        rules.check_claim(view.facts, kind, is_buyer=True, at=at)
        refusal = None
    except RuleViolation as violation:
        refusal = violation
    promise = view.facts.promise
    due = view.facts.deadline if kind == rules.DISPATCH else end_of(promise) if promise else None
    done = view.dispatched_at if kind == rules.DISPATCH else view.delivered_at
    return Choice(kind, rules.guarantee_state(view.facts, kind, at), due, done, refusal)


def _working(order: Order, view: View) -> Working:
    policy = view.facts.policy
    total = convert(order.total, usd_rate=order.usd_rate, to=USD)
    share = total.amount * policy.compensation_percent / 100
    return Working(
        total=total,
        percent=policy.compensation_percent,
        share=rounded(share, USD),
        raised=ceil_whole(Money(share, USD)),
        cap=Money(policy.compensation_cap, USD),
        face=coupon_rules.face(order.total, usd_rate=order.usd_rate, policy=policy),
    )
