"""The ledger to read: accounts with their statements, transfers with their cause, and back (MON-3)."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from unfold.decorators import display
from unfold.views import ChangeList

from assurance.kernel.money import from_minor
from assurance.ledger.models import GUARDED, Account, AccountKind, Entry, Transfer
from assurance.ledger.queries import balance, faults, totals
from assurance.ops import links, trail
from assurance.ops.detail import DetailAdmin
from assurance.ops.filters import one_of
from assurance.ops.sheets import Badge, Fact, Link, Panel, Rule, Table
from assurance.ui import parts
from assurance.ui.paging import page
from orders.models import BankLine, Order, Return
from sellers.models import Seller, Withdrawal

# The rules under which money moves.
POSTED_UNDER = ("ORD-3", "PAY-1", "PAY-2", "PAY-3", "PAY-4", "REC-1", "REC-2", "REC-3", "RFD-3")
# Of accounts whose balance may well be below zero: the bank's is, as it gave us what we hold.
SIGNS = gettext_lazy(
    "Each transfer adds up to zero: what an account gives stands with a minus, what it receives without."
)
HOLDERS = {AccountKind.ORDER: Order, AccountKind.SELLER: Seller}


class AccountList(ChangeList):
    """A page of the list, with the holders' names read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Account] = list(self.result_list)
        owners = trail.owners_of(self.result_list)
        for account in self.result_list:
            account.holder_name = trail.account_name(account, owners)  # type: ignore[attr-defined]


class TransferList(ChangeList):
    """A page of the list, with the legs of each transfer and the names of what caused it read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Transfer] = list(self.result_list)
        prefetch_related_objects(self.result_list, "entries__account")
        names = links.causes(self.result_list)
        for transfer in self.result_list:
            transfer.cause_name = names[transfer.pk]  # type: ignore[attr-defined]


@admin.register(Account)
class AccountAdmin(DetailAdmin):
    list_display = ("holder", "currency", "balance_column")
    list_filter = ("kind",)
    ordering = ("kind", "-id")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AccountList

    def get_urls(self) -> list[URLPattern]:
        books = path("books/", self.admin_site.admin_view(self.books_view), name="ledger_account_books")
        return [books, *super().get_urls()]

    def ways(self, request: HttpRequest) -> list[Link]:
        return [Link(_("Totals"), reverse("admin:ledger_account_books"))]

    def books_view(self, request: HttpRequest) -> HttpResponse:
        """What all accounts of a kind hold together, and whether the books are in order (MON-3)."""
        self._may_view(request)
        wrong = faults()
        state = Badge(_("The books are in order"), "good", "check")
        if wrong:
            state = Badge(_("The books are not in order"), "late", "warning")
        facts = [Fact(_("State"), state, "MON-3"), *(Fact(_("Discrepancy"), fault) for fault in wrong)]
        return self._page(
            request,
            "detail",
            _("Totals"),
            {
                "panels": [
                    Panel(_("By kind of account"), table=_totals(), note=SIGNS),
                    Panel(_("Check"), facts, side=True),
                ]
            },
        )

    def heading(self, thing: Account) -> Any:
        return f"{trail.account_name(thing, trail.owners_of([thing]))} · {thing.currency}"

    @display(description=gettext_lazy("account"))
    def holder(self, account: Account) -> str:
        return str(account.holder_name)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("balance"))
    def balance_column(self, account: Account) -> Any:
        """The platform's own accounts keep no running balance; their sum stands on their page."""
        return parts.money(account.balance) if account.kind in GUARDED else "–"

    def panels(self, request: HttpRequest, thing: Account, at: datetime) -> list[Panel]:
        kind = AccountKind(thing.kind)
        owner = HOLDERS.get(kind)
        held = balance(kind, thing.owner_id, thing.currency)
        facts = [
            Fact(_("Balance"), held, "MON-3"),
            Fact(_("Currency"), thing.currency),
            Fact(
                _("Holder"),
                links.to(request.user, owner, thing.owner_id, self.heading(thing))
                if owner
                else _("the platform"),
            ),
        ]
        return [
            Panel(
                _("Statement"),
                table=_statement(thing, request),
                note="" if kind in GUARDED else SIGNS,
            ),
            Panel(pgettext("ledger", "Account"), facts, side=True),
        ]


def _totals() -> Table:
    """One row for each kind and currency; the sum of each currency is nothing."""
    found = totals()
    rows: list[tuple[Any, ...]] = [
        (AccountKind(kind).label, count, from_minor(minor, currency))
        for kind, currency, count, minor in found
    ]
    for currency in sorted({row[1] for row in found}):
        amount = from_minor(sum(row[3] for row in found if row[1] == currency), currency)
        is_zero = (
            Badge(_("zero"), "good", "check")
            if not amount.amount
            else Badge(_("not zero"), "late", "warning")
        )
        rows.append((_("All of %(currency)s") % {"currency": currency}, is_zero, amount))
    head = (_("Kind"), _("Accounts"), _("Together"))
    return Table(head, rows, numbers=frozenset({1, 2}), empty=_("No money has moved."))


