"""Applications for refunds; ops rule on those before them (RFD-2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from assurance.kernel import clock
from assurance.kernel.money import Money
from assurance.kernel.units import minor_unit
from assurance.kernel.wording import instant_text, number_text
from assurance.ledger.queries import transfers_of
from assurance.ops import history, links, trail
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Fact, Moment, Panel, Table
from assurance.ops.show import shown
from assurance.ui import parts
from assurance.ui.fields import DecimalField
from orders.admin.orders import funds_panel
from orders.models import Refund
from orders.queries.facts import policy_of
from orders.queries.refunds import application, outcomes
from orders.rules import refunds
from orders.services import refunds as refund_services
from orders.views.evidence import Told, told
from sellers.models import Seller

REFUND_STATES = {
    refunds.NEGOTIATING: Badge(gettext_lazy("With the supplier"), "", "hourglass"),
    refunds.ESCALATED: Badge(gettext_lazy("With the platform"), "soon", "flag"),
    refunds.AGREED: Badge(gettext_lazy("Agreed"), "good", "check"),
    refunds.RULED: Badge(gettext_lazy("Ruled"), "good", "check"),
    "withdrawn": Badge(gettext_lazy("Withdrawn"), "off", "none"),
}


def state_now(refund: Refund, at: datetime) -> str:
    """Open on day 7 is before ops, whether a job has run or not (RFD-2, TIM-3)."""
    return refunds.state_at(refund.state, refund.opened_at, policy=policy_of(refund.order, at), at=at)


class RulingForm(ReasonForm):
    """What the buyer gets: everything, a part of the cash, or nothing."""

    ruling = forms.ChoiceField(
        label=gettext_lazy("Ruling"),
        choices=[
            ("full", gettext_lazy("A full refund; it closes the order")),
            ("part", gettext_lazy("A part of the cash paid")),
            ("none", gettext_lazy("No refund")),
        ],
        widget=forms.RadioSelect,
    )
    amount = DecimalField(
        label=gettext_lazy("Amount"),
        required=False,
        max_digits=14,
        help_text=gettext_lazy("For a part only, in the order’s currency."),
    )
    field_order = ("ruling", "amount", "reason")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("ruling") == "part":
            amount = values.get("amount")
            if "amount" not in self.errors and not amount:
                self.add_error("amount", _("Enter an amount."))
            elif amount and amount % minor_unit(self._currency):
                self.add_error(
                    "amount",
                    _("This is finer than the smallest amount of %(currency)s.")
                    % {"currency": self._currency},
                )
        return values

    def arguments(self) -> dict[str, Any]:
        values = self.cleaned_data
        amount = {"full": None, "none": Money(0, self._currency)}.get(
            values["ruling"], Money(values["amount"] or 0, self._currency)
        )
        return {"words": values["reason"], "amount": amount}

    @property
    def _currency(self) -> str:
        refund = self.things[0]
        assert isinstance(refund, Refund)
        return refund.currency


@admin.register(Refund)
class RefundAdmin(DetailAdmin):
    list_display = ("order_column", "state_column", "asked", "opened", "seller_column")
    list_filter = ("state",)
    search_fields = ("order__number__exact", "order__buyer__email__iexact")
    search_help_text = gettext_lazy("The whole order number, or the buyer’s whole e-mail")
    list_select_related = ("order__seller", "order__policy", "order__buyer")
    ordering = ("-id",)
    acts = (
        Act(
            name="rule",
            label=gettext_lazy("Rule on it"),
            asks=gettext_lazy("Rule on the refund"),
            done=gettext_lazy("Ruled"),
            permission="orders.change_refund",
            run=refund_services.rule,
            target="refund_id",
            form=RulingForm,
            explains=gettext_lazy("Paid at once from the money held, else from the seller’s balance."),
            offered=lambda refund, at: state_now(refund, at) == refunds.ESCALATED,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        found: QuerySet[Refund] = super().get_queryset(request).select_related(*self.list_select_related)
        return found

    def heading(self, thing: Refund) -> Any:
        return _("Refund of order %(number)s") % {"number": number_text(thing.order.number)}

    def summary(self, thing: Refund, at: datetime) -> Sequence[Any]:
        return parts.order_no(thing.order.number), _asked(thing), thing.reason

    @display(description=gettext_lazy("order"))
    def order_column(self, refund: Refund) -> Any:
        return parts.order_no(refund.order.number)

    @display(description=gettext_lazy("state"))
    def state_column(self, refund: Refund) -> Any:
        return shown(REFUND_STATES[state_now(refund, clock.now())])

    @display(description=gettext_lazy("amount requested"))
    def asked(self, refund: Refund) -> Any:
        return shown(_asked(refund))

    @display(description=gettext_lazy("applied"), ordering="opened_at")
    def opened(self, refund: Refund) -> Any:
        return parts.moment(refund.opened_at, instant_text(refund.opened_at, seconds=False))

    @display(description=gettext_lazy("seller"))
    def seller_column(self, refund: Refund) -> str:
        return str(refund.order.seller)

    def panels(self, request: HttpRequest, thing: Refund, at: datetime) -> list[Panel]:
        order, user = thing.order, request.user
        case = application(thing, at)
        facts = [
            Fact(_("State"), REFUND_STATES[state_now(thing, at)], "RFD-2"),
            Fact(_("Amount requested"), _asked(thing), "CPN-6"),
            Fact(_("The buyer’s reason"), thing.get_cause_display(), note=thing.reason),
            Fact(_("The supplier’s open offer"), case.offer, "RFD-2"),
            Fact(_("Applied"), thing.opened_at, "RFD-1"),
            Fact(_("Refused by the supplier"), thing.refused_at),
            Fact(_("Answer"), thing.answer),
            Fact(_("Decided"), thing.decided_at),
            Fact(_("Paid back"), thing.paid, note=_("in full") if thing.full else ""),
        ]
        about = [
            Fact(_("Order"), links.to_order(user, order)),
            Fact(_("Buyer"), order.buyer, note=order.buyer.email),
            Fact(_("Seller"), links.to(user, Seller, order.seller_id, order.seller.name)),
        ]
        moved = [*transfers_of("order", order.pk), *transfers_of("refund", thing.pk)]
        return [
            Panel(_("Application"), facts),
            *([_consequences(thing)] if case.is_open else []),
            Panel(_("Negotiation and evidence"), log=[_moment(item) for item in told(case)]),
            Panel(_("The order’s money"), table=trail.transfers(moved, user)),
            Panel(_("What happened on the order"), log=history.log("order", order.pk)),
            Panel(_("Parties"), about, side=True),
            funds_panel(order),
        ]


def _asked(refund: Refund) -> Any:
    return refund.amount if refund.amount_minor is not None else _("everything")


def _consequences(refund: Refund) -> Panel:
    """What each decision at hand would move, before anything is decided."""
    head = [
        _("Ruling"),
        _("To the buyer"),
        _("From held money"),
        _("From the seller’s balance"),
        _("New debt"),
        _("Coupon’s part to the platform"),
    ]
    rows = [
        [
            _("A full refund; it closes the order") if each.amount is None else each.amount,
            each.parts.cash,
            each.parts.from_held,
            each.from_balance,
            each.debt,
            each.parts.coupon,
        ]
        for each in outcomes(refund)
    ]
    note = _(
        "As of now. What the seller has received goes back in USD; what the balance lacks becomes a debt (PAY-4)."
    )
    table = Table(head, rows, numbers=frozenset(range(1, len(head))))
    return Panel(_("What a ruling would move"), table=table, note=note)


def _moment(item: Told) -> Moment:
    more = format_html_join(
        " · ",
        '<a href="{}">{}</a>',
        ((reverse("orders:file", args=[file.key]), file.name) for file in item.files),
    )
    words = [part for part in (item.step.words, more) if part]
    return Moment(
        item.step.at,
        item.title,
        format_html_join(" ", "{}", ((w,) for w in words)),
        item.icon,
        item.tone,
        item.who,
    )
