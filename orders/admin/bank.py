"""Lines of bank statements, to read (PAY-2)."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import display

from assurance.kernel.days import day_of
from assurance.ops import links
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Fact, Panel
from assurance.ui import parts
from assurance.ui.wording import day_text
from orders.models import BankLine, Order


@admin.register(BankLine)
class BankLineAdmin(DetailAdmin):
    list_display = ("bank_reference", "arrived", "amount_column", "state", "order", "reference")
    list_filter = ("state",)
    search_fields = ("bank_reference__exact", "order__number__exact", "reference")
    list_select_related = ("order",)
    ordering = ("-id",)

    @display(description=pgettext_lazy("money", "arrived"), ordering="arrived_at")
    def arrived(self, line: BankLine) -> Any:
        return parts.moment(line.arrived_at, day_text(day_of(line.arrived_at)))

    @display(description=gettext_lazy("amount"))
    def amount_column(self, line: BankLine) -> Any:
        return parts.money(line.amount)

    def panels(self, request: HttpRequest, thing: BankLine, at: datetime) -> list[Panel]:
        facts = [
            Fact(_("Amount"), thing.amount),
            Fact(pgettext("money", "Arrived"), thing.arrived_at),
            Fact(_("State"), thing.get_state_display(), "PAY-2"),
            Fact(_("Associated"), thing.associated_at),
            Fact(_("Order"), links.to(request.user, Order, thing.order_id, thing.order)),
            Fact(_("The payer’s words"), thing.reference),
            Fact(_("Bank reference"), thing.bank_reference),
        ]
        return [Panel(_("Bank line"), facts)]
