"""Acts on the orders ticked in the list, kept filters, and one order's desk: notes, labels, salesperson (ORD-9)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from assurance.kernel.rules import RuleViolation
from assurance.ui.given import whole
from assurance.ui.refusals import refused
from orders.models import Order
from orders.queries import desk as known
from orders.services import desk
from orders.services.desk import SELLER, Outcome
from orders.views import outcomes
from orders.views.seller import detail
from orders.views.seller import list as listing
from orders.views.seller.desk_forms import AssignForm, KeepForm, LabelForm, NoteForm, PickedForm
from sellers.views.seller.base import SellerRequest, for_seller, page, verb_of

_of_list = verb_of("ma:orders")


@for_seller
def picked(request: SellerRequest) -> HttpResponse:
    """Carry out an act on the ticked orders and come back to the list where it was left.

    A refused form stands at this address; links of the list under it lead on from there.
    """
    if request.method != "POST":
        return _back(request.GET)
    form = PickedForm(request.POST)
    query = QueryDict(request.POST.get("query", ""))
    if not form.is_valid():
        return listing.show(request, query, form)
    given = form.cleaned_data
    try:
        outcome = _carry_out(request, form.numbers, given)
    except RuleViolation as violation:
        refused(request, violation)
        return _back(query)
    outcomes.tell(request, given["act"], outcome)
    if given["act"] == "delete" and outcome.changed:
        request.session[listing.UNDO] = outcome.changed
    return _back(query)


def _carry_out(request: SellerRequest, numbers: list[str], given: dict[str, object]) -> Outcome:
    act, seller_id, at, actor = given["act"], request.seller.pk, request.at, request.actor
    if act == "assign":
        to = given["salesperson"] or None
        assert to is None or isinstance(to, int)
        return desk.assign(seller_id=seller_id, numbers=numbers, to=to, at=at, actor=actor)
    if act == "note":
        text = str(given["note"]).strip()
        return desk.note(seller_id=seller_id, numbers=numbers, text=text, at=at, actor=actor)
    if act in ("label", "unlabel"):
        name, on = str(given["label"]), act == "label"
        return desk.label(seller_id=seller_id, numbers=numbers, name=name, on=on, at=at)
    verb = desk.delete if act == "delete" else desk.restore
    return verb(side=SELLER, owner_id=seller_id, numbers=numbers, at=at, actor=actor)


def _back(query: QueryDict) -> HttpResponse:
    return redirect(f"{reverse('ma:orders')}?{query.urlencode() or 'tab=all'}")


@_of_list
def keep(request: SellerRequest) -> HttpResponse:
    """Keep the filters in force under a name."""
    form = KeepForm(request.POST)
    query = QueryDict(request.POST.get("query", "")[:1000])
    if not form.is_valid():
        messages.error(request, _("Give the filter a name of at most 40 letters."))
        return _back(query)
    given = form.cleaned_data
    try:
        desk.keep_filter(
            seller_id=request.seller.pk,
            user_id=request.user.pk,
            name=given["name"],
            query=query.urlencode(),
            default=given["default"],
        )
    except RuleViolation as violation:
        refused(request, violation)
        return _back(query)
    messages.success(request, _("Filter “%(name)s” is saved.") % given)
    return _back(query)


@_of_list
def change_kept(request: SellerRequest) -> HttpResponse:
    """Open the list with a kept filter, no longer, or delete it. One's own only; another's is not there."""
    mine = {"seller_id": request.seller.pk, "user_id": request.user.pk}
    act, given = request.POST.get("act", ""), request.POST.get("filter", "")
    pk = whole(given) or 0
    if act == "delete":
        desk.drop_filter(**mine, filter_id=pk)
        messages.success(request, _("The filter is deleted."))
    elif act in ("default", "plain"):
        desk.set_default(**mine, filter_id=pk if act == "default" else None)
        messages.success(request, _("The list opens as you chose."))
    return _back(QueryDict(request.POST.get("query", "")))


@for_seller
def order_desk(request: SellerRequest, number: str) -> HttpResponse:
    """An order's notes, labels and salesperson, of which the buyer sees nothing."""
    order = detail.own(request, number)
    offers = known.offers(request.seller.pk, request.user.pk, countries=False)
    if request.method == "POST":
        return _at_desk(request, order, offers.staff)
    return _desk(request, order, offers.staff)


def _desk(
    request: SellerRequest,
    order: Order,
    staff: list[tuple[int, str]],
    *,
    status: int = 200,
    **forms: NoteForm | LabelForm | AssignForm,
) -> HttpResponse:
    context = {
        "order": order,
        "notes": known.notes_on(order.pk),
        "labels": known.labels_on(order.pk),
        "note_form": NoteForm(),
        "label_form": LabelForm(),
        "assign_form": AssignForm(staff, now=order.salesperson_id),
        **forms,
    }
    return page(request, "orders/seller/desk.html", context, status=status)


def _at_desk(request: SellerRequest, order: Order, staff: list[tuple[int, str]]) -> HttpResponse:
    """Each form of the desk posts here and says by its button which it is."""
    act, posted = request.POST.get("act", ""), request.POST
    one: dict[str, Any] = {"seller_id": request.seller.pk, "numbers": [order.number], "at": request.at}
    note_form, label_form, assign_form = NoteForm(), LabelForm(), AssignForm(staff, now=order.salesperson_id)
    if act == "note":
        note_form = NoteForm(posted)
        if note_form.is_valid():
            desk.note(**one, text=note_form.cleaned_data["note"].strip(), actor=request.actor)
            return redirect("ma:order-desk", order.number)
    elif act in ("label", "unlabel"):
        label_form = LabelForm(posted)
        if label_form.is_valid():
            outcome = desk.label(**one, name=label_form.cleaned_data["label"], on=act == "label")
            for violation in outcome.refused.values():
                refused(request, violation)
            return redirect("ma:order-desk", order.number)
    elif act == "assign":
        assign_form = AssignForm(staff, posted)
        if assign_form.is_valid():
            to = assign_form.cleaned_data["salesperson"]
            desk.assign(**one, to=int(to) if to else None, actor=request.actor)
            return redirect("ma:order-desk", order.number)
    elif act.startswith("drop-") and (note_id := whole(act.removeprefix("drop-"))):
        desk.drop_note(seller_id=request.seller.pk, note_id=note_id)
        return redirect("ma:order-desk", order.number)
    return _desk(
        request,
        order,
        staff,
        status=422,
        note_form=note_form,
        label_form=label_form,
        assign_form=assign_form,
    )
