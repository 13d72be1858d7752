"""A buyer's list of orders, with its tabs, search and filters, and what can be done with ticked ones (ORD-9)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from assurance.ui import parts
from assurance.ui.paging import page
from claims import queries as claims
from orders.models import Order, OrderLine
from orders.queries import buyer
from orders.queries.facts import View
from orders.queries.refunds import negotiated
from orders.rules import lifecycle
from orders.rules.amendments import lapses_at
from orders.services import desk
from orders.services.desk import BUYER
from orders.views import outcomes, wording
from orders.views.buyer import access
from orders.views.buyer.standing import Standing, Step
from orders.views.buyer.steps import next_step
from orders.views.filtering import ANY, IdField, ListFilterForm, WordsField

UNDO = "purchases_deleted"


class FilterForm(ListFilterForm):
    """What a buyer narrows the list to."""

    TABS = buyer.TABS
    SELECTS = ("state", "supplier", "created_from", "created_to")
    TEXT = "words"

    state = forms.ChoiceField(
        required=False, label=gettext_lazy("State"), choices=lambda: [ANY, *wording.state_names()]
    )
    words = WordsField(required=False)
    supplier = IdField(required=False, label=gettext_lazy("Supplier"))


@dataclass(frozen=True)
class Row:
    """An order in the list."""

    order: Order
    view: View
    step: Step
    lines: list[OrderLine]

    @property
    def others(self) -> int:
        """How many products there are beside the first."""
        return len(self.lines) - 1

    @property
    def is_overdue(self) -> bool:
        """The mark matters while the order is under way; what is over keeps it on its own page."""
        return self.view.overdue and self.view.state not in (lifecycle.COMPLETED, lifecycle.CLOSED)

    @property
    def badges(self) -> SafeString:
        """The state, and what marks the order beside it."""
        marks = [wording.state_badge(self.view.state)]
        if self.is_overdue:
            marks.append(parts.badge(_("Overdue"), "warning", "late"))
        if self.order.disputed:
            marks.append(parts.badge(_("Refund applied for"), "hourglass", "soon"))
        if self.order.has_unread:  # type: ignore[attr-defined]
            href = reverse("orders:messages", args=[self.order.number])
            marks.append(
                format_html('<a href="{}">{}</a>', href, parts.badge(_("New message"), "chat", "accent"))
            )
        return format_html_join(" ", "{}", ((mark,) for mark in marks))


def tab_names() -> dict[str, str]:
    return {
        buyer.ALL: _("All"),
        buyer.PAY: _("To pay"),
        buyer.DISPATCH: _("To be dispatched"),
        buyer.RECEIVE: _("To receive"),
        buyer.REFUND: _("Refund"),
        buyer.DONE: _("Completed and closed"),
    }


@login_required
@never_cache
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The buyer's orders, newest first, by tab, search and filters."""
    at, user = clock.now(), access.user(request)
    form = FilterForm(request.GET)
    wanted = form.wanted()
    shops = dict(buyer.suppliers(user.pk)) if form.is_open or wanted.supplier else {}
    form.choose_from("supplier", ((str(pk), name) for pk, name in shops.items()))
    filters = {
        "selects": [form[name] for name in form.SELECTS] if form.is_open else [],
        "applied": form.applied({"supplier": shops}),
        "list_url": reverse("orders:list"),
        "query": request.GET,
    }
    if request.headers.get("HX-Request"):
        return render(request, "orders/filters.html", filters)
    shown = page(buyer.with_rest(buyer.matching(user.pk, wanted, at)), ("-id",), request.GET)
    counts = buyer.counts(user.pk, at)
    context = {
        "now": at,
        "rows": _rows(user.pk, shown.rows),
        "page": shown,
        "form": form,
        "tab": wanted.tab,
        "tabs": [(name, label, counts[name]) for name, label in tab_names().items()],
        "words": wanted.text,
        "wanted": wanted,
        "chips": [
            ("dispatch", _("On-time dispatch"), wanted.dispatch),
            ("delivery", _("On-time delivery"), wanted.delivery),
            ("overdue", _("Overdue"), wanted.overdue),
        ],
        "is_narrowed": not wanted.is_plain,
        **filters,
        "undo": request.session.pop(UNDO, None) if UNDO in request.session else None,
    }
    return render(request, "orders/buyer/list.html", context)


def _rows(user_id: int, found: list[Order]) -> list[Row]:
    at = clock.now()
    views = buyer.views(found, at)
    claimed = [order.pk for order in found if order.claimed_at]
    made = (
        {claim.order_id: claim for claim in claims.of_buyer(user_id).filter(order__in=claimed)}
        if claimed
        else {}
    )
    refunds = negotiated(found, views, at)
    rows = []
    for order in found:
        standing = Standing(
            order=order,
            view=views[order.pk],
            claim=made.get(order.pk),
            is_paying=order.is_paying,  # type: ignore[attr-defined]
            proposed=_still_open(order.proposed_day, at),  # type: ignore[attr-defined]
            at=at,
            refund=refunds.get(order.pk),
        )
        lines = order.pictured_lines  # type: ignore[attr-defined]
        rows.append(Row(order, standing.view, next_step(standing), lines))
    return rows


def _still_open(proposed: date | None, at: datetime) -> date | None:
    """A proposed day that can still be accepted; swept or not, it lapses with the clock (TIM-3)."""
    return proposed if proposed and at < lapses_at(proposed) else None


@login_required
@never_cache
def picked(request: HttpRequest) -> HttpResponse:
    """Delete the ticked orders from one's own list, or put them back; then the list where it was left."""
    query = QueryDict(request.POST.get("query", ""))
    numbers, act = outcomes.ticked(request.POST), request.POST.get("act", "")
    if request.method == "POST" and not numbers:
        messages.error(request, outcomes.nothing())
    elif request.method == "POST" and act in ("delete", "restore"):
        given: dict[str, Any] = {"side": BUYER, "owner_id": access.user(request).pk, "numbers": numbers}
        verb = desk.delete if act == "delete" else desk.restore
        outcome = verb(**given, at=clock.now(), actor=access.actor(request))
        outcomes.tell(request, act, outcome)
        if act == "delete" and outcome.changed:
            request.session[UNDO] = outcome.changed
    return redirect(f"{reverse('orders:list')}?{query.urlencode()}")
