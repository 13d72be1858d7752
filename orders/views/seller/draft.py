"""Drafting an order for a buyer, and changing one before it is agreed (ORD-1)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assurance.accounts.models import User
from assurance.accounts.queries import buyer_by_email
from assurance.kernel.money import USD, Money
from assurance.kernel.queries import rates_at
from assurance.kernel.rules import RuleViolation
from assurance.ui import limits
from assurance.ui.given import whole
from assurance.ui.refusals import blame
from orders.models import Order
from orders.queries import contract as contracts
from orders.queries import seller as orders
from orders.queries.campaigns import allowance
from orders.queries.facts import elapsed, nominal_fee
from orders.queries.filters import CURRENCIES
from orders.queries.quote import Promise, promise
from orders.rules import lifecycle
from orders.services import contract, offer, start
from orders.services.offer import Draft
from orders.views.contract import Said, said
from orders.views.export_modes import export_modes
from orders.views.seller.draft_forms import (
    BaseItemFormSet,
    BuyerForm,
    DraftForm,
    first_values,
    item_rows,
    items_of,
    values_of,
)
from sellers.views.seller.base import SellerRequest, act, for_seller, page, status_of, verb_of

SEND, SAVE, SUM, MORE = "send", "save", "sum", "more"
RENAMED = {"dispatch_day": "day", "dispatch_days": "days"}
A_DAY = 24 * 3600
_SALT = "ma.draft"


@dataclass(frozen=True)
class Desk:
    """A contract being written: its forms, and the order if there is one already."""

    buyer: User
    form: DraftForm
    rows: BaseItemFormSet
    order: Order | None
    do: str

    def is_valid(self) -> bool:
        return self.form.is_valid() & self.rows.is_valid()

    def draft(self, at: datetime) -> Draft:
        """What is written, at the order's rates, or for a new one at those of the day. Refused MON-2."""
        draft = self.form.draft(self.rows.filled())
        if self.order is None:
            return offer.rated(draft, at)
        return replace(draft, usd_rate=self.order.usd_rate, cny_rate=self.order.cny_rate)


@dataclass(frozen=True)
class Preview:
    """What a contract comes to: its order, written or not, the fee on it, and what it would promise if paid now."""

    order: Order
    fee: Money
    promise: Promise

    @classmethod
    def of(cls, order: Order, at: datetime) -> "Preview":
        return cls(order, nominal_fee(order), promise(order, at))

    @property
    def expected(self) -> Money:
        """What reaches the seller's balance."""
        return self.order.total - self.fee

    @property
    def balance(self) -> Money | None:
        return self.order.total - self.order.initial if self.order.initial_minor else None


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def new_order(request: SellerRequest) -> HttpResponse:
    """Find the buyer by the exact e-mail, then write the contract."""
    token = request.GET.get("for", "")
    if not token:
        return _find_buyer(request)
    try:
        finder, buyer_id = signing.loads(token, salt=_SALT, max_age=A_DAY)
        buyer = User.objects.get(pk=buyer_id)
    except (signing.BadSignature, User.DoesNotExist):
        return redirect("ma:order-new")
    if finder != request.seller.pk:
        return redirect("ma:order-new")
    currency = request.GET.get("currency", USD)
    return _write(request, buyer, None, currency if currency in CURRENCIES else USD)


@for_seller
@require_http_methods(["GET", "HEAD", "POST"])
def edit_order(request: SellerRequest, number: str) -> HttpResponse:
    """Change a draft, or what a buyer asked for; once it is agreed, the order's page says so instead."""
    order = orders.find(request.seller.pk, number)
    if order is None:
        raise Http404
    now = elapsed(order, request.at)
    if request.method != "POST" and now.state not in lifecycle.ALLOWED["edit"]:
        return redirect("ma:order", order.number)
    return _write(request, order.buyer, order, order.currency)


@verb_of("ma:order")
def send_order(request: SellerRequest, number: str) -> HttpResponse:
    """Send a draft as it stands."""
    order = orders.find(request.seller.pk, number)
    if order is None:
        raise Http404
    act(
        request,
        lambda: contract.send(
            order_id=order.pk,
            seen=whole(request.POST.get("seen", "")),
            at=request.at,
            actor=request.actor,
        ),
        _("The draft is sent. The buyer confirms or declines it."),
    )
    return redirect("ma:order", order.number)


def _find_buyer(request: SellerRequest) -> HttpResponse:
    form = BuyerForm(request.POST or None, currencies=(USD, *rates_at(request.at)))
    status = 200
    if request.method == "POST":
        status = 422
        if not limits.may_look_up(str(request.seller.pk)):
            form.add_error("email", _("Too many look-ups. Try again in an hour."))
            status = 429
        elif form.is_valid():
            buyer = buyer_by_email(form.cleaned_data["email"])
            if buyer is not None and buyer.pk != request.user.pk:
                token = signing.dumps([request.seller.pk, buyer.pk], salt=_SALT)
                chosen = {"for": token, "currency": form.cleaned_data["currency"] or USD}
                return redirect(f"{request.path}?{urlencode(chosen)}")
            form.add_error(
                "email", _("No buyer uses this e-mail. Check it, or ask the buyer to sign up first.")
            )
    return page(request, "orders/seller/draft_buyer.html", {"form": form}, status=status)


