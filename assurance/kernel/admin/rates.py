"""Exchange rates: written down for a day, by hand or from the European Central Bank's file; never edited (MON-2)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from assurance.kernel import clock, services
from assurance.kernel.days import day_of
from assurance.kernel.models import ExchangeRate
from assurance.kernel.queries import newest_rates
from assurance.kernel.rates import (
    MOST_BYTES,
    RATED,
    DayRates,
    UnreadableRatesError,
    check,
    check_day,
    from_ecb,
    serves,
)
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import day_text
from assurance.ops import history
from assurance.ops.acts import Act, ReasonForm
from assurance.ops.detail import DetailAdmin
from assurance.ops.filters import one_of
from assurance.ops.sheets import Badge, Fact, Link, Panel, Table
from assurance.ops.show import plain, shown
from assurance.ui.fields import DecimalField, day_picker
from assurance.ui.refusals import blame

MAY_ADD = "kernel.add_exchangerate"
ECB = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"


def _rate(code: str) -> forms.DecimalField:
    return DecimalField(label=code, required=False, max_digits=18, decimal_places=8)


class DayForm(ReasonForm):
    """The rates of a day; what is left empty has none of its own. Each says what the last one was."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=day_picker())
    EUR = _rate("EUR")
    GBP = _rate("GBP")
    JPY = _rate("JPY")
    CNY = _rate("CNY")
    AUD = _rate("AUD")
    CAD = _rate("CAD")
    checked = forms.BooleanField(
        label=gettext_lazy("I have checked rates that are more than 20% away from the last"), required=False
    )
    field_order = ("day", *RATED, "checked", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at = clock.now()
        self.initial.setdefault("day", day_of(at))
        for rate in newest_rates(day_of(at), at):
            self.fields[rate.currency].help_text = _("Last %(rate)s, of %(day)s") % {
                "rate": plain(rate.usd),
                "day": day_text(rate.day),
            }

    def clean(self) -> dict[str, Any]:
        """All that is wrong with the day and its rates at once; the service looks again."""
        given = super().clean() or self.cleaned_data
        at = clock.now()
        day = given.get("day") or day_of(at)
        last = {rate.currency: rate.usd for rate in newest_rates(day, at)}
        self._try(lambda: check_day(day, today=day_of(at)))
        for code in RATED:
            if given.get(code) is not None:
                self._try(partial(check, code, given[code], last=last.get(code), checked=given["checked"]))
        return given

    def _try(self, check: Callable[[], None]) -> None:
        try:
            check()
        except RuleViolation as violation:
            blame(self, violation)

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        usd = {code: given[code] for code in RATED if given[code] is not None}
        return {"usd": usd, **{name: given[name] for name in ("day", "checked", "reason")}}


class FileForm(forms.Form):
    """The bank's file, as it is published every working day."""

    file = forms.FileField(
        label=gettext_lazy("Reference rates"),
        help_text=format_html('<a href="{}" rel="noreferrer">{}</a>', ECB, "eurofxref-daily.xml"),
        widget=forms.FileInput(attrs={"accept": ".xml"}),
        allow_empty_file=True,
    )

    def clean_file(self) -> DayRates:
        file = self.cleaned_data["file"]
        try:
            return from_ecb(file.read(MOST_BYTES + 1))
        except UnreadableRatesError as error:
            raise forms.ValidationError(str(error)) from error


@admin.register(ExchangeRate)
class ExchangeRateAdmin(DetailAdmin):
    list_display = ("currency", "day_column", "usd_column", "noted_column")
    list_filter = (one_of("currency", gettext_lazy("currency"), tuple((code, code) for code in RATED)),)
    ordering = ("-day", "-id")
    acts = (
        Act(
            name="make",
            label=gettext_lazy("Rates of a day"),
            asks=gettext_lazy("Record the exchange rates of a day"),
            done=gettext_lazy("Saved"),
            permission=MAY_ADD,
            run=services.keep_rates,
            form=DayForm,
            explains=gettext_lazy(
                "USD for one unit of the currency. An order takes the rate of the day on which its contract becomes "
                "effective and keeps it. A rate serves for 7 days; a currency without one is not offered."
            ),
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        upload = path(
            "upload/", self.admin_site.admin_view(self.upload_view), name="kernel_exchangerate_upload"
        )
        return [upload, *super().get_urls()]

    def ways(self, request: HttpRequest) -> list[Link]:
        if not request.user.has_perm(MAY_ADD):
            return []
        return [Link(_("From the ECB’s file"), reverse("admin:kernel_exchangerate_upload"))]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Read the bank's file, and go on to the form of its day, filled in: nothing is kept before that is sent."""
        if not request.user.has_perm(MAY_ADD):
            raise PermissionDenied
        form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
        if form.is_bound and form.is_valid():
            found: DayRates = form.cleaned_data["file"]
            named = {code: f"{usd:f}" for code, usd in found.usd.items()}
            reason = _("Reference rates of the European Central Bank")
            url = self.act_url(self.acts[0], (), day=found.day.isoformat(), reason=reason, **named)
            return HttpResponseRedirect(url)
        context = {
            "form": form,
            "explains": _("The file is read and shown first; nothing is kept before you say so."),
        }
        title = _("Exchange rates from the European Central Bank")
        return self._page(request, "upload", title, context, status=422 if form.is_bound else 200)

    def heading(self, thing: ExchangeRate) -> Any:
        return _("%(currency)s on %(day)s") % {"currency": thing.currency, "day": day_text(thing.day)}

    @display(description=gettext_lazy("day"), ordering="day")
    def day_column(self, rate: ExchangeRate) -> Any:
        return shown(rate.day)

    @display(description=gettext_lazy("USD per unit"))
    def usd_column(self, rate: ExchangeRate) -> str:
        return plain(rate.usd)

    @display(description=gettext_lazy("recorded"))
    def noted_column(self, rate: ExchangeRate) -> Any:
        return shown(rate.noted_at, "minute")

    def panels(self, request: HttpRequest, thing: ExchangeRate, at: datetime) -> list[Panel]:
        same = ExchangeRate.objects.filter(currency=thing.currency).order_by("-day", "-id")[:30]
        rows = [(rate.day, rate.usd, rate.noted_at) for rate in same]
        facts = [
            Fact(_("Currency"), thing.currency),
            Fact(_("Day"), thing.day),
            Fact(_("USD per unit"), thing.usd, "MON-2"),
            Fact(_("State"), _standing(thing, at)),
        ]
        head = (_("Day"), _("USD per unit"), _("Recorded"))
        return [
            Panel(_("Recent rates"), table=Table(head, rows, numbers=frozenset({1}))),
            Panel(_("Exchange rate"), facts, side=True),
            Panel(_("On record for the day"), log=history.log("rates", thing.day.toordinal()), side=True),
        ]


def _standing(rate: ExchangeRate, at: datetime) -> Badge:
    newest = newest_rates(day_of(at), at, [rate.currency]).first()
    if newest != rate:
        return Badge(_("past"), "off", "none")
    if serves(rate.day, on=day_of(at)):
        return Badge(_("in force"), "good", "check")
    return Badge(_("too old"), "late", "warning")
