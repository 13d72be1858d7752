"""Orders: what stands on each, its timeline and its money; exempting one for force majeure (DSP-7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from unfold.decorators import display
from unfold.views import ChangeList

from assurance.accounts.models import User
from assurance.kernel import clock
from assurance.kernel.wording import instant_text, number_text
from assurance.ledger.queries import transfers_of
from assurance.ops import history, links, trail
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.orders import GUARANTEE, facts_panel, parcels_panel, state_name
from assurance.ops.sheets import Fact, Panel, Table
from assurance.ops.show import shown
from assurance.ui import parts
from claims.admin import STATES as CLAIM_STATES
from claims.models import Claim
from claims.services import exempt_order
from coupons.models import Coupon, Redemption, StoreCoupon
from orders.admin.messages import messages_panel
from orders.models import BankLine, Guarantee, Order, Refund
from orders.queries.buyer import detail, views
from orders.queries.facts import elapsed, held
from orders.rules import lifecycle
from sellers.models import Seller


class LateFilter(admin.SimpleListFilter):
    """By the instant from which a guarantee counts as late, not by what a job has marked (TIM-3)."""

    title = gettext_lazy("late")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("dispatch", gettext_lazy("dispatch late")), ("delivery", gettext_lazy("delivery late"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() not in ("dispatch", "delivery"):
            return queryset
        late = Guarantee.objects.filter(kind=self.value(), late_at__lte=clock.now())
        return queryset.filter(pk__in=late.values("order_id"))


class ExemptionForm(ReasonForm):
    effect = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        choices=[
            ("none", gettext_lazy("No compensation is due: undecided guarantees become exempted")),
            ("platform", gettext_lazy("Guarantees run on, and the platform bears what they cost")),
        ],
        initial="none",
        widget=forms.RadioSelect,
    )
    field_order = ("effect", "reason")

    def arguments(self) -> dict[str, Any]:
        bears = self.cleaned_data["effect"] == "platform"
        return {"reason": self.cleaned_data["reason"], "platform_bears": bears}


class OrderList(ChangeList):
    """A page of the list, with what stands on each order read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Order] = self.model_admin.prepared(list(self.result_list), clock.now())


