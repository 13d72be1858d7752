"""Lines of bank statements, and money that is to go back to its payer (PAY-2, ORD-3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import display

from assurance.kernel.days import day_of
from assurance.kernel.wording import day_text, instant_text, money_text
from assurance.ledger.models import Transfer
from assurance.ops import history, links, trail
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Fact, Panel, Table
from assurance.ops.show import shown
from assurance.ui import parts
from orders.admin.verdicts import REASONS, VERDICTS
from orders.models import BankLine, BankStatement, Return, TakenBack
from orders.queries.bank import alike, reversals_of
from orders.rules import lifecycle
from orders.rules.bank import matching
from orders.rules.bank.reference import quoted
from orders.services import bank, returns

LINE_STATES = {
    "open": Badge(pgettext_lazy("bank", "Waiting"), "soon", "clock"),
    "associated": Badge(gettext_lazy("Associated"), "good", "check"),
    "return": Badge(gettext_lazy("To be returned"), "off", "none"),
}


class AssignForm(ReasonForm):
    """The order that a line is for. What the payer's words name is filled in, to be looked at."""

    number = forms.CharField(
        label=gettext_lazy("Order number"),
        max_length=40,
        help_text=gettext_lazy("Its seller is told, and associates the money."),
    )
    field_order = ("number", "reason")

    def __init__(self, *args: Any, things: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, things=things, **kwargs)
        said = quoted(things[0].reference) if things else None
        named = [*said.orders, *said.numbers] if said else []
        if len(named) == 1:
            self.fields["number"].initial = named[0]


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("whose turn it is")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("finance", gettext_lazy("finance: unclear")),
            ("seller", gettext_lazy("its seller")),
            ("agreement", gettext_lazy("both sides to agree")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BankLine]) -> QuerySet[BankLine]:
        if self.value() == "finance":
            return queryset.filter(state="open", order=None)
        early = Q(order__state__in=lifecycle.NOT_AGREED)
        if self.value() == "seller":
            return queryset.filter(~early, state="open", order__isnull=False)
        if self.value() == "agreement":
            return queryset.filter(early, state="open")
        return queryset


def _is_open(line: BankLine, at: datetime) -> bool:
    return line.state == "open"


def _is_early(line: BankLine) -> bool:
    """It waits on an order that its two sides have not agreed yet."""
    return line.state == "open" and line.order is not None and line.order.state in lifecycle.NOT_AGREED


@admin.register(BankLine)
class BankLineAdmin(DetailAdmin):
    list_display = ("named", "arrived", "amount_column", "state_column", "order_column", "payer", "reference")
    list_filter = (WaitingFilter, "state")
    search_fields = ("bank_reference__startswith", "order__number__exact", "payer", "reference")
    search_help_text = gettext_lazy("Bank reference, whole order number, payer or remarks")
    list_select_related = ("order",)
    ordering = ("-id",)
    acts = (
        Act(
            name="assign",
            label=gettext_lazy("Assign to an order"),
            asks=gettext_lazy("Assign the money to an order"),
            done=gettext_lazy("Assigned"),
            permission="orders.change_bankline",
            run=bank.assign,
            target="line_id",
            form=AssignForm,
            explains=gettext_lazy(
                "It counts once both sides have agreed to the order and its seller associates it. "
                "For a closed order it is marked for return."
            ),
            offered=_is_open,
        ),
        Act(
            name="set-aside",
            label=gettext_lazy("Mark for return"),
            asks=gettext_lazy("Mark the money for return to the payer"),
            done=gettext_lazy("Marked for return"),
            permission="orders.change_bankline",
            run=bank.set_aside,
            target="line_id",
            many=True,
            look="",
            offered=_is_open,
        ),
    )

    @display(description=gettext_lazy("bank reference"))
    def named(self, line: BankLine) -> str:
        return str(line)

    @display(description=gettext_lazy("order"))
    def order_column(self, line: BankLine) -> Any:
        return parts.order_no(line.order.number) if line.order else "–"

    @display(description=pgettext_lazy("money", "arrived"), ordering="arrived_at")
    def arrived(self, line: BankLine) -> Any:
        return parts.moment(line.arrived_at, day_text(day_of(line.arrived_at)))

    @display(description=gettext_lazy("amount"))
    def amount_column(self, line: BankLine) -> Any:
        return parts.money(line.amount)

    @display(description=gettext_lazy("state"))
    def state_column(self, line: BankLine) -> Any:
        if _is_early(line):
            return shown(VERDICTS[matching.NOT_AGREED])
        unclear = line.state == "open" and line.order_id is None
        return shown(Badge(_("Unclear"), "late", "flag") if unclear else LINE_STATES[line.state])

    def summary(self, thing: BankLine, at: datetime) -> Sequence[Any]:
        return str(thing), thing.amount, thing.payer, thing.reference

    def panels(self, request: HttpRequest, thing: BankLine, at: datetime) -> list[Panel]:
        user = request.user
        why = matching.NOT_AGREED if _is_early(thing) else thing.why
        facts = [
            Fact(_("Amount"), thing.amount),
            Fact(pgettext("money", "Arrived"), thing.arrived_at),
            Fact(_("State"), LINE_STATES[thing.state], "PAY-2", note=REASONS.get(why, "")),
            Fact(_("Associated"), thing.associated_at),
            Fact(_("Order"), links.to_order(user, thing.order)),
            Fact(_("Payer"), thing.payer),
            Fact(_("Payer’s remarks"), thing.reference),
            Fact(_("Bank reference"), str(thing)),
            Fact(_("Statement"), links.to(user, BankStatement, thing.statement_id, thing.statement)),
        ]
        moved = (
            Transfer.objects.filter(reference=thing.transfer_reference) if thing.transfer_reference else []
        )
        return [
            Panel(_("Bank line"), facts),
            Panel(_("Its transfers"), table=trail.transfers(moved, user)),
            *_taken_back(thing, user),
            Panel(_("Lines of the same amount"), table=_lines(alike(thing), user)),
            Panel(_("On record"), log=history.log("bank_line", thing.pk), side=True),
        ]


