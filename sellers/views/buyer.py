"""The shop's catalogue: search, a product, and how the guarantees work."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.money import from_minor
from assurance.kernel.queries import policy_at
from assurance.ui.given import whole
from assurance.ui.paging import page
from logistics import queries as logistics
from logistics.queries import Search
from orders.queries import reviews
from orders.queries.quote import quote
from sellers import queries as sellers
from sellers.models import Product
from sellers.views import destination, wording
from sellers.views.buyer_forms import QuantityForm, SearchForm

SHOWN = 24
LINES_SHOWN = 5
ORDERS = {"": ("-id",), "price": ("first_price", "id")}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search over all products, with badges for the visitor's destination (MKT-1, LOG-3)."""
    at = clock.now()
    country = destination.of_request(request)
    form = SearchForm(
        request.GET.dict() | {"to": country},
        today=day_of(at),
        categories=[(name, wording.category_name(name)) for name in logistics.categories()],
        destinations=destination.choices(country),
    )
    form.is_valid()
    asked = form.cleaned_data
    wanted = Search(
        country=country,
        words=asked.get("q", ""),
        category=asked.get("category", ""),
        rts=asked.get("rts", False),
        by=asked.get("by"),
        seller_id=whole(request.GET.get("seller", "")),
    )
    found = logistics.search(wanted, at=at).select_related("seller")
    shown = page(found, ORDERS[asked.get("sort", "")], request.GET, size=SHOWN)
    context = {
        "now": at,
        "form": form,
        "q": wanted.words,
        "wanted": wanted,
        "page": shown,
        "listings": logistics.listings(shown.rows, country, at=at),
        "supplier": shown.rows[0].seller if wanted.seller_id and shown.rows else None,
        "has_filters": bool(wanted.category or wanted.rts or wanted.by or wanted.words or wanted.seller_id),
    }
    response = render(request, "sellers/buyer/home.html", context)
    destination.remember(request, response, country)
    return response


@require_safe
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: prices, shipping for a quantity and a country, both guarantees, *Start order*.

    A change of quantity, country or line is this page again; htmx takes only its order form.
    """
    at = clock.now()
    shown = _listed(pk)
    country = destination.of_request(request)
    form = QuantityForm(request.GET if "quantity" in request.GET else None, product=shown)
    quantity = form.cleaned_data["quantity"] if form.is_valid() else form.fields["quantity"].initial
    # A line that was only preselected gives way to the one preselected for the new quantity or country.
    line = request.GET.get("line", "")
    line_id = None if line == request.GET.get("usual") else whole(line)
    made = quote(shown, quantity, country, at=at, line_id=line_id)
    badges = logistics.listings([shown], country, at=at)[0]
    context = {
        "now": at,
        "product": shown,
        "form": form,
        "quote": made,
        "tiers": _tiers(shown, quantity),
        "country": country,
        "destinations": destination.choices(country),
        "first_lines": made.offers[:LINES_SHOWN],
        "more_lines": made.offers[LINES_SHOWN:],
        "more_count": len(made.offers[LINES_SHOWN:]),
        "listing": badges,
        "lit": sellers.is_lit(shown.seller, at),
        "others": Product.objects.filter(seller=shown.seller, is_listed=True).count() - 1,
        "today": day_of(at),
    }
    fragment = getattr(request, "htmx", False)
    if not fragment:
        context["reviews"] = reviews.of_product(shown.pk)
    name = "sellers/buyer/order_form.html" if fragment else "sellers/buyer/product.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    destination.remember(request, response, country)
    return response


@require_safe
def guarantees(request: HttpRequest) -> HttpResponse:
    """How the guarantees work, with the figures in force (POL-1)."""
    at: datetime = clock.now()
    return render(request, "sellers/buyer/guarantees.html", {"now": at, "policy": policy_at(at).policy})


def _listed(pk: int) -> Product:
    found = (
        Product.objects.filter(pk=pk, is_listed=True, tiers__isnull=False)
        .select_related("seller__company")
        .prefetch_related("tiers")
        .distinct()
        .first()
    )
    if found is None:
        raise Http404
    return found


def _tiers(product: Product, quantity: int) -> list[dict[str, object]]:
    """Price tiers with the last quantity of each, and which one the quantity falls into."""
    rows = list(product.tiers.all())
    ends = [row.min_quantity - 1 for row in rows[1:]] + [None]
    return [
        {
            "first": row.min_quantity,
            "last": last,
            "price": from_minor(row.price_minor, product.currency),
            "chosen": row.min_quantity <= quantity and (last is None or quantity <= last),
        }
        for row, last in zip(rows, ends, strict=True)
    ]