def _statement(account: Account, request: HttpRequest) -> Table:
    """The account's entries, the newest first, a page at a time."""
    entries = Entry.objects.filter(account=account).select_related("transfer")
    found = page(entries, ["-id"], request.GET, size=100)
    rows: list[tuple[Any, ...]] = [
        (
            entry.transfer.happened_at,
            links.to(request.user, Transfer, entry.transfer_id, trail.what(entry.transfer)),
            Rule(entry.transfer.rule),
            from_minor(entry.amount_minor, account.currency),
        )
        for entry in found.rows
    ]
    turns = [
        Link(text, href) for text, href in ((_("newer"), found.previous), (_("older"), found.next)) if href
    ]
    if turns:
        rows.append((turns, "", "", ""))
    head = (_("When"), _("What"), _("Rule"), _("Amount"))
    return Table(head, rows, numbers=frozenset({3}), empty=_("No entries."))


@admin.register(Transfer)
class TransferAdmin(DetailAdmin):
    list_display = ("happened_at", "what_column", "amount_column", "rule", "cause_column", "reference_column")
    list_filter = (
        one_of("what", gettext_lazy("what"), tuple(trail.WHAT.items())),
        one_of("rule", gettext_lazy("rule"), tuple((rule, rule) for rule in POSTED_UNDER)),
    )
    search_fields = ("reference__startswith",)
    search_help_text = gettext_lazy("The beginning of the reference")
    ordering = ("-id",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TransferList

    def heading(self, thing: Transfer) -> Any:
        return f"{trail.what(thing)} · {thing.reference}"

    @display(description=gettext_lazy("what"))
    def what_column(self, transfer: Transfer) -> str:
        return str(trail.what(transfer))

    @display(description=gettext_lazy("amount"))
    def amount_column(self, transfer: Transfer) -> Any:
        return format_html_join("", "<div>{}</div>", ((parts.money(sum_),) for sum_ in trail.moved(transfer)))

    @display(description=gettext_lazy("cause"))
    def cause_column(self, transfer: Transfer) -> str:
        return str(transfer.cause_name)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("reference"), ordering="reference")
    def reference_column(self, transfer: Transfer) -> SafeString:
        """In one piece, but for a line that is too short: there it breaks after its kind."""
        pieces = format_html_join(
            mark_safe(":<wbr>"), "{}", ((one,) for one in transfer.reference.split(":"))
        )
        return format_html("<span>{}</span>", pieces)

    def panels(self, request: HttpRequest, thing: Transfer, at: datetime) -> list[Panel]:
        user = request.user
        facts = [
            Fact(_("What"), trail.what(thing)),
            Fact(_("Cause"), links.to_cause(user, thing.cause, thing.cause_id)),
            Fact(_("Rule"), Rule(thing.rule)),
            Fact(_("Happened"), thing.happened_at),
            Fact(_("Recorded"), thing.recorded_at),
            Fact(_("Reference"), thing.reference),
        ]
        entries = list(thing.entries.select_related("account").order_by("id"))
        owners = trail.owners_of([entry.account for entry in entries])
        rows = [
            (
                links.to(user, Account, entry.account_id, trail.account_name(entry.account, owners)),
                from_minor(entry.amount_minor, entry.account.currency),
            )
            for entry in entries
        ]
        behind = _behind(thing, user)
        others = (
            Transfer.objects.filter(cause=thing.cause, cause_id=thing.cause_id)
            .exclude(pk=thing.pk)
            .prefetch_related("entries__account")
            .order_by("id")
        )
        return [
            Panel(
                _("Legs"),
                table=Table((pgettext("ledger", "Account"), _("Amount")), rows, numbers=frozenset({1})),
            ),
            Panel(
                _("Other transfers of the same cause"),
                table=trail.transfers(others[:50], user, empty=_("There are no others.")),
            ),
            Panel(_("Transfer"), facts, side=True),
            *([Panel(_("At the bank"), behind, side=True)] if behind else []),
        ]


def _behind(transfer: Transfer, user: Any) -> list[Fact]:
    """The bank's lines that a transfer counted or set aside, what it left to be returned, what it paid out."""
    lines = BankLine.objects.filter(transfer_reference=transfer.reference).order_by("id")
    due = Return.objects.filter(reference=transfer.reference).first()
    facts = [Fact(_("Bank line"), links.to_thing(user, line)) for line in lines]
    if due is not None:
        facts.append(Fact(_("To be returned"), links.to(user, Return, due.pk, due.amount)))
    if transfer.what == "withdrawal":
        key = transfer.reference.rpartition(":")[2]
        paid = (
            Withdrawal.objects.filter(seller_id=transfer.cause_id, key=key).select_related("account").first()
        )
        if paid is not None:
            facts.append(Fact(_("Paid out to"), links.to(user, Withdrawal, paid.pk, paid.account)))
    return facts
