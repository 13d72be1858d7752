"""The seller's order list."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assurance.ui import paging
from orders.queries import seller as orders
from orders.views.seller.filters import CHIP_NAMES, TAB_NAMES, FilterForm
from orders.views.seller.rows import looks
from sellers.views.seller.base import SellerRequest, for_seller, page


@for_seller
@require_safe
def order_list(request: SellerRequest) -> HttpResponse:
    """One page of orders with its tabs, counts and filters, all of which stand in the address.

    htmx asks for the filters alone when somebody opens them.
    """
    form = FilterForm(request.GET)
    wanted = form.wanted(request.GET.get("tab", "all"))
    shown_filters = {"selects": [form[name] for name in form.SELECTS] if form.is_open else []}
    if request.headers.get("HX-Request"):
        return render(request, "orders/seller/filters.html", {**shown_filters, "applied": form.applied()})
    found, keys = orders.listed(request.seller.pk, wanted, request.at)
    shown = paging.page(found, keys, request.GET)
    counts = orders.counts(request.seller.pk, wanted, request.at)
    context = {
        "form": form,
        "wanted": wanted,
        "tabs": [(name, label, counts.tabs[name]) for name, label in TAB_NAMES.items()],
        "chips": [
            (name, label, counts.chips[name], getattr(wanted, name)) for name, label in CHIP_NAMES.items()
        ],
        **shown_filters,
        "applied": form.applied(),
        "counts": counts,
        "overdue_orders": counts.overdue,
        "page": shown,
        "looks": looks(orders.rows(shown.rows, request.at, in_force=request.policy), request.at),
    }
    return page(request, "orders/seller/list.html", context)