def _taken_back(line: BankLine, user: Any) -> list[Panel]:
    found = reversals_of(line)
    rows = [(one.day, links.to(user, TakenBack, one.pk, one), one.reference, one.settled_at) for one in found]
    head = (_("Day"), _("Bank reference"), _("Bank’s remarks"), pgettext("time", "Settled"))
    title = _("The bank may have taken it back")
    return [Panel(title, table=Table(head, rows))] if rows else []


def _lines(found: Sequence[BankLine], user: Any) -> Table:
    rows = [
        (
            line.arrived_at,
            links.to_thing(user, line),
            line.payer,
            links.to_order(user, line.order),
            LINE_STATES[line.state],
        )
        for line in found
    ]
    head = (pgettext("money", "Arrived"), _("Bank reference"), _("Payer"), _("Order"), _("State"))
    return Table(head, rows, empty=_("There is none; the payment was not reported twice."))


class SentBackFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("still to be sent back")), ("sent", gettext_lazy("sent back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Return]) -> QuerySet[Return]:
        if self.value() in ("open", "sent"):
            return queryset.filter(returned_at__isnull=self.value() == "open")
        return queryset


@admin.register(Return)
class ReturnAdmin(DetailAdmin):
    list_display = (
        "set_aside",
        "amount_column",
        "channel_column",
        "payer_column",
        "order_column",
        "rule",
        "sent",
    )
    list_filter = (SentBackFilter,)
    search_fields = ("order__number__exact", "bank_line__payer", "reference__exact")
    search_help_text = gettext_lazy("The whole order number, or the payer’s name at the bank")
    list_select_related = ("order__buyer", "bank_line")
    ordering = ("-id",)
    acts = (
        Act(
            name="returned",
            label=gettext_lazy("Mark as returned"),
            asks=gettext_lazy("Mark the money as returned"),
            done=gettext_lazy("Marked as returned"),
            permission="orders.change_return",
            run=returns.mark_returned,
            target="return_id",
            explains=gettext_lazy("Send the money first. This writes it out of the books, once."),
            many=True,
            offered=lambda due, at: due.returned_at is None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Return]:
        found: QuerySet[Return] = super().get_queryset(request).select_related(*self.list_select_related)
        return found

    def heading(self, thing: Return) -> Any:
        return _("Return of %(amount)s") % {"amount": money_text(thing.amount)}

    def summary(self, thing: Return, at: datetime) -> Sequence[Any]:
        return self.heading(thing), _payer(thing), thing.order and parts.order_no(thing.order.number)

    @display(description=gettext_lazy("set aside"), ordering="since")
    def set_aside(self, due: Return) -> Any:
        return parts.moment(due.since, instant_text(due.since, seconds=False))

    @display(description=gettext_lazy("amount"))
    def amount_column(self, due: Return) -> Any:
        return parts.money(due.amount)

    @display(description=gettext_lazy("channel"))
    def channel_column(self, due: Return) -> str:
        return due.get_channel_display()

    @display(description=gettext_lazy("payer"))
    def payer_column(self, due: Return) -> str:
        return _payer(due) or "–"

    @display(description=gettext_lazy("order"))
    def order_column(self, due: Return) -> Any:
        return parts.order_no(due.order.number) if due.order else "–"

    @display(description=gettext_lazy("sent back"))
    def sent(self, due: Return) -> Any:
        return (
            shown(due.returned_at, "minute")
            if due.returned_at
            else shown(Badge(_("to be sent"), "soon", "clock"))
        )

    def panels(self, request: HttpRequest, thing: Return, at: datetime) -> list[Panel]:
        user = request.user
        facts = [
            Fact(_("Amount"), thing.amount, thing.rule),
            Fact(_("Set aside"), thing.since),
            Fact(_("Channel"), thing.get_channel_display()),
            Fact(_("Payer"), _payer(thing)),
            Fact(_("Order"), links.to_order(user, thing.order)),
            Fact(_("Bank line"), links.to(user, BankLine, thing.bank_line_id, thing.bank_line)),
            Fact(_("Sent back"), thing.returned_at, note=thing.returned_by or ""),
        ]
        moved = Transfer.objects.filter(reference__in=[thing.reference, f"returned:{thing.pk}"]).order_by(
            "id"
        )
        return [
            Panel(_("Money to be returned"), facts),
            Panel(_("Its transfers"), table=trail.transfers(moved, user)),
            Panel(_("On record"), log=history.log("return", thing.pk), side=True),
        ]


def _payer(due: Return) -> str:
    """Who sent it: as the bank says, else the order's buyer."""
    if due.bank_line is not None and due.bank_line.payer:
        return due.bank_line.payer
    return due.order.buyer.company or due.order.buyer.name if due.order else ""
