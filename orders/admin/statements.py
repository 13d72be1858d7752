"""Uploading a bank's file, looking at what is in it, and taking it in (PAY-2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import display

from assurance.kernel import clock
from assurance.kernel.money import Money, from_minor
from assurance.kernel.wording import instant_text
from assurance.ops import history, links
from assurance.ops.acts import Act
from assurance.ops.detail import DetailAdmin, actor_of
from assurance.ops.sheets import Badge, Fact, Link, Panel, Progress, Table
from assurance.ops.show import shown
from assurance.ui import parts
from orders import tasks
from orders.admin.verdicts import REASONS, VERDICTS
from orders.models import BankLine, BankStatement, StatementState, TakenBack
from orders.queries.bank import Judged, judged, lines_of
from orders.rules.bank import files
from orders.rules.bank.lines import Line, UnreadableError
from orders.services import statements

MAY_UPLOAD = "orders.add_bankstatement"
LINES_ON_A_PAGE = 100


def _take_in(**asked: Any) -> BankStatement:
    """Ask for it, and have a worker look at once."""
    statement = statements.take_in(**asked)
    tasks.look_for_statements()
    return statement


class UploadForm(forms.Form):
    """A file as the bank made it. Its size is known before a byte of it is read."""

    file = forms.FileField(
        label=gettext_lazy("Statement"),
        help_text=gettext_lazy("MT940 or CAMT.053, at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".sta,.mt940,.940,.txt,.xml"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > files.MOST_BYTES:
            raise forms.ValidationError(files.too_large().message)
        return file


@admin.register(BankStatement)
class BankStatementAdmin(DetailAdmin):
    list_display = ("name", "uploaded", "format", "size_column", "lines_column", "state_column")
    list_filter = ("state", "format")
    search_fields = ("name", "digest__exact")
    search_help_text = gettext_lazy("The file’s name, or its whole digest")
    list_select_related = ("uploaded_by",)
    ordering = ("-id",)
    acts = (
        Act(
            name="take-in",
            label=gettext_lazy("Take in"),
            asks=gettext_lazy("Take the statement in"),
            done=gettext_lazy("It is being taken in"),
            permission=MAY_UPLOAD,
            run=_take_in,
            target="statement_id",
            explains=gettext_lazy(
                "Money that fits its order exactly is associated at once. The rest waits for a person: "
                "the seller where the order is known, finance where it is not."
            ),
            offered=lambda statement, at: statement.state in (StatementState.UPLOADED, StatementState.FAILED),
        ),
        Act(
            name="discard",
            label=gettext_lazy("Discard"),
            asks=gettext_lazy("Discard the statement"),
            done=gettext_lazy("Discarded"),
            permission=MAY_UPLOAD,
            run=statements.discard,
            target="statement_id",
            explains=gettext_lazy(
                "None of it counts. The file can still be taken in if it is uploaded again."
            ),
            look="",
            offered=lambda statement, at: statement.state == StatementState.UPLOADED,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "orders_bankstatement"
        return [
            path("upload/", view(self.upload_view), name=f"{name}_upload"),
            path("<int:pk>/progress/", view(self.progress_view), name=f"{name}_progress"),
            *super().get_urls(),
        ]

    def ways(self, request: HttpRequest) -> list[Link]:
        if not request.user.has_perm(MAY_UPLOAD):
            return []
        return [Link(_("Upload a statement"), reverse("admin:orders_bankstatement_upload"))]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Read a file and show what is in it. The same file again leads to what it was the first time."""
        if not request.user.has_perm(MAY_UPLOAD):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_bound and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                statement, is_new = statements.upload(
                    name=str(file.name), data=file.read(), at=clock.now(), actor=actor_of(request)
                )
            except UnreadableError as error:
                form.add_error("file", error.message)
            else:
                if not is_new:
                    messages.info(request, _("The same file was uploaded before; nothing has changed."))
                return HttpResponseRedirect(self._url(statement))
        status = 422 if form.is_bound else 200
        context = {
            "form": form,
            "explains": _(
                "The file is read and shown first; nothing counts before you take it in. The same file twice "
                "changes nothing."
            ),
            "has_sample": True,
        }
        return self._page(request, "upload", _("Upload a bank statement"), context, status=status)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the taking in is, as a panel alone; once it is over the page is to be loaded anew."""
        self._may_view(request)
        statement = get_object_or_404(BankStatement, pk=pk)
        answer = TemplateResponse(request, "admin/ops/panel.html", {"panel": _progress(statement)})
        if statement.state != StatementState.TAKING:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @display(description=gettext_lazy("uploaded"), ordering="id")
    def uploaded(self, statement: BankStatement) -> Any:
        return parts.moment(statement.uploaded_at, instant_text(statement.uploaded_at, seconds=False))

    @display(description=gettext_lazy("size"))
    def size_column(self, statement: BankStatement) -> str:
        return _("%(n)s kB") % {"n": max(1, round(statement.size / 1000))}

    @display(description=pgettext_lazy("bank", "lines"))
    def lines_column(self, statement: BankStatement) -> int:
        return sum(part["lines"] for part in statement.parts)

    @display(description=gettext_lazy("state"))
    def state_column(self, statement: BankStatement) -> Any:
        return shown(_state(statement))

    def summary(self, thing: BankStatement, at: datetime) -> Sequence[Any]:
        return thing.name, _("%(n)s lines") % {"n": len(thing.lines)}

    def panels(self, request: HttpRequest, thing: BankStatement, at: datetime) -> list[Panel]:
        found = _told(thing, at)
        title, note = _TITLES[StatementState(thing.state)]
        is_going_on = thing.state == StatementState.TAKING
        return [
            *([_progress(thing)] if is_going_on else []),
            Panel(title, table=_sums(found), note=note),
            Panel(_("Line by line"), table=_table(found, thing, request)),
            _file(thing, request),
            Panel(_("On record"), log=history.log("statement", thing.pk), side=True),
        ]


_NOTHING_YET = gettext_lazy("Nothing counts before the statement is taken in.")
_TITLES: dict[StatementState, tuple[Promise, Promise | str]] = {
    StatementState.UPLOADED: (gettext_lazy("Preview"), _NOTHING_YET),
    StatementState.TAKING: (gettext_lazy("Its lines"), ""),
    StatementState.TAKEN: (gettext_lazy("Its lines"), ""),
    StatementState.FAILED: (
        gettext_lazy("Its lines"),
        gettext_lazy(
            "It was interrupted. Take it in again: it continues where it stopped, and nothing counts twice."
        ),
    ),
    StatementState.DISCARDED: (
        gettext_lazy("Preview before it was discarded"),
        gettext_lazy("It was discarded, and none of it counts. Upload the file again to take it in."),
    ),
}
_BADGES = {
    StatementState.UPLOADED: ("soon", "clock"),
    StatementState.TAKING: ("soon", "hourglass"),
    StatementState.TAKEN: ("good", "check"),
    StatementState.FAILED: ("late", "warning"),
    StatementState.DISCARDED: ("off", "none"),
}


def _state(statement: BankStatement) -> Badge:
    return Badge(statement.get_state_display(), *_BADGES[StatementState(statement.state)])


def _progress(statement: BankStatement) -> Panel:
    total = len(statement.lines)
    text = _("%(done)s of %(total)s lines") % {"done": statement.done, "total": total}
    return Panel(
        _("Being taken in"),
        [Fact(_("Progress"), Progress(statement.done, total, text))],
        note=_("You can continue working meanwhile."),
        again=reverse("admin:orders_bankstatement_progress", args=[statement.pk]),
    )


def _told(statement: BankStatement, at: datetime) -> list[Judged]:
    """What each line is for: as it was when it was taken in, else as it stands now."""
    lines = lines_of(statement)
    if statement.taken_at is None:
        return judged(lines, at)
    mine = {line.bank_reference: line for line in statement.bank_lines.select_related("order")}
    found = []
    for one in judged(lines, at, statement.pk):
        row = mine.get(one.line.key)
        found.append(Judged(one.line, row.why, row.order) if row else one)
    return found


def _sums(found: Sequence[Judged]) -> Table:
    """How many lines there are of each kind, and their money by currency."""
    money: dict[str, dict[str, Money]] = defaultdict(dict)
    count: dict[str, int] = defaultdict(int)
    for one in found:
        amount = _signed(one.line)
        of_code, currency = money[one.code], amount.currency.code
        of_code[currency] = of_code[currency] + amount if currency in of_code else amount
        count[one.code] += 1
    rows = [
        (VERDICTS[code], REASONS[code], count[code], list(money[code].values()))
        for code in VERDICTS
        if code in count
    ]
    head = (_("Outcome"), _("Why"), pgettext("bank", "Lines"), _("Amount"))
    return Table(head, rows, numbers=frozenset({2, 3}), empty=_("The statement has no lines."))


def _table(found: Sequence[Judged], statement: BankStatement, request: HttpRequest) -> Table:
    """A page of the lines, in the file's order."""
    text = request.GET.get("from", "0")
    start = int(text) if text.isdecimal() and len(text) < 6 else 0
    shown_lines = found[start : start + LINES_ON_A_PAGE]
    keys = [one.line.key for one in shown_lines]
    rows_of = {row.bank_reference: row for row in BankLine.objects.filter(bank_reference__in=keys)} | {
        row.bank_reference: row for row in TakenBack.objects.filter(bank_reference__in=keys)
    }
    user = request.user
    rows: list[tuple[Any, ...]] = [
        (
            one.line.day,
            [
                _row(user, rows_of.get(one.line.key), one.line),
                _purpose(one.line),
            ],
            _signed(one.line),
            [
                VERDICTS[one.code],
                *([links.to_order(user, one.order)] if one.order else []),
            ],
        )
        for one in shown_lines
    ]
    turns = [
        Link(text, f"?from={place}")
        for text, place in ((_("earlier"), start - LINES_ON_A_PAGE), (_("later"), start + LINES_ON_A_PAGE))
        if 0 <= place < len(found)
    ]
    if turns:
        rows.append((turns, "", "", ""))
    head = (_("Day"), _("Payer and purpose"), _("Amount"), _("Outcome"))
    return Table(head, rows, numbers=frozenset({2}), empty=_("The statement has no lines."))


