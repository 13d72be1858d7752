"""What a seller does with an order. Each is a POST that comes back to the order and says what happened."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import day_text, money_text
from assurance.ui.refusals import blame
from orders.models import Order
from orders.queries.facts import parcels_of
from orders.services import amendment, bank, closing, dispatch, receipt, refunds
from orders.views.evidence import EvidenceForm
from orders.views.seller.detail import Returned, own, show
from orders.views.seller.forms import (
    ConfirmForm,
    DayForm,
    DeclineForm,
    NumberForm,
    ParcelForm,
    RefundAnswerForm,
)
from sellers.views.seller.base import SellerRequest, act, verb_of

_verb = verb_of("ma:order")


@_verb
def submit_parcel(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = ParcelForm(order, request.POST, request.FILES)

    def carry_out() -> str:
        given = form.cleaned_data
        dispatch.dispatch(
            order_id=order.pk,
            carrier=given["carrier"],
            number=given["number"],
            last=given["last"],
            proof=given["proof"],
            at=request.at,
            actor=request.actor,
        )
        named = (
            _("Parcel %(number)s is submitted.")
            if given["number"]
            else _("The parcel is submitted with its proof of dispatch.")
        )
        rest = _("It was the last of the order.") if given["last"] else _("More parcels are to follow.")
        return f"{named % given} {rest}"

    return _typed(request, order, "parcel_form", form, carry_out)


@_verb
def add_number(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = NumberForm(parcels_of(order.pk), request.POST)

    def carry_out() -> str:
        given = form.cleaned_data
        dispatch.add_number(
            order_id=order.pk,
            parcel_id=given["parcel"],
            carrier=given["carrier"],
            number=given["number"],
            at=request.at,
            actor=request.actor,
        )
        return _("The parcel has the tracking number %(number)s now; the carrier’s scans count.") % given

    return _typed(request, order, "number_form", form, carry_out)


@_verb
def propose_day(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = DayForm(request.POST)

    def carry_out() -> str:
        given = form.cleaned_data
        amendment.propose(
            order_id=order.pk, day=given["day"], reason=given["reason"], at=request.at, actor=request.actor
        )
        said = _("You proposed %(day)s. Nothing moves unless the buyer accepts.")
        return said % {"day": day_text(given["day"])}

    return _typed(request, order, "day_form", form, carry_out)


@_verb
def answer_refund(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = RefundAnswerForm(order, request.POST, request.FILES)

    def carry_out() -> str:
        given = form.cleaned_data
        said: dict[str, Any] = {
            "refund_id": given["refund"].pk,
            "words": given["words"],
            "uploads": given["evidence"],
            "at": request.at,
            "actor": request.actor,
        }
        if given["answer"] == "counter":
            offer = Money(given["offer"], order.currency)
            refunds.counter(offer=offer, **said)
            return _("You offered %(sum)s. The buyer has been told.") % {"sum": money_text(offer)}
        agree = given["answer"] == "agree"
        refunds.answer(agree=agree, **said)
        return (
            _("You agreed. The refund is paid.")
            if agree
            else _("You refused the refund. The buyer has been told.")
        )

    return _typed(request, order, "answer_form", form, carry_out)


@_verb
def add_evidence(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = EvidenceForm(request.POST, request.FILES)

    def carry_out() -> str:
        refund = order.refunds.order_by("-id").first()
        if refund is None:
            raise RuleViolation("STA-1", _("No refund has been applied for on this order."))
        refunds.add(
            refund_id=refund.pk, side=refunds.SUPPLIER, at=request.at, actor=request.actor, **form.said
        )
        return _("Added. The buyer has been told.")

    return _typed(request, order, "evidence_form", form, carry_out)


@_verb
def decline(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = DeclineForm(request.POST)

    def carry_out() -> str:
        given = form.cleaned_data
        closing.decline(
            order_id=order.pk,
            reason=given["reason"],
            words=given["words"],
            at=request.at,
            actor=request.actor,
        )
        return _("You declined the order. It is closed.")

    return _typed(request, order, "decline_form", form, carry_out)


@_verb
def confirm(request: SellerRequest, number: str) -> HttpResponse:
    order = own(request, number)
    form = ConfirmForm(request.POST)

    def carry_out() -> str:
        given = form.cleaned_data
        closing.confirm(
            order_id=order.pk,
            by="supplier",
            export=given["export"] or None,
            seen=given["seen"],
            at=request.at,
            actor=request.actor,
        )
        return _("You confirmed the order. The buyer can pay it now.")

    return _typed(request, order, "confirm_form", form, carry_out)


@_verb
def cancel(request: SellerRequest, number: str) -> HttpResponse:
    return _pressed(
        request,
        number,
        lambda pk: closing.cancel(order_id=pk, by="supplier", at=request.at, actor=request.actor),
        _("You cancelled the order. Nothing has been charged."),
    )


@_verb
def associate(request: SellerRequest, number: str) -> HttpResponse:
    return _pressed(
        request,
        number,
        lambda pk: bank.associate(order_id=pk, at=request.at, actor=request.actor),
        _("The money is associated and counts toward the order."),
    )


@_verb
def accept_short(request: SellerRequest, number: str) -> HttpResponse:
    return _pressed(
        request,
        number,
        lambda pk: bank.accept_short(order_id=pk, at=request.at, actor=request.actor),
        _("The initial payment counts as met; the rest is added to the balance."),
    )


@_verb
def ask_for_rest(request: SellerRequest, number: str) -> HttpResponse:
    return _pressed(
        request,
        number,
        lambda pk: bank.ask_for_rest(order_id=pk, at=request.at, actor=request.actor),
        _("The buyer is asked for the rest of the initial payment."),
    )


@_verb
def extend(request: SellerRequest, number: str) -> HttpResponse:
    return _pressed(
        request,
        number,
        lambda pk: receipt.extend(order_id=pk, by="supplier", at=request.at, actor=request.actor),
        _("Automatic receipt is postponed by 15 days."),
    )


def _typed(
    request: SellerRequest, order: Order, name: str, form: forms.Form, carry_out: Callable[[], str]
) -> HttpResponse:
    """Carry out what a form asks; where that fails, the page comes back with all that was typed."""
    if not form.is_valid():
        return show(request, order, Returned(name, form))
    try:
        done = carry_out()
    except RuleViolation as violation:
        blame(form, violation)
        return show(request, order, Returned(name, form, violation))
    messages.success(request, done)
    return redirect("ma:order", order.number)


def _pressed(
    request: SellerRequest, number: str, carry_out: Callable[[int], object], done: str
) -> HttpResponse:
    """Carry out a button for which nothing is typed."""
    order = own(request, number)
    act(request, lambda: carry_out(order.pk), done)
    return redirect("ma:order", order.number)
