"""One order as its seller sees it."""

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from assurance.kernel.days import end_of
from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from claims import queries as claims
from claims.queries import Dossier
from orders.models import Order, Return
from orders.queries import exposure
from orders.queries import seller as orders
from orders.queries.buyer import Detail, detail
from orders.queries.campaigns import allowance
from orders.queries.refunds import Application, application
from orders.queries.seller import Row
from orders.rules.amendments import lapses_at
from orders.views import proposals
from orders.views.contract import versions_said
from orders.views.evidence import EvidenceForm, told
from orders.views.export_modes import export_modes
from orders.views.history import happened
from orders.views.receipt import automatic_receipt
from orders.views.seller import panels
from orders.views.seller.forms import (
    ConfirmForm,
    DayForm,
    DeclineForm,
    NumberForm,
    ParcelForm,
    RefundAnswerForm,
)
from orders.views.seller.steps import Desk, next_step
from sellers.views.seller.base import SellerRequest, for_seller, page, status_of


@dataclass(frozen=True)
class Returned:
    """A form that comes back with what was typed: its name in the page, and the refusal if a rule spoke."""

    name: str
    form: BaseForm
    violation: RuleViolation | None = None


@for_seller
@require_safe
def order(request: SellerRequest, number: str) -> HttpResponse:
    return show(request, own(request, number))


def own(request: SellerRequest, number: str) -> Order:
    """The seller's order of this number; 404 for any other."""
    found = orders.find(request.seller.pk, number)
    if found is None:
        raise Http404
    return found


def show(request: SellerRequest, found: Order, returned: Returned | None = None) -> HttpResponse:
    """The page of an order; a returned form stands in its place with its errors."""
    known = detail(found, request.at)
    claim = _claim(request, known)
    case = application(known.refund, request.at, known.files) if known.refund else None
    desk = Desk(known, claim, known.bank_lines, case.state if case else "", request.at)
    forms: dict[str, BaseForm] = {
        "parcel_form": ParcelForm(found),
        "number_form": NumberForm(known.unnumbered),
        "day_form": DayForm(),
        "answer_form": RefundAnswerForm(found),
        "evidence_form": EvidenceForm(),
        "decline_form": DeclineForm(),
        "confirm_form": ConfirmForm(),
    }
    may = panels.allowed(known)
    context: dict[str, Any] = {
        "order": found,
        "view": known.view,
        "detail": known,
        "desk": desk,
        "step": next_step(desk),
        "stops": panels.stops(known),
        "funds": panels.funds_panel(known),
        "returns": _returns(desk),
        "dispatch": panels.dispatch_panel(known),
        "may": may,
        "at_most": exposure.at_most(Row(found, known.view, known.parcels)),
        "proposed": proposals.lines(known),
        "answer_until": lapses_at(known.proposal.day) if known.proposal else None,
        "receipt": automatic_receipt(known, "supplier"),
        "claim": claim,
        "case": case,
        "thread": told(case) if case else [],
        "refund_due": end_of(case.answer_by) if case else None,
        "refund_sum": _asked(found, case) if case else None,
        "export_modes": export_modes(
            known.view.facts.policy,
            total=found.total,
            usd_rate=found.usd_rate,
            platform_line=found.platform_line,
            allowance=allowance(found.seller_id, request.at, but=found.pk),
        )
        if may["confirm_supplier"]
        else [],
        "versions": versions_said(found),
        "events": happened(known),
        **forms,
    }
    status = 200
    if returned is not None:
        context |= {
            returned.name: returned.form,
            "refused_form": returned.name,
            "refusal": returned.violation,
            "refusal_on_top": returned.violation is not None and not _has_form(returned.name, context),
        }
        status = status_of(returned.violation) if returned.violation else 422
    return page(request, "orders/seller/detail.html", context, status=status)


def _asked(found: Order, case: Application) -> Money:
    """What a yes would pay: the amount applied for, or all the cash that is still there."""
    return case.refund.amount or found.cash - found.refunded


def _has_form(name: str, context: dict[str, Any]) -> bool:
    """Whether the page still shows a form; one that the state no longer allows is refused above the page."""
    may = context["may"]
    return {
        "parcel_form": may["dispatch"],
        "number_form": may["number"],
        "day_form": may["propose"],
        "decline_form": may["decline_supplier"],
        "confirm_form": may["confirm_supplier"],
        "answer_form": context["case"] is not None and context["case"].negotiating,
        "evidence_form": context["case"] is not None and context["case"].is_open,
    }[name]


def _returns(desk: Desk) -> list[Return]:
    """What goes back to the payer; it is only looked for where money can have come in vain."""
    known = desk.detail
    came_in_vain = known.order.closed_at or any(event.kind == "money_to_return" for event in known.events)
    return list(known.order.returns.order_by("id")) if desk.bank_lines or came_in_vain else []


def _claim(request: SellerRequest, known: Detail) -> Dossier | None:
    if known.order.claimed_at is None:
        return None
    claim = claims.against(request.seller.pk).filter(order=known.order).first()
    return claims.dossier(claim, request.at, known.parcels) if claim else None