def _write(request: SellerRequest, buyer: User, order: Order | None, currency: str) -> HttpResponse:
    desk = _desk(request, buyer, order, currency)
    violation: RuleViolation | None = None
    changed: Sequence[Said] = ()
    status = 200
    if desk.do in (SEND, SAVE):
        status = 422
        if desk.is_valid():
            try:
                saved = _save(request, desk)
            except RuleViolation as caught:
                violation, status = caught, status_of(caught)
                blame(desk.form, caught, RENAMED)
                if order is not None:
                    order.refresh_from_db()
                    changed = _meanwhile(request, desk)
            else:
                return redirect("ma:order", saved.number)
    context = {
        "buyer": buyer,
        "order": order,
        "form": desk.form,
        "rows": desk.rows,
        "policy": request.policy,
        "currency": currency,
        "rate": _rate(request, desk),
        "violation": violation,
        "is_sending": desk.do == SEND,
        "changed": changed,
        "is_draft": order is None or order.state == lifecycle.DRAFT,
        "preview": _preview(request, desk) if request.method == "POST" or order else None,
        "export_modes": export_modes(
            request.policy,
            allowance=allowance(request.seller.pk, request.at, but=order.pk if order else 0),
        ),
        "export": desk.form["export"].value(),
    }
    return page(request, "orders/seller/draft.html", context, status=status)


def _rate(request: SellerRequest, desk: Desk) -> Decimal | None:
    """USD for one of the contract's currency; none where there is nothing to convert, or no rate."""
    currency = desk.form.currency
    if currency == USD:
        return None
    rate = desk.order.usd_rate if desk.order else rates_at(request.at, [currency]).get(currency)
    return rate.normalize() if rate else None


def _desk(request: SellerRequest, buyer: User, order: Order | None, currency: str) -> Desk:
    do = request.POST.get("do", SUM) if request.method == "POST" else ""
    data = _with_another_row(request.POST) if do == MORE else request.POST if do else None
    if order is None:
        first = first_values(str(buyer.country), secrets.token_hex(8))
        return Desk(
            buyer,
            DraftForm(data, initial=first, currency=currency),
            item_rows(request.seller.pk, currency, data),
            None,
            do,
        )
    rows = item_rows(request.seller.pk, currency, data, items_of(order))
    return Desk(buyer, DraftForm(data, initial=values_of(order), currency=currency), rows, order, do)


def _with_another_row(sent: QueryDict) -> QueryDict:
    data = sent.copy()
    total = data.get("item-TOTAL_FORMS", "0")
    data["item-TOTAL_FORMS"] = str(int(total) + 1 if total.isdecimal() and len(total) < 3 else 1)
    return data


def _save(request: SellerRequest, desk: Desk) -> Order:
    """Write what the forms say. RuleViolation."""
    send = desk.do == SEND
    if desk.order is None:
        key = desk.form.cleaned_data["key"] or secrets.token_hex(8)
        made = start.by_seller(
            seller_id=request.seller.pk,
            buyer_id=desk.buyer.pk,
            draft=desk.draft(request.at),
            send=send,
            at=request.at,
            actor=request.actor,
            request_key=f"ma:{request.seller.pk}:{key}",
        )
    else:
        made = contract.change(
            order_id=desk.order.pk,
            draft=desk.draft(request.at),
            seen=desk.form.cleaned_data["seen"],
            send=send,
            at=request.at,
            actor=request.actor,
        )
    messages.success(
        request,
        _("The order is with the buyer, who confirms or declines it.")
        if made.state == lifecycle.AWAITING_BUYER
        else _("The draft is saved. The buyer does not see it yet."),
    )
    return made


def _meanwhile(request: SellerRequest, desk: Desk) -> list[Said]:
    """What has changed since the form was opened, by whomever. Pressing once more answers to that version."""
    order, seen = desk.order, desk.form.cleaned_data.get("seen")
    if order is None or not seen or seen == order.version:
        return []
    sent = request.POST.copy()
    sent["seen"] = str(order.version)
    desk.form.data = sent
    return [said(change) for change in contracts.since(order, seen)]


def _preview(request: SellerRequest, desk: Desk) -> Preview | None:
    """What it comes to as written so far; none while something in it makes no sense or is refused."""
    if not desk.form.is_bound:
        return Preview.of(desk.order, request.at) if desk.order else None
    if not desk.is_valid():
        return None
    try:
        draft = desk.draft(request.at)
        worked = offer.work_out(draft, offer.items_of(draft, by_seller=True), request.policy, request.at)
    except RuleViolation as violation:
        blame(desk.form, violation, RENAMED)
        return None
    by = desk.order.drafted_by if desk.order else "seller"
    return Preview.of(Order(seller=request.seller, drafted_by=by, **worked.columns), request.at)
