"""What sellers have had paid out to their own bank accounts, to follow to the transfer (PAY-4, MON-3)."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.decorators import display

from assurance.kernel import clock
from assurance.kernel.days import day_of, start_of
from assurance.ledger.models import Transfer
from assurance.ops import links, trail
from assurance.ops.detail import DetailAdmin
from assurance.ops.sheets import Fact, Panel, Table
from assurance.ops.show import shown
from assurance.ui import parts
from sellers.models import Seller, Withdrawal


class PaidOutFilter(admin.SimpleListFilter):
    title = gettext_lazy("paid out")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("1", gettext_lazy("today")),
            ("7", gettext_lazy("last 7 days")),
            ("31", gettext_lazy("last 31 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Withdrawal]) -> QuerySet[Withdrawal]:
        days = self.value()
        if days not in ("1", "7", "31"):
            return queryset
        return queryset.filter(at__gte=start_of(day_of(clock.now())) - timedelta(days=int(days) - 1))


@admin.register(Withdrawal)
class WithdrawalAdmin(DetailAdmin):
    list_display = ("paid_out", "seller", "amount_column", "holder", "account", "by")
    list_filter = (PaidOutFilter,)
    search_fields = ("seller__name", "account__holder", "account__number__exact")
    search_help_text = gettext_lazy("The seller’s name, the account’s holder or its whole number")
    list_select_related = ("seller", "account", "by")
    ordering = ("-id",)

    def heading(self, thing: Withdrawal) -> Any:
        return _("Withdrawal of %(seller)s") % {"seller": thing.seller}

    @display(description=gettext_lazy("paid out"), ordering="id")
    def paid_out(self, withdrawal: Withdrawal) -> Any:
        return shown(withdrawal.at, "minute")

    @display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount_column(self, withdrawal: Withdrawal) -> Any:
        return parts.money(withdrawal.amount)

    @display(description=gettext_lazy("account holder"))
    def holder(self, withdrawal: Withdrawal) -> str:
        return withdrawal.account.holder

    def panels(self, request: HttpRequest, thing: Withdrawal, at: datetime) -> list[Panel]:
        user, to = request.user, thing.account
        facts = [
            Fact(_("Amount"), thing.amount, "PAY-4"),
            Fact(_("Seller"), links.to(user, Seller, thing.seller_id, thing.seller.name)),
            Fact(pgettext("withdrawal", "Paid out"), thing.at, note=thing.by or ""),
        ]
        account = [
            Fact(_("Account holder"), to.holder),
            Fact(_("Bank"), to.bank),
            Fact(_("Account number or IBAN"), to.number),
            Fact(_("BIC"), to.bic),
            Fact(_("First used"), to.added_at),
        ]
        others = to.withdrawals.exclude(pk=thing.pk).order_by("-id")[:20]
        rows = [(one.at, links.to(user, Withdrawal, one.pk, one.amount)) for one in others]
        moved = Transfer.objects.filter(reference=thing.transfer_reference)
        return [
            Panel(_("Its transfers"), table=trail.transfers(moved, user)),
            Panel(
                _("Other withdrawals to this account"),
                table=Table(
                    (_("When"), _("Amount")), rows, numbers=frozenset({1}), empty=_("This is the first.")
                ),
            ),
            Panel(_("Withdrawal"), facts, side=True),
            Panel(_("Bank account"), account, side=True),
        ]
