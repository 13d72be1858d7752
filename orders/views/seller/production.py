"""Showing a buyer how the goods come along."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assurance.kernel.rules import RuleViolation
from assurance.ui.fields import ProseField
from assurance.ui.refusals import blame
from assurance.ui.uploads import UploadsField
from orders.models import Stage
from orders.queries import production as found
from orders.rules.production import MAKING
from orders.services import production
from orders.views.evidence import new_token
from orders.views.seller.detail import own
from sellers.views.seller.base import SellerRequest, for_seller, page, status_of


class UpdateForm(forms.Form):
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices)
    words = ProseField(
        label=gettext_lazy("Note to the buyer"),
        max_length=1000,
        required=False,
    )
    pictures = UploadsField(label=gettext_lazy("Pictures"), pictures_only=True, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="update_%s")


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def of_order(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    is_post = request.method == "POST"
    form = UpdateForm(request.POST, request.FILES) if is_post else UpdateForm()
    violation = None
    if is_post and form.is_valid():
        given = form.cleaned_data
        try:
            production.show(
                order_id=order.pk,
                stage=given["stage"],
                words=given["words"],
                uploads=given["pictures"],
                token=str(given["token"]),
                at=request.at,
                actor=request.actor,
            )
        except RuleViolation as caught:
            violation = caught
            blame(form, caught)
        else:
            messages.success(request, _("The buyer sees the update and has been told."))
            return redirect("ma:production", order.number)
    context = {
        "order": order,
        "form": form,
        "violation": violation,
        "updates": found.of_order(order.pk),
        "is_making": order.state in MAKING,
    }
    status = status_of(violation) if violation else 422 if form.errors else 200
    return page(request, "orders/seller/production.html", context, status=status)
