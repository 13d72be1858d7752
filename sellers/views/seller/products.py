"""A seller's products: the list, a new one, a change."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from assurance.ui import paging
from assurance.ui.refusals import blame
from logistics import queries as logistics
from logistics.services import catalogue
from sellers import queries
from sellers.models import Product
from sellers.views.seller.base import SellerRequest, for_seller, page, status_of
from sellers.views.seller.product_forms import ProductForm, tier_rows


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=120)
    rts = forms.BooleanField(required=False)
    unlisted = forms.BooleanField(required=False)


@for_seller
@require_safe
def products(request: SellerRequest) -> HttpResponse:
    """The products, newest first; search and filters stand in the address."""
    form = SearchForm(request.GET)
    form.is_valid()
    found = logistics.products_of(request.seller.pk)
    text = form.cleaned_data.get("q", "").strip()
    if text:
        found = found.filter(Q(name__icontains=text) | Q(name_zh__icontains=text))
    if form.cleaned_data["rts"]:
        found = found.filter(rts=True)
    if form.cleaned_data["unlisted"]:
        found = found.filter(is_listed=False)
    quick, small = queries.rating_progress(request.seller.pk, request.policy)
    context = {
        "form": form,
        "text": text,
        "page": paging.page(found, ("-id",), request.GET),
        "quick_products": quick,
        "small_products": small,
        "policy": request.policy,
    }
    return page(request, "sellers/seller/products.html", context)


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def new_product(request: SellerRequest) -> HttpResponse:
    return _edit(request, None)


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def product(request: SellerRequest, pk: int) -> HttpResponse:
    found = logistics.products_of(request.seller.pk).filter(pk=pk).first()
    if found is None:
        raise Http404
    return _edit(request, found)


def _edit(request: SellerRequest, found: Product | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ProductForm(request.seller.pk, data, product=found)
    tiers = tier_rows(found, data)
    violation, status = None, 200
    if data is not None:
        status = 422
        if form.is_valid() & tiers.is_valid():
            try:
                saved = _save(request, found, form, tiers.tiers())
            except RuleViolation as caught:
                violation, status = caught, status_of(caught)
                blame(form, caught)
            else:
                messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
                return redirect("ma:product", saved.pk)
    context = {"product": found, "form": form, "tiers": tiers, "violation": violation}
    return page(request, "sellers/seller/product.html", context, status=status)


def _save(
    request: SellerRequest, found: Product | None, form: ProductForm, tiers: list[tuple[int, Money]]
) -> Product:
    details, template = form.details(tiers), form.cleaned_data["template"]
    template_id = template.pk if template else None
    if found is None:
        return catalogue.create(
            seller_id=request.seller.pk,
            details=details,
            template_id=template_id,
            at=request.at,
            actor=request.actor,
        )
    return catalogue.change(
        product_id=found.pk, details=details, template_id=template_id, at=request.at, actor=request.actor
    )
