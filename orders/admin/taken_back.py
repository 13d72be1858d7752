"""Credits that the bank took back: which order they had counted for, and how finance has settled them (PAY-2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.decorators import display

from assurance.kernel.wording import money_text
from assurance.ops import history, links
from assurance.ops.acts import Act
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Badge, Fact, Panel, Table
from assurance.ops.show import shown
from assurance.ui import parts
from orders.admin.bank import LINE_STATES
from orders.models import BankStatement, TakenBack
from orders.queries.bank import undone_by
from orders.services import taken_back

# What to do, by what became of the credit.
TO_DO = {
    "open": gettext_lazy("It has not counted: mark the line for return, then the return as returned."),
    "associated": gettext_lazy("It counts for its order: settle it with the buyer or the seller."),
    "return": gettext_lazy("It was to be returned anyway: mark the return as returned, and do not send it."),
}


class SettledFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("to be settled")), ("settled", gettext_lazy("settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TakenBack]) -> QuerySet[TakenBack]:
        if self.value() in ("open", "settled"):
            return queryset.filter(settled_at__isnull=self.value() == "open")
        return queryset


@admin.register(TakenBack)
class TakenBackAdmin(DetailAdmin):
    list_display = ("named", "day_column", "amount_column", "state_column", "payer", "reference")
    list_filter = (SettledFilter,)
    search_fields = ("bank_reference__startswith", "payer", "reference")
    search_help_text = gettext_lazy("Bank reference, payer or remarks")
    ordering = ("-id",)
    acts = (
        Act(
            name="settle",
            label=gettext_lazy("Mark as settled"),
            asks=gettext_lazy("Mark the credit taken back as settled by other means"),
            done=gettext_lazy("Settled"),
            permission="orders.change_takenback",
            run=taken_back.settle,
            target="taken_back_id",
            explains=gettext_lazy(
                "Explain how: who pays it now, and where that is recorded. "
                "This moves no money, and the order stays as it is."
            ),
            offered=lambda back, at: back.settled_at is None,
        ),
    )

    @display(description=gettext_lazy("bank reference"))
    def named(self, back: TakenBack) -> str:
        return str(back)

    @display(description=gettext_lazy("day"), ordering="day")
    def day_column(self, back: TakenBack) -> Any:
        return shown(back.day)

    @display(description=gettext_lazy("amount"))
    def amount_column(self, back: TakenBack) -> Any:
        return parts.money(-back.amount)

    @display(description=gettext_lazy("state"))
    def state_column(self, back: TakenBack) -> Any:
        return shown(_state(back))

    def heading(self, thing: TakenBack) -> Any:
        return _("%(amount)s taken back by the bank") % {"amount": money_text(thing.amount)}

    def summary(self, thing: TakenBack, at: datetime) -> Sequence[Any]:
        return str(thing), thing.amount, thing.payer

    def panels(self, request: HttpRequest, thing: TakenBack, at: datetime) -> list[Panel]:
        user = request.user
        facts = [
            Fact(_("Amount"), thing.amount),
            Fact(_("State"), _state(thing), "PAY-2"),
            Fact(_("Day"), thing.day),
            Fact(_("Payer"), thing.payer),
            Fact(_("Bank’s remarks"), thing.reference),
            Fact(_("Bank reference"), str(thing)),
            Fact(_("Statement"), links.to(user, BankStatement, thing.statement_id, thing.statement)),
            Fact(pgettext("time", "Settled"), thing.settled_at, note=thing.settled_by or ""),
        ]
        return [
            Panel(
                _("The credit that it undoes"),
                table=_credits(thing, user),
                note=_(
                    "Credits of the same account and amount; those named in its remarks or reference come first."
                ),
            ),
            Panel(_("Taken back"), facts, side=True),
            Panel(_("On record"), log=history.log("taken_back", thing.pk), side=True),
        ]


def _state(back: TakenBack) -> Badge:
    if back.settled_at is not None:
        return Badge(_("settled"), "good", "check")
    return Badge(_("to be settled"), "late", "warning")


def _credits(back: TakenBack, user: Any) -> Table:
    rows = [
        (
            line.arrived_at,
            [
                links.to_thing(user, line),
                *([Badge(_("named"), "accent", "link")] if is_named else []),
            ],
            links.to_order(user, line.order),
            [LINE_STATES[line.state], TO_DO[line.state]],
        )
        for line, is_named in undone_by(back)
    ]
    head = (pgettext("money", "Arrived"), _("Bank line"), _("Order"), _("What to do"))
    return Table(
        head, rows, empty=_("No credit of this amount came before; it may be older than the records.")
    )
