"""A seller's store coupons: the list with their uses, a new one, an end (ORD-7)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from assurance.kernel.days import day_of
from assurance.kernel.money import USD, Money
from assurance.kernel.rules import RuleViolation
from assurance.ui import paging
from assurance.ui.fields import DecimalField, NumberField, day_picker
from assurance.ui.refusals import blame
from coupons import queries, rules, services
from coupons.services import StoreTerms
from sellers.views.seller.base import SellerRequest, act, for_seller, page, status_of

PERCENT, AMOUNT = "percent", "amount"


class StoreCouponForm(forms.Form):
    """A store coupon as a seller writes it: a percentage or an amount, never both."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Shown to buyers."))
    kind = forms.ChoiceField(
        label=_("Discount type"),
        choices=[(PERCENT, _("A percentage of the goods")), (AMOUNT, _("An amount off the goods"))],
        widget=forms.RadioSelect,
        initial=PERCENT,
    )
    percent = DecimalField(
        label=_("Percentage"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=rules.STORE_MOST_PERCENT,
        decimal_places=2,
    )
    amount = DecimalField(
        label=_("Amount"), required=False, min_value=0, max_value=rules.STORE_MOST_DOLLARS, decimal_places=2
    )
    least = DecimalField(
        label=_("Minimum order"),
        required=False,
        min_value=0,
        max_value=rules.STORE_MOST_DOLLARS,
        decimal_places=2,
        help_text=_("Of the goods, without shipping."),
    )
    first_day = forms.DateField(label=_("First day"), widget=day_picker())
    last_day = forms.DateField(label=_("Last day"), widget=day_picker())
    limit = NumberField(
        label=_("Total uses"),
        required=False,
        min_value=1,
        max_value=rules.STORE_MOST_USES,
        help_text=_("Leave empty for no limit."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind = given.get("kind")
        if kind in (PERCENT, AMOUNT) and given.get(kind) is None and kind not in self.errors:
            self.add_error(kind, _("Enter the discount."))
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The end is before the beginning."))
        return given

    def terms(self) -> StoreTerms:
        given = self.cleaned_data
        by_percent = given["kind"] == PERCENT
        return StoreTerms(
            name=given["name"],
            percent=given["percent"] if by_percent else None,
            amount=None if by_percent else Money(given["amount"], USD),
            least=Money(given["least"] or Decimal(0), USD),
            first_day=given["first_day"],
            last_day=given["last_day"],
            limit=given["limit"],
        )


@for_seller
@require_safe
def coupon_list(request: SellerRequest) -> HttpResponse:
    """The account's store coupons, the newest first, with how often each is used."""
    shown = paging.page(queries.store_coupons_of(request.seller.pk), ("-id",), request.GET)
    rows = [(one, rules.store_state(queries.store_facts(one), request.at)) for one in shown.rows]
    return page(request, "coupons/seller/list.html", {"page": shown, "rows": rows})


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def new_coupon(request: SellerRequest) -> HttpResponse:
    """A new store coupon; what is wrong with it stands beside the field."""
    form = StoreCouponForm(request.POST or None, initial={"first_day": day_of(request.at)})
    violation, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.make_store_coupon(
                    seller_id=request.seller.pk, terms=form.terms(), at=request.at, actor=request.actor
                )
            except RuleViolation as caught:
                violation, status = caught, status_of(caught)
                blame(form, caught)
            else:
                messages.success(request, _now("“%(name)s” is offered to buyers.") % {"name": made.name})
                return redirect("ma:coupons")
    context = {"form": form, "violation": violation, "policy": request.policy}
    return page(request, "coupons/seller/new.html", context, status=status)


@for_seller
def end_coupon(request: SellerRequest, pk: int) -> HttpResponse:
    """No more orders take it; 404 for another seller's."""
    found = queries.store_coupons_of(request.seller.pk).filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return redirect("ma:coupons")
    act(
        request,
        lambda: services.end_store_coupon(coupon_id=pk, at=request.at, actor=request.actor),
        _now("“%(name)s” is ended. Orders that carry it keep it.") % {"name": found.name},
    )
    return redirect("ma:coupons")
