"""The seller's order list."""

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assurance.ui import paging
from orders.models import Order
from orders.queries import desk
from orders.queries import seller as orders
from orders.queries.rows import read
from orders.views.seller.desk_forms import PickedForm
from orders.views.seller.filters import CHIP_NAMES, TAB_NAMES, FilterForm, staff_names
from orders.views.seller.rows import looks
from sellers.views.seller.base import SellerRequest, for_seller, page

UNDO = "orders_deleted"


@for_seller
@require_safe
def order_list(request: SellerRequest) -> HttpResponse:
    """One page of orders with its tabs, counts and filters, all of which stand in the address.

    htmx asks for the filters alone when somebody opens them.
    """
    return show(request, request.GET)


def show(request: SellerRequest, query: QueryDict, returned: PickedForm | None = None) -> HttpResponse:
    """The list at an address of it; a form that was refused stands in its place with what was typed."""
    form = FilterForm(query)
    wanted = form.wanted()
    offers = desk.offers(request.seller.pk, request.user.pk, countries=form.is_open)
    if form.is_open:
        form.offer(offers)
    filters = {
        "selects": [form[name] for name in form.SELECTS] if form.is_open else [],
        "applied": form.applied({"salesperson": staff_names(offers)}),
        "list_url": reverse("ma:orders"),
        "query": query,
    }
    if request.headers.get("HX-Request") and returned is None:
        return render(request, "orders/filters.html", filters)
    kept = next((one for one in offers.kept if one.is_default), None)
    if kept is not None and not request.GET and returned is None:
        return redirect(f"{reverse('ma:orders')}?{kept.query or 'tab=all'}")
    found, keys = orders.listed(request.seller.pk, wanted, request.at)
    shown = paging.page(found, keys, query)
    matches: QuerySet[Order] | int = found if shown.previous or shown.next else len(shown.rows)
    counts = orders.counts(request.seller.pk, wanted, request.at, None if wanted.is_plain else matches)
    rows = orders.rows(read(shown.rows), request.at, version=request.version)
    lit = request.qualification in ("active", "temporary")
    chips = [(name, label, counts.chips[name], getattr(wanted, name)) for name, label in CHIP_NAMES.items()]
    context = {
        "form": form,
        "wanted": wanted,
        "tabs": [(name, label, counts.tabs[name]) for name, label in TAB_NAMES.items()],
        "chips": chips if lit else chips[1:],
        **filters,
        "is_narrowed": not wanted.is_plain,
        "counts": counts,
        "overdue_orders": counts.overdue,
        "page": shown,
        "looks": looks(rows, request.at, lit=lit, ticked=returned.numbers if returned else ()),
        "offers": offers,
        "picked": returned or PickedForm(),
        "undo": request.session.pop(UNDO, None) if UNDO in request.session else None,
    }
    return page(request, "orders/seller/list.html", context, status=422 if returned else 200)
