"""Files of order lists: asking for one, seeing how far it is, fetching it. Only its maker ever finds it (ORD-9)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.rules import RuleViolation
from assurance.ui.refusals import refused
from orders import tasks
from orders.models import ExportState, ListExport
from orders.queries import desk, own
from orders.services import exports
from orders.views import outcomes
from orders.views.buyer import access
from orders.views.buyer.list import FilterForm as BuyerFilterForm
from orders.views.buyer.list import tab_names
from orders.views.filtering import ListFilterForm
from orders.views.seller.filters import CHIP_NAMES, TAB_NAMES, FilterForm, staff_names
from sellers.views.seller.base import SellerRequest, for_seller, page

SHOWN = 20
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@for_seller
def of_seller(request: SellerRequest) -> HttpResponse:
    """One's own files of this account; a POST asks for another."""
    if request.method == "POST":
        form = FilterForm(QueryDict(request.POST.get("query", "")))
        offers = desk.offers(request.seller.pk, request.user.pk, countries=False)
        tabs = {name: str(label) for name, label in TAB_NAMES.items()}
        said = _said(form, tabs, form.applied({"salesperson": staff_names(offers)}))
        return _ask(request, form, said, request.seller.pk, "ma:exports")
    context = _shown(desk.exports_of(request.user.pk, request.seller.pk))
    if request.headers.get("HX-Request"):
        return render(request, "orders/exports.html", context)
    return page(request, "orders/seller/exports.html", context)


@login_required
@never_cache
def of_buyer(request: HttpRequest) -> HttpResponse:
    """One's own files of what one has ordered; a POST asks for another."""
    if request.method == "POST":
        form = BuyerFilterForm(QueryDict(request.POST.get("query", "")))
        return _ask(request, form, _said(form, tab_names(), form.applied({})), None, "orders:exports")
    context = _shown(desk.exports_of(access.user(request).pk, None))
    template = "orders/exports.html" if request.headers.get("HX-Request") else "orders/buyer/exports.html"
    return render(request, template, context)


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, key: str) -> HttpResponseBase:
    """The finished file, for its maker alone. Whoever follows a mail when it is gone is told so by the list."""
    maker = access.user(request).pk
    gone = ListExport.objects.filter(user=maker, key=key, state=ExportState.EXPIRED).first()
    if gone is not None:
        messages.error(request, _("This file is no longer kept. Request it again."))
        return redirect("ma:exports" if gone.seller_id else "orders:exports")
    return finished(maker, key)


def finished(user_id: int, key: UUID | str) -> FileResponse:
    """A finished file of somebody's, who must also still work for the shop; 404 for everybody else."""
    found = ListExport.objects.filter(user=user_id, key=key, state=ExportState.FINISHED).first()
    if found is None or not default_storage.exists(found.file):
        raise Http404
    if found.seller_id and found.seller_id not in own.sellers_of(found.user_id):
        raise Http404
    day = day_of(found.finished_at or found.asked_at)
    return FileResponse(
        default_storage.open(found.file),
        as_attachment=True,
        filename=f"orders-{day:%Y-%m-%d}.{found.format}",
        content_type=_TYPES[found.format],
    )


def _ask(
    request: HttpRequest, form: ListFilterForm, said: str, seller_id: int | None, then: str
) -> HttpResponse:
    try:
        exports.ask(
            user_id=access.user(request).pk,
            seller_id=seller_id,
            format=request.POST.get("format", ""),
            wanted=form.wanted(),
            at=clock.now(),
            language=get_language() or "en",
            said=said,
            picked=outcomes.ticked(request.POST),
        )
    except RuleViolation as violation:
        refused(request, violation)
    else:
        tasks.look()
        messages.success(request, _("The file is being generated. You can continue working meanwhile."))
    return redirect(reverse(then))


def _said(form: ListFilterForm, tabs: dict[str, str], applied: list[tuple[str, str, str, str]]) -> str:
    """What the file holds, in words: its tab, its filters and its search."""
    wanted = form.wanted()
    chips = [str(label) for name, label in CHIP_NAMES.items() if getattr(wanted, name)]
    filters = [
        _("%(label)s: %(value)s") % {"label": label, "value": value}
        for _name, label, value, _given in applied
    ]
    text = [f"“{wanted.text}”"] if wanted.text else []
    return " · ".join([tabs[wanted.tab], *chips, *filters, *text])


def _shown(mine: QuerySet[ListExport]) -> dict[str, object]:
    rows = list(mine[:SHOWN])
    is_busy = any(row.state in (ExportState.ASKED, ExportState.RUNNING) for row in rows)
    return {"exports": rows, "is_busy": is_busy, "kept_days": exports.KEPT.days}
