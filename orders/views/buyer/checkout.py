"""Checkout of a product, and payment of an order that is not paid yet.

Both pages keep what is chosen in their address; the button sends exactly what the summary shows. The
address of a checkout carries a key under which at most one order is made, whoever clicks how often.
"""

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from assurance.accounts.models import Address
from assurance.accounts.queries import addresses_of
from assurance.accounts.services import addresses as address_book
from assurance.accounts.views.settings import AddressForm
from assurance.kernel import clock
from assurance.kernel.money import Money, to_text
from assurance.kernel.rules import RuleViolation
from assurance.ui.given import whole
from assurance.ui.refusals import refused, told
from orders import gateway
from orders.models import Order, Payment, Source
from orders.queries.facts import balance_of, elapsed, funds, left_alone, policy_of
from orders.queries.quote import Quote, promise, quote
from orders.rules import lifecycle
from orders.services import payment, start
from orders.services.start import Draft
from orders.views.buyer import access, paying
from orders.views.buyer.forms import DUE, ShareForm
from sellers import queries as sellers
from sellers.models import Product
from sellers.views import destination
from sellers.views.buyer_forms import QuantityForm

KEY_LENGTH = 16
LINES_SHOWN = 5


class Changed(Exception):
    """What the person agreed to is no longer what it would be."""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Review one product's order; *Pay* makes the order and starts its payment (ORD-1, ORD-7)."""
    at = clock.now()
    chosen = request.POST if request.method == "POST" else request.GET
    product = _product(chosen.get("product", ""))
    key = chosen.get("start", "")
    if len(key) != KEY_LENGTH or not key.isalnum():
        return _to(request, f"{request.path}?{_query(request, start=secrets.token_hex(KEY_LENGTH // 2))}")
    made = Order.objects.filter(request_key=_request_key(request, key)).first()
    if made is not None and request.method != "POST":
        return _go_on(request, made, at)
    form = QuantityForm(chosen, product=product)
    if not form.is_valid():
        return _to(request, f"{reverse('shop:product', args=[product.pk])}?{_query(request)}")
    address = _address(request, chosen)
    if address is None:
        return _to(request, f"{reverse('orders:checkout_address')}?{_query(request)}")
    offer = quote(
        product,
        form.cleaned_data["quantity"],
        str(address.country),
        at=at,
        line_id=whole(chosen.get("line", "")),
        store=chosen.get("store", ""),
    )
    violation = None
    if request.method == "POST":
        try:
            return _place(request, key, offer, address, at)
        except RuleViolation as caught:
            violation = caught
        except Changed:
            messages.warning(request, _("Something has changed since you saw it. Check the order once more."))
            return redirect(f"{request.path}?{_query(request)}")
    context = {
        "now": at,
        "product": product,
        "quote": offer,
        "key": key,
        "source": _source(chosen.get("from", "")),
        "query": _query(request),
        "addresses": addresses_of(access.user(request).pk),
        "address": address,
        "lit": sellers.is_lit(product.seller, at),
        "first_lines": offer.offers[:LINES_SHOWN],
        "more_lines": offer.offers[LINES_SHOWN:],
        "more_count": len(offer.offers[LINES_SHOWN:]),
        "shown_total": to_text(offer.total),
        "violation": violation,
        "pays": paying.step(
            chosen,
            buyer_id=access.user(request).pk,
            due=offer.total,
            policy=offer.policy,
            at=at,
            country=str(address.country),
        ),
    }
    return render(request, _template(request, "checkout"), context, status=_status(request, violation))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout_address(request: HttpRequest) -> HttpResponse:
    """Add an address on the way to the checkout, and go on there with it."""
    country = destination.of_request(request)
    user = access.user(request)
    form = AddressForm(request.POST or None, initial={"country": country, "recipient": user.name})
    if request.method == "POST" and form.is_valid():
        try:
            saved = address_book.save(user_id=user.pk, values=form.cleaned_data)
        except RuleViolation as violation:
            form.add_error(None, told(violation))
        else:
            query = request.GET.copy()
            query["address"] = str(saved.pk)
            return redirect(f"{reverse('orders:checkout')}?{query.urlencode()}")
    back = next(iter(addresses_of(user.pk)), None)
    context = {"form": form, "country": country, "query": request.GET.urlencode(), "other": back}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "orders/buyer/checkout_address.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Pay an order or a part of it: how much, coupon, method, and on to the gateway (PAY-1, CPN-4)."""
    at = clock.now()
    order = access.own_order(request, number)
    chosen = request.POST if request.method == "POST" else request.GET
    due = lifecycle.due_now(funds(order))
    policy = policy_of(order, at)
    state = elapsed(order, at).state
    waiting = order.payments.filter(state="pending").first()
    violation = None
    if request.method == "POST":
        try:
            return redirect(gateway.page_of(_start_payment(request, order, at)))
        except RuleViolation as caught:
            violation = caught
    if due.amount <= 0 or waiting is not None or state not in lifecycle.ALLOWED["pay"]:
        if violation is not None:
            refused(request, violation)
        return _to(request, reverse("orders:detail", args=[order.number]))
    limit = left_alone(order, at)
    pays, share = paying.step_of(chosen, order, policy=policy, at=at)
    context = {
        "now": at,
        "order": order,
        "due": due,
        "pays": pays,
        "share": share,
        "balance": balance_of(order),
        "paid": funds(order).paid,
        "closes": limit[0] if limit else None,
        "promise": promise(order, at) if order.effective_at is None else None,
        "violation": violation,
    }
    return render(request, _template(request, "pay"), context, status=_status(request, violation))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_off_coupon(request: HttpRequest, number: str) -> HttpResponse:
    """Free the coupon that is reserved for an order; its payment page then shows the sum without one (CPN-4)."""
    order = access.own_order(request, number)
    address = reverse("orders:pay", args=[order.number])
    if request.method != "POST":
        return redirect(address)
    try:
        payment.take_off_coupon(order_id=order.pk, at=clock.now(), actor=access.actor(request))
    except RuleViolation as violation:
        refused(request, violation)
        return redirect(address)
    messages.success(request, _("The coupon has been removed from this order and can be used again."))
    return redirect(f"{address}?coupon={paying.NONE}")