def _row(user: Any, row: BankLine | TakenBack | None, line: Line) -> Link:
    """What became of a line, under its payer's name."""
    name = line.payer or line.bank_reference or "–"
    return links.to(user, type(row), row.pk, name) if row is not None else Link(name, "")


def _signed(line: Line) -> Money:
    return line.amount if line.is_credit else -line.amount


def _purpose(line: Line) -> str:
    """The payer's words without the name, which some banks write behind them and which stands before them here."""
    return line.text.removesuffix(line.payer).rstrip()


def _breakable(digest: str) -> str:
    """In pieces, so that a narrow column can hold it."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _file(statement: BankStatement, request: HttpRequest) -> Panel:
    facts = [
        Fact(_("State"), _state(statement), "PAY-2"),
        Fact(_("File"), statement.name, note=statement.get_format_display()),
        Fact(pgettext("file", "Uploaded"), statement.uploaded_at, note=statement.uploaded_by or ""),
        *(
            [Fact(_("Taken in"), statement.taken_at, note=statement.taken_by or "")]
            if statement.taken_at
            else []
        ),
        *(
            [Fact(_("Discarded"), statement.discarded_at, note=statement.discarded_by or "")]
            if statement.discarded_at
            else []
        ),
        Fact(_("Digest (SHA-256)"), _breakable(statement.digest)),
    ]
    for part in statement.parts:
        opening, closing = (from_minor(part[name], part["currency"]) for name in ("opening", "closing"))
        number = _("Statement %(number)s") % {"number": part["number"]}
        facts += [
            Fact(pgettext("bank", "Account"), part["account"], note=number),
            Fact(_("Opening and closing balance"), [opening, closing]),
        ]
    return Panel(_("File"), facts, side=True)
