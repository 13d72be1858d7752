"""Freight templates: the list, a new one, a change, and how far one reaches (LOG-2, LOG-7)."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assurance.kernel.rules import RuleViolation
from assurance.ui.refusals import blame
from logistics import queries as logistics
from logistics.models import FreightTemplate, Line
from logistics.services import templates
from logistics.views.template_forms import BaseLineFormSet, TemplateForm, line_rows
from sellers import queries as sellers
from sellers.views.seller.base import SellerRequest, for_seller, page, status_of

USUAL_DAYS = 7


@dataclass(frozen=True)
class Row:
    """A template in the list; `covered` are the core countries to which a line of it is guaranteed."""

    template: FreightTemplate
    lines: list[Line]
    covered: list[str]


@for_seller
@require_safe
def template_list(request: SellerRequest) -> HttpResponse:
    """All templates with their lines, how far they reach, and what is suggested."""
    member = sellers.is_member(request.seller.pk, request.at)
    found = list(logistics.templates_of(request.seller.pk).prefetch_related("lines__line"))
    facts = logistics.facts_of(found)
    context = {
        "rows": [
            Row(
                each,
                [row.line for row in each.lines.all()],
                [code for code in logistics.CORE_COUNTRIES if code in facts[each.pk].guaranteed],
            )
            for each in found
        ],
        "suggestions": logistics.suggestions(request.seller.pk, member=member),
    }
    return page(request, "logistics/seller/templates.html", context)


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def new_template(request: SellerRequest) -> HttpResponse:
    return _edit(request, None)


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: SellerRequest, pk: int) -> HttpResponse:
    found = logistics.templates_of(request.seller.pk).filter(pk=pk).first()
    if found is None:
        raise Http404
    return _edit(request, found)


def _edit(request: SellerRequest, found: FreightTemplate | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = TemplateForm(request.seller.pk, data, template=found)
    rows = line_rows(found, data)
    violation, status = None, 200
    if data is not None:
        status = 422
        if form.is_valid() & rows.is_valid():
            try:
                saved = _save(request, found, form, rows)
            except RuleViolation as caught:
                violation, status = caught, status_of(caught)
                blame(form, caught)
            else:
                messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
                return redirect("ma:template", saved.pk)
    context = {
        "template": found,
        "form": form,
        "rows": rows,
        "violation": violation,
        **_reach(request, found),
    }
    return page(request, "logistics/seller/template.html", context, status=status)


def _save(
    request: SellerRequest, found: FreightTemplate | None, form: TemplateForm, rows: BaseLineFormSet
) -> FreightTemplate:
    return templates.save(
        seller_id=request.seller.pk,
        template_id=found.pk if found else None,
        name=form.cleaned_data["name"],
        lines=rows.prices(),
        product_ids=[product.pk for product in form.cleaned_data["products"]],
        at=request.at,
        actor=request.actor,
    )


def _reach(request: SellerRequest, found: FreightTemplate | None) -> dict[str, object]:
    """By when per country for goods paid now, at the pace of the slowest linked product."""
    if found is None:
        return {}
    days = logistics.slowest_dispatch(found.pk) or USUAL_DAYS
    member = sellers.is_member(request.seller.pk, request.at)
    return {
        "dispatch_days": days,
        "is_member": member,
        "reaches": logistics.reach(found.pk, dispatch_days=days, member=member, at=request.at),
    }