def _source(given: str) -> str:
    """The lead source that the way here has in its address; anything else is the product's own page (ORD-9)."""
    return given if given in (Source.SEARCH, Source.CAMPAIGN) else ""


def _place(request: HttpRequest, key: str, offer: Quote, address: Address, at: datetime) -> HttpResponse:
    """Make the order and start its payment, or neither. RuleViolation, Changed."""
    line_id = whole(request.POST.get("line", ""))
    if str(address.pk) != request.POST.get("address"):
        raise Changed
    with transaction.atomic():
        order = start.by_buyer(
            buyer_id=access.user(request).pk,
            draft=Draft(
                items={offer.product.pk: offer.quantity},
                line_id=line_id,
                destination=str(address.country),
                address=address.as_text(),
                source=_source(request.POST.get("from", "")),
                store_coupon_id=whole(request.POST.get("store", "")),
            ),
            at=at,
            actor=access.actor(request),
            request_key=_request_key(request, key),
        )
        agreed = (request.POST.get("total"), line_id, address.as_text())
        if (to_text(order.total), order.line_id, order.address) != agreed:
            raise Changed
        if not order.rts:
            messages.success(request, _("The order is with the supplier, who confirms it before you pay."))
            return redirect("orders:detail", order.number)
        if order.effective_at is not None or order.closed_at is not None:
            return _go_on(request, order, at)
        return redirect(gateway.page_of(_start_payment(request, order, at)))


def _start_payment(request: HttpRequest, order: Order, at: datetime) -> Payment:
    """Start an attempt by what the form says. RuleViolation also for a method that is not offered."""
    method, coupon = request.POST.get("method", ""), request.POST.get("coupon", paying.NONE)
    gateway.check_offered(method, order)
    return payment.start(
        order_id=order.pk,
        method=method,
        coupon_id=None if coupon == paying.NONE else whole(coupon) or 0,
        amount=_amount(request, order),
        at=at,
        actor=access.actor(request),
    )


def _amount(request: HttpRequest, order: Order) -> Money | None:
    """What the summary showed to be paid beside the coupon; none for what is due. RuleViolation."""
    form = ShareForm(request.POST, currency=order.currency)
    if form.chosen == DUE:
        return None
    if form.other is None:
        raise RuleViolation("PAY-1", _("Enter the amount you pay now."), conflict=False, field="amount")
    return form.other


def _go_on(request: HttpRequest, order: Order, at: datetime) -> HttpResponse:
    """An order already made with this checkout: to its payment while it waits for it, else to its page."""
    waits = elapsed(order, at).state == lifecycle.AWAITING_PAYMENT
    return _to(request, reverse("orders:pay" if waits else "orders:detail", args=[order.number]))


def _to(request: HttpRequest, address: str) -> HttpResponse:
    """Another page, also where htmx asked for a part of this one."""
    return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else redirect(address)


def _request_key(request: HttpRequest, key: str) -> str:
    return f"shop:{access.user(request).pk}:{key}"


def _product(text: str) -> Product:
    found = (
        Product.objects.filter(pk=whole(text) or 0, is_listed=True)
        .select_related("seller")
        .prefetch_related("tiers")
        .first()
    )
    if found is None or not found.tiers.all():
        raise Http404
    return found


def _address(request: HttpRequest, chosen: Any) -> Address | None:
    """The address chosen, else the first one in the country that was asked for."""
    mine = list(addresses_of(access.user(request).pk))
    picked = next((one for one in mine if str(one.pk) == chosen.get("address")), None)
    if picked is not None:
        return picked
    country = chosen.get("to") or (str(mine[0].country) if mine else "")
    return next((one for one in mine if str(one.country) == country), None)


def _query(request: HttpRequest, **more: str) -> str:
    """The choices as an address: what was asked for, without what only the form needs."""
    query = (request.POST if request.method == "POST" else request.GET).copy()
    for name in ("csrfmiddlewaretoken", "total"):
        query.pop(name, None)
    for name, value in more.items():
        query[name] = value
    return query.urlencode()


def _template(request: HttpRequest, page: str) -> str:
    """htmx takes the form alone."""
    fragment = getattr(request, "htmx", False)
    return f"orders/buyer/{page}_form.html" if fragment else f"orders/buyer/{page}.html"


def _status(request: HttpRequest, violation: RuleViolation | None) -> int:
    if violation is not None:
        return 409 if violation.conflict else 422
    return 422 if request.method == "POST" else 200
