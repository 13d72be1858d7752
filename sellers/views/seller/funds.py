"""A seller's money: the balance, what is held, what is owed and why, and the statement with its file."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assurance.kernel.days import day_of
from assurance.kernel.money import Money
from assurance.kernel.units import ZONE
from assurance.ledger import queries as ledger
from assurance.ledger.models import AccountKind, Entry
from assurance.ui import paging
from assurance.ui.fields import day_picker
from orders.queries import causes, statement
from orders.queries import seller as orders
from orders.queries.counting import MOST
from orders.queries.statement import KINDS, Moved, Wanted
from orders.services.sheets import sheet
from sellers import queries
from sellers.models import Debt
from sellers.views.seller.base import SellerRequest, for_seller, page

# What a transfer on a seller's account is called there.
WHAT: dict[str, Promise] = {
    "release": gettext_lazy("Order’s money released"),
    "recovery": gettext_lazy("Recovery of a used coupon"),
    "recovery_reversed": gettext_lazy("Recovery reversed"),
    "refund": gettext_lazy("Refund after release"),
    "debt_paid": gettext_lazy("Taken for an open debt"),
    "deposit": gettext_lazy("Paid in"),
    "withdrawal": gettext_lazy("Withdrawal"),
}
WHY: dict[str, Promise] = {
    "REC-1": gettext_lazy("A coupon issued for your late order was used"),
    "PAY-4": gettext_lazy("A refund after the money had been released"),
}
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _day(label: Any) -> forms.DateField:
    widget = day_picker()
    return forms.DateField(required=False, label=label, widget=widget)


class FilterForm(forms.Form):
    """What stands in the address; a value that makes no sense is said so beside its field and left out."""

    kind = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("Any")), *((kind, WHAT[kind]) for kind in KINDS)],
    )
    first = _day(gettext_lazy("From day"))
    last = _day(gettext_lazy("Through day"))
    order = forms.CharField(required=False, label=gettext_lazy("Order number"), max_length=24)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _("The end is before the beginning."))
        return given

    def wanted(self) -> Wanted:
        self.is_valid()
        given = self.cleaned_data
        return Wanted(given.get("kind", ""), given.get("first"), given.get("last"), given.get("order", ""))


@dataclass(frozen=True)
class Line(Moved):
    """A movement with what it is called."""

    what: str


@dataclass(frozen=True)
class Owed:
    """An open debt, why it is one, and the order it goes back to."""

    debt: Debt
    why: str
    number: str


@for_seller
@require_safe
def funds(request: SellerRequest) -> HttpResponse:
    """The account in USD, newest movement first."""
    seller_id = request.seller.pk
    form = FilterForm(request.GET)
    wanted = form.wanted()
    shown = paging.page(statement.narrowed([seller_id], wanted), ("-id",), request.GET)
    debts = list(queries.open_debts(seller_id)[:MOST])
    balance = ledger.balance(AccountKind.SELLER, seller_id)
    known = causes.numbers(
        [
            *((entry.transfer.cause, entry.transfer.cause_id) for entry in shown.rows),
            *((debt.cause, debt.cause_id) for debt in debts),
        ]
    )
    context = {
        "page": shown,
        "form": form,
        "is_narrowed": wanted != Wanted(),
        "query": _kept(request),
        "lines": _lines(shown.rows, balance, known),
        "debts": [
            Owed(debt, str(WHY[debt.rule]), known.get((debt.cause, debt.cause_id), "")) for debt in debts
        ],
        "balance": balance,
        "debt": queries.debt(seller_id),
        "held": orders.held(seller_id),
    }
    return page(request, "sellers/seller/funds.html", context)


@for_seller
@require_safe
def export(request: SellerRequest, format: str) -> HttpResponse:
    """The statement as it is narrowed, as a file: written row by row, and sent as it lies on the disk."""
    if format not in FORMATS:
        raise Http404
    wanted = FilterForm(request.GET).wanted()
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / f"statement.{format}"
    written = sheet(format, str(path))
    heads = (
        _("When"),
        _("What"),
        _("Order"),
        _("Rule"),
        _("Amount (USD)"),
        _("Balance (USD)"),
        _("Reference"),
    )
    written.row([str(head) for head in heads])
    for moved in statement.whole(request.seller.pk, wanted):
        written.row(_cells(moved))
    written.close()
    name = f"statement-{day_of(request.at)}.{format}"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=FORMATS[format])
    # The open file outlives its name.
    folder.cleanup()
    return cast(HttpResponse, answer)


def _lines(rows: Sequence[Entry], balance: Money, known: dict[causes.Cause, str]) -> list[Line]:
    after = ledger.balances_after(rows[0].account_id, balance, rows) if rows else {}
    return [
        Line(
            entry,
            known.get((entry.transfer.cause, entry.transfer.cause_id), ""),
            after[entry.pk],
            str(WHAT[entry.transfer.what]),
        )
        for entry in rows
    ]


def _cells(moved: Moved) -> tuple[str | Decimal | None, ...]:
    transfer = moved.entry.transfer
    return (
        _stamp(transfer.happened_at),
        str(WHAT[transfer.what]),
        moved.number,
        transfer.rule,
        moved.amount.amount,
        moved.balance.amount,
        transfer.reference,
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S %Z")


def _kept(request: SellerRequest) -> str:
    """The filters of the address, for the file of the same lines."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return query.urlencode()
