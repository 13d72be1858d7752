"""A seller's money: the balance, what is held, what is owed and why, and the statement."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from assurance.kernel.money import Money, from_minor
from assurance.ledger import queries as ledger
from assurance.ledger.models import AccountKind, Entry
from assurance.ui import paging
from orders.queries import causes
from orders.queries import seller as orders
from orders.queries.counting import MOST
from sellers import queries
from sellers.models import Debt
from sellers.views.seller.base import SellerRequest, for_seller, page

# What a transfer on a seller's account is called there.
WHAT: dict[str, Promise] = {
    "release": _("Order’s money released"),
    "recovery": _("Recovery of a used coupon"),
    "recovery_reversed": _("Recovery reversed"),
    "refund": _("Refund after release"),
    "debt_paid": _("Taken for an open debt"),
    "deposit": _("Paid in"),
    "withdrawal": _("Withdrawal"),
}
WHY: dict[str, Promise] = {
    "REC-1": _("A coupon issued for your late order was used"),
    "PAY-4": _("A refund after the money had been released"),
}


@dataclass(frozen=True)
class Line:
    """A line of the statement, with the order it goes back to."""

    entry: Entry
    what: str
    number: str

    @property
    def amount(self) -> Money:
        return from_minor(self.entry.amount_minor, self.entry.account.currency)


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
    shown = paging.page(ledger.statement(AccountKind.SELLER, seller_id), ("-id",), request.GET)
    debts = list(queries.open_debts(seller_id)[:MOST])
    of_entries = {entry.pk: (entry.transfer.cause, entry.transfer.cause_id) for entry in shown.rows}
    known = causes.numbers([*of_entries.values(), *((debt.cause, debt.cause_id) for debt in debts)])
    context = {
        "page": shown,
        "lines": [
            Line(entry, str(WHAT[entry.transfer.what]), known.get(of_entries[entry.pk], ""))
            for entry in shown.rows
        ],
        "debts": [
            Owed(debt, str(WHY[debt.rule]), known.get((debt.cause, debt.cause_id), "")) for debt in debts
        ],
        "balance": ledger.balance(AccountKind.SELLER, seller_id),
        "debt": queries.debt(seller_id),
        "held": orders.held(seller_id),
    }
    return page(request, "sellers/seller/funds.html", context)