@admin.register(Order)
class OrderAdmin(DetailAdmin):
    list_display = (
        "number_column",
        "state_column",
        "guarantees_column",
        "buyer",
        "seller",
        "total_column",
        "made",
    )
    list_filter = ("state", LateFilter, "covered")
    search_fields = ("number", "buyer__email")
    search_help_text = gettext_lazy("The whole order number, or the buyer’s whole e-mail")
    list_select_related = ("buyer", "seller", "policy")
    ordering = ("-id",)
    acts = (
        Act(
            name="exempt",
            label=gettext_lazy("Exempt"),
            asks=gettext_lazy("Exempt for force majeure"),
            done=gettext_lazy("Exempted"),
            permission="claims.add_exemption",
            run=exempt_order,
            target="order_id",
            form=ExemptionForm,
            explains=gettext_lazy(
                "For both guarantees. Either way no points and no effect on the on-time rate."
            ),
            offered=lambda order, at: (
                order.claimed_at is None and elapsed(order, at).state in lifecycle.ALLOWED["exempt"]
            ),
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OrderList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        found: QuerySet[Order] = super().get_queryset(request).select_related("buyer", "seller", "policy")
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Exact, so that an index answers however many orders there are."""
        number = search_term.replace(" ", "")
        if number.isdecimal():
            return queryset.filter(number=number), False
        if number:
            return queryset.filter(buyer__in=User.objects.filter(email=number.lower())), False
        return queryset, False

    def prepared(self, things: Sequence[Order], at: datetime) -> Sequence[Order]:
        stand = views(things, at)
        for order in things:
            order.view = stand[order.pk]  # type: ignore[attr-defined]
        return things

    def heading(self, thing: Order) -> Any:
        return _("Order %(number)s") % {"number": number_text(thing.number)}

    def summary(self, thing: Order, at: datetime) -> Sequence[Any]:
        return parts.order_no(thing.number), state_name(thing.view), thing.total  # type: ignore[attr-defined]

    @display(description=gettext_lazy("order"))
    def number_column(self, order: Order) -> Any:
        return parts.order_no(order.number)

    @display(description=gettext_lazy("state"))
    def state_column(self, order: Order) -> str:
        return state_name(order.view)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("dispatch, delivery"))
    def guarantees_column(self, order: Order) -> Any:
        view = order.view  # type: ignore[attr-defined]
        return shown([GUARANTEE[view.dispatch], GUARANTEE[view.delivery]])

    @display(description=gettext_lazy("contract total"))
    def total_column(self, order: Order) -> Any:
        return parts.money(order.total)

    @display(description=gettext_lazy("created"), ordering="id")
    def made(self, order: Order) -> Any:
        return parts.moment(order.created_at, instant_text(order.created_at, seconds=False))

    def panels(self, request: HttpRequest, thing: Order, at: datetime) -> list[Panel]:
        found = detail(thing, at)
        user = request.user
        return [
            facts_panel(thing, found.view, at),
            parcels_panel(found.parcels),
            Panel(_("Goods"), table=_lines(found.lines)),
            Panel(_("Payments"), table=_payments(thing, user)),
            Panel(_("Money trail"), table=trail.transfers(transfers_of("order", thing.pk), user)),
            Panel(_("What happened"), log=history.moments(found.events)),
            messages_panel(thing),
            _parties(thing, user),
            funds_panel(thing),
            _after(thing, user),
        ]


def _lines(lines: Sequence[Any]) -> Table:
    rows = [(line.name, line.quantity, line.price, line.amount) for line in lines]
    head = (_("Product"), _("Quantity"), _("Unit price"), _("Amount"))
    return Table(head, rows, numbers=frozenset({1, 2, 3}))


def _payments(order: Order, user: Any) -> Table:
    rows: list[tuple[Any, ...]] = [
        (p.started_at, p.get_method_display(), p.get_state_display(), p.cash, p.coupon_part, p.fee)
        for p in order.payments.order_by("id")
    ]
    rows += [
        (
            line.arrived_at,
            links.to(user, BankLine, line.pk, _("T/T")),
            line.get_state_display(),
            line.amount,
            None,
            None,
        )
        for line in order.bank_lines.order_by("id")
    ]
    head = (_("When"), _("Payment method"), _("State"), _("Cash"), _("By coupon"), _("Payment fee"))
    return Table(head, rows, numbers=frozenset({3, 4, 5}), empty=_("Nothing has been paid."))


def _parties(order: Order, user: Any) -> Panel:
    address = ", ".join(
        str(order.address[key]) for key in ("recipient", "street", "city") if order.address.get(key)
    )
    facts = [
        Fact(_("Buyer"), order.buyer, note=order.buyer.email),
        Fact(_("Seller"), links.to(user, Seller, order.seller_id, order.seller.name)),
        Fact(_("Created"), order.created_at),
        Fact(_("Started by"), order.get_drafted_by_display(), "ORD-1"),
        Fact(_("Destination"), countries.name(str(order.destination)), note=address),
        Fact(_("Line"), order.line),
        Fact(_("Export"), order.get_export_display(), "ORD-5"),
        Fact(_("Policy pinned"), order.policy.starts_at if order.policy else None, "POL-1"),
    ]
    return Panel(_("Contract"), facts, side=True)


def funds_panel(order: Order) -> Panel:
    off = _("Store coupon") if order.store_coupon_id else _("Discount")
    facts = [
        Fact(_("Goods"), order.goods),
        Fact(_("Shipping"), order.shipping),
        *([Fact(off, -order.discount)] if order.discount_minor else []),
        Fact(_("Contract total"), order.total, "ORD-7"),
        Fact(_("Paid in cash"), order.cash),
        Fact(_("By platform coupon"), order.coupon_part, "PAY-3"),
        Fact(_("Payment fee"), order.method_fee),
        Fact(_("Held now"), held(order), "PAY-4"),
        Fact(_("Released"), order.released, "PAY-4"),
        Fact(_("Service fee taken"), order.fee_taken, "ORD-5"),
        Fact(_("Refunded"), order.refunded, "RFD-3"),
    ]
    return Panel(_("Funds"), facts, side=True)


def _after(order: Order, user: Any) -> Panel:
    """Claim, coupons and refunds of the order, each with the way to its page."""
    facts = []
    claim = Claim.objects.filter(order=order).select_related("coupon").first()
    if claim is not None:
        facts.append(
            Fact(_("Claim"), [links.to(user, Claim, claim.pk, claim.amount), CLAIM_STATES[claim.state]])
        )
        if claim.coupon is not None:
            facts.append(
                Fact(
                    _("Coupon issued"),
                    links.to(user, Coupon, claim.coupon_id, trail.coupon_name(claim.coupon)),
                )
            )
    used = Redemption.objects.filter(order_id=order.pk).first()
    if used is not None:
        facts.append(Fact(_("Coupon used"), links.to(user, Coupon, used.coupon_id, used.used)))
    if order.store_coupon is not None:
        own = order.store_coupon
        facts.append(Fact(_("Store coupon"), links.to(user, StoreCoupon, own.pk, own.name), "ORD-7"))
    facts += [
        Fact(_("Refund"), [links.to(user, Refund, refund.pk, refund.get_state_display())], note=refund.reason)
        for refund in order.refunds.order_by("id")
    ]
    return Panel(_("Claim and refunds"), facts, note="" if facts else _("None."), side=True)
