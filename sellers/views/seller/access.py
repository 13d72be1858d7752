"""Service access: the lamp, and joining or leaving the upgrade service (QUA-4, UPG-1 to UPG-4)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money
from assurance.kernel.rules import RuleViolation
from assurance.ui.refusals import blame
from coupons.rules import face
from logistics import queries as logistics
from orders.queries import rate
from sellers import queries, rules
from sellers.services import membership
from sellers.views.seller.base import SellerRequest, act, for_seller, page, status_of, verb_of

# Two totals whose coupons show how CPN-1 rounds up and where its cap begins.
EXAMPLES = (Money("193.00", USD), Money("990.01", USD))


class JoinForm(forms.Form):
    """Consent to one version of the terms; another in force by now asks for a new one."""

    consent = forms.BooleanField(
        required=False, label=gettext_lazy("I have read and agree to the terms of the upgrade service")
    )
    terms = forms.CharField(required=False, widget=forms.HiddenInput, initial=membership.TERMS_VERSION)

    def clean_terms(self) -> str:
        given: str = self.cleaned_data["terms"]
        if given != membership.TERMS_VERSION:
            raise forms.ValidationError(_("The terms have changed. Read them again before you join."))
        return given


@for_seller
@require_safe
def access(request: SellerRequest) -> HttpResponse:
    """What the account has, what it may do, and what joining commits to."""
    return _access(request, JoinForm())


@verb_of("ma:access")
def join(request: SellerRequest) -> HttpResponse:
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _access(request, form, status=422)
    try:
        membership.join(
            seller_id=request.seller.pk,
            consented=form.cleaned_data["consent"],
            at=request.at,
            actor=request.actor,
        )
    except RuleViolation as violation:
        blame(form, violation)
        return _access(request, form, violation, status=status_of(violation))
    messages.success(
        request, _("You are in the upgrade service now. Every order paid from now on is covered.")
    )
    return redirect("ma:access")


@verb_of("ma:access")
def leave(request: SellerRequest) -> HttpResponse:
    act(
        request,
        lambda: membership.leave(seller_id=request.seller.pk, at=request.at, actor=request.actor),
        _("You have left the upgrade service. Orders already covered stay covered."),
    )
    return redirect("ma:access")


@verb_of("ma:access")
def activate(request: SellerRequest) -> HttpResponse:
    act(
        request,
        lambda: membership.activate(seller_id=request.seller.pk, at=request.at, actor=request.actor),
        _("The lamp is lit. A contract that becomes effective in time keeps it lit."),
    )
    return redirect("ma:access")


@for_seller
@require_safe
def terms(request: SellerRequest, version: str) -> HttpResponse:
    """The terms of the upgrade service in one of their versions; earlier ones stay readable."""
    if version not in membership.TERMS_VERSIONS:
        raise Http404
    return page(
        request,
        f"sellers/seller/terms/{version}.html",
        {"version": version, "policy": request.policy},
    )


def _access(
    request: SellerRequest, form: JoinForm, violation: RuleViolation | None = None, *, status: int = 200
) -> HttpResponse:
    today = day_of(request.at)
    stays = queries.stays(request.seller.pk)
    current = next((stay for stay in stays if stay.left_at is None), None)
    cost = rate.cost(request.seller.pk, today, request.policy, request.at)
    quick, small = queries.rating_progress(request.seller.pk, request.policy)
    context: dict[str, Any] = {
        "form": form,
        "violation": violation,
        "standing": queries.standing(request.seller),
        "qualification": request.qualification,
        "lamp_out_at": rules.lamp_out_at(queries.standing(request.seller), request.policy, request.at),
        "obstacle_activate": _obstacle(
            rules.check_activate, queries.standing(request.seller), request.policy, request.at
        ),
        "stay": current,
        "days_in": (today - day_of(current.joined_at)).days if current else None,
        "leaves_from": rules.leaves_from(current, request.policy) if current else None,
        "would_leave_from": plus(today, request.policy.upgrade_leave_days),
        "obstacle_leave": _obstacle(rules.check_leave, stays, policy=request.policy, at=request.at),
        "obstacle_join": _obstacle(
            rules.check_join,
            stays,
            lit=request.qualification in ("active", "temporary"),
            consented=True,
            policy=request.policy,
            at=request.at,
        ),
        "terms_version": membership.TERMS_VERSION,
        "policy": request.policy,
        "cap": Money(request.policy.compensation_cap, USD),
        "examples": [(total, face(total, usd_rate=Decimal(1), policy=request.policy)) for total in EXAMPLES],
        "cost": cost,
        "quick_products": quick,
        "small_products": small,
        "lacks_line": logistics.suggestions(request.seller.pk, member=True).lacks_line,
    }
    return page(request, "sellers/seller/access.html", context, status=status)


def _obstacle(check: Callable[..., None], *facts: Any, **more: Any) -> RuleViolation | None:
    """Why a button would be refused now, so that the page can say it beside the button."""
    try:
        check(*facts, **more)
    except RuleViolation as violation:
        return violation
    return None
