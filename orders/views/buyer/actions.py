"""The verbs of an order's page. Each is a POST that comes back to the page and says what happened there."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assurance.accounts.models import Address
from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import instant_text
from assurance.ui.given import whole
from assurance.ui.refusals import refused
from assurance.ui.wording import last_moment
from orders.models import Order
from orders.queries.facts import carries_delivery, facts, parcels_of
from orders.rules import guarantees
from orders.services import amendment, closing, receipt
from orders.views.buyer import access
from orders.views.buyer.forms import OrderAddressForm

Act = Callable[[Order, datetime, Actor, QueryDict], str]
View = Callable[..., HttpResponse]


def verb(act: Act, *, home: str = "orders:detail") -> View:
    """A view for one act on one's own order. `act` returns what to say; its refusal is said instead.

    A GET, which only a reload or a sign-in in between can send, does nothing and shows the order.
    """

    @login_required
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def carried_out(request: HttpRequest, number: str) -> HttpResponse:
        order = access.own_order(request, number)
        if request.method == "POST":
            try:
                said = act(order, clock.now(), access.actor(request), request.POST)
            except RuleViolation as violation:
                refused(request, violation)
            else:
                messages.success(request, said)
        return redirect(home, order.number)

    return carried_out


@verb
def confirm(order: Order, at: datetime, actor: Actor, sent: QueryDict) -> str:
    """Agree to the version that the page showed, and to no other (ORD-1); without one, to none."""
    seen = whole(str(sent.get("seen", ""))) or 0
    closing.confirm(order_id=order.pk, by="buyer", seen=seen, at=at, actor=actor)
    return _("You confirmed the order. You can pay it now.")


@verb
def decline(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    closing.decline(order_id=order.pk, reason="terms", by="buyer", at=at, actor=actor)
    return _("You declined the order. It is closed, and nothing was charged.")


@verb
def cancel(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    closing.cancel(order_id=order.pk, by="buyer", at=at, actor=actor)
    return _("The order is cancelled. Nothing was charged, and a coupon chosen for it is free again.")


@verb
def receive(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    receipt.receive(order_id=order.pk, at=at, actor=actor)
    return _("You confirmed receipt. The money is released to the supplier.")


@verb
def extend(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    longer = receipt.extend(order_id=order.pk, by="buyer", at=at, actor=actor)
    due = longer.receipt_due_at or at
    return _("Receipt is now confirmed automatically after %(moment)s.") % {
        "moment": instant_text(last_moment(due))
    }


@verb
def accept_date(order: Order, at: datetime, actor: Actor, sent: QueryDict) -> str:
    """Accept the day that the page showed, and no other that has been proposed since (DSP-6)."""
    try:
        seen = date.fromisoformat(sent.get("day", ""))
    except ValueError:
        seen = date.min
    amendment.accept(order_id=order.pk, day=seen, at=at, actor=actor)
    return _("You accepted the new dispatch day. It is guaranteed in place of the old one.")


@verb
def refuse_date(order: Order, at: datetime, actor: Actor, _sent: QueryDict) -> str:
    amendment.refuse(order_id=order.pk, at=at, actor=actor)
    return _("You refused the new dispatch day. The agreed day stands.")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, number: str) -> HttpResponse:
    """Another delivery address in the same country; what that ends stands beside the form (DLV-6)."""
    at = clock.now()
    order = access.own_order(request, number)
    known = facts(order, parcels_of(order.pk), at)
    form = OrderAddressForm(request.POST or None, instance=Address(**_without_country(order.address)))
    violation = None
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data | {"country": str(order.destination)}
        try:
            receipt.change_address(order_id=order.pk, address=wanted, at=at, actor=access.actor(request))
        except RuleViolation as caught:
            violation = caught
        else:
            messages.success(request, _("The delivery address is changed. The supplier has been told."))
            return redirect("orders:detail", order.number)
    context = {
        "now": at,
        "order": order,
        "form": form,
        "violation": violation,
        "ends_guarantee": order.effective_at is not None
        and guarantees.address_ends_delivery(known, at, carries=carries_delivery(order)),
    }
    return render(request, "orders/buyer/address.html", context, status=status(form, violation))


def _without_country(address: dict[str, str]) -> dict[str, str]:
    return {name: address.get(name, "") for name in OrderAddressForm.Meta.fields}


def status(form: BaseForm, violation: RuleViolation | None) -> int:
    """409 where the state forbids a verb, 422 where what was typed does."""
    if violation is not None:
        return 409 if violation.conflict else 422
    return 422 if form.is_bound and form.errors else 200
