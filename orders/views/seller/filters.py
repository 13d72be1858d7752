"""The filters of the order list: from the address to `Wanted`, and back into words (ORD-9)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from assurance.ui.wording import day_text
from logistics.models import Mode
from orders.models import Export, Source, State
from orders.queries.desk import Offers
from orders.queries.filters import CURRENCIES, DISCOUNTS, NOBODY, Wanted
from orders.queries.seller import TABS

TAB_NAMES: dict[str, Promise] = {
    "all": _("All"),
    "to_confirm": _("To confirm"),
    "to_pay": _("To be paid"),
    "to_dispatch": _("To dispatch"),
    "to_receive": _("To be received"),
    "after_sales": _("Refund / after-sales"),
    "done": _("Completed / closed"),
}
CHIP_NAMES: dict[str, Promise] = {
    "loan": _("Loan-eligible"),
    "dispatch": _("On-time dispatch"),
    "delivery": _("On-time delivery"),
    "overdue": _("Overdue"),
}
KIND_NAMES = {"rts": _("Ready to Ship"), "made": _("Made to order")}
DISCOUNT_NAMES = dict(
    zip(DISCOUNTS, (_("Any"), _("Store coupon"), _("Platform coupon"), _("None")), strict=True)
)
_ANY = ("", _("Any"))
_MOST_MONEY = Decimal(10) ** 12


def _day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _day(label: Any) -> forms.DateField:
    return forms.DateField(required=False, label=label, widget=_day_widget())


def _money(label: Any, hint: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        required=False, label=label, min_value=0, max_value=_MOST_MONEY, decimal_places=2, help_text=hint
    )


def _choice(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, label=label, choices=[_ANY, *choices])


class CountryField(forms.ChoiceField):
    """Any country is understood; those that lines reach are offered, once they are to be shown."""

    def valid_value(self, value: str) -> bool:
        return value in dict(countries)


class StaffField(forms.ChoiceField):
    """One of the staff by id, or nobody; a number that is nobody's finds no order."""

    def valid_value(self, value: str) -> bool:
        return value.isascii() and value.isdecimal() and len(value) < 19

    def clean(self, value: Any) -> int | None:
        given = super().clean(value)
        return int(given) if given else None


class FilterForm(forms.Form):
    """What stands in the address; a value that makes no sense is said so beside its field and left out."""

    q = forms.CharField(required=False, max_length=120)
    state = _choice(_("State"), State.choices)
    salesperson = StaffField(required=False, label=_("Salesperson"))
    destination = CountryField(required=False, label=_("Destination"))
    country = CountryField(required=False, label=_("Buyer’s country"))
    created_from = _day(_("Created from"))
    created_to = _day(_("Created to"))
    amount_from = _money(_("Amount from"), _("In USD, or in the currency chosen here."))
    amount_to = _money(_("Amount to"))
    currency = _choice(_("Currency"), ((code, code) for code in CURRENCIES))
    drafted_by = _choice(_("Drafted by"), [("buyer", _("Buyer")), ("seller", _("Seller"))])
    kind = _choice(_("Order type"), KIND_NAMES.items())
    source = _choice(_("Lead source"), Source.choices)
    mode = _choice(_("Transport"), Mode.choices)
    export = _choice(_("Export mode"), Export.choices)
    discount = _choice(_("Discount"), DISCOUNT_NAMES.items())
    label = forms.CharField(required=False, label=_("Label"), max_length=30)
    loan = forms.BooleanField(required=False)
    dispatch = forms.BooleanField(required=False)
    delivery = forms.BooleanField(required=False)
    overdue = forms.BooleanField(required=False)
    deleted = forms.BooleanField(required=False)

    SELECTS = (
        "state",
        "salesperson",
        "destination",
        "created_from",
        "created_to",
        "amount_from",
        "amount_to",
        "currency",
        "country",
        "drafted_by",
        "kind",
        "source",
        "mode",
        "export",
        "discount",
        "label",
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        # Most pages are looked at without the selects, which then cost neither a query nor their drawing. A
        # filter in use is shown beside the search and goes along hidden; a wrong one is shown in its place.
        self.is_open = "filters" in data or any(self.errors.get(name) for name in self.SELECTS)

    def offer(self, offers: Offers) -> None:
        """Put what is known only now into the selects."""
        staff = [(str(NOBODY), _("Not assigned")), *((str(pk), name) for pk, name in offers.staff)]
        self._choices("salesperson", staff)
        for name in ("destination", "country"):
            codes = {*offers.countries, *filter(None, [self.cleaned_data.get(name)])}
            reached = [(code, countries.name(code)) for code in codes]
            self._choices(name, sorted(reached, key=lambda choice: choice[1]))
        if offers.labels:
            self.fields["label"].widget = forms.Select(
                choices=[_ANY, *((label, label) for label in offers.labels)]
            )

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [_ANY, *choices]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first, last = values.get("created_from"), values.get("created_to")
        if first and last and last < first:
            self.add_error("created_to", _("The last day lies before the first."))
        least, most = values.get("amount_from"), values.get("amount_to")
        if least is not None and most is not None and most < least:
            self.add_error("amount_to", _("The largest amount is below the smallest."))
        return values

    def wanted(self, tab: str) -> Wanted:
        """What is asked for, as far as it makes sense."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if value or (value == 0 and value is not False)
        }
        text = given.pop("q", "")
        return Wanted(tab=tab if tab in TABS else "all", text=text, **given)

    def applied(self, offers: Offers) -> list[tuple[str, str, str, str]]:
        """The filters in force: (name in the address, label, value in words, value in the address)."""
        return [
            (name, str(self.fields[name].label), self._said(name, offers), str(self.data.get(name, "")))
            for name in self.SELECTS
            if self.cleaned_data.get(name) not in (None, "")
        ]

    def _said(self, name: str, offers: Offers) -> str:
        value = self.cleaned_data[name]
        if name in ("destination", "country"):
            return str(countries.name(value))
        if name == "salesperson":
            return str(dict(offers.staff).get(value, _("Not assigned") if value == NOBODY else value))
        if name in ("created_from", "created_to"):
            return day_text(value)
        names: Any = getattr(self.fields[name], "choices", None)
        return str(dict(names)[value] if names else value)
