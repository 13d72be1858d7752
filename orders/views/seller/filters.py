"""The filters of the order list: from the address to `Wanted`, and back into words (ORD-9)."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from assurance.kernel.money import USD
from assurance.ui.wording import day_text
from logistics import queries as logistics
from orders.models import Export, State
from orders.queries.seller import TABS, Wanted

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
    "dispatch": _("On-time dispatch"),
    "delivery": _("On-time delivery"),
    "overdue": _("Overdue"),
}
CURRENCIES = (USD, "EUR", "GBP", "JPY", "CNY", "AUD", "CAD")
_ANY = ("", _("Any"))


def _day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class FilterForm(forms.Form):
    """What stands in the address; a value that makes no sense is said so beside its field and left out."""

    q = forms.CharField(required=False, max_length=120)
    state = forms.ChoiceField(required=False, label=_("State"), choices=[_ANY, *State.choices])
    destination = forms.ChoiceField(required=False, label=_("Destination"))
    created_from = forms.DateField(required=False, label=_("Created from"), widget=_day_widget())
    created_to = forms.DateField(required=False, label=_("Created to"), widget=_day_widget())
    currency = forms.ChoiceField(
        required=False, label=_("Currency"), choices=[_ANY, *((code, code) for code in CURRENCIES)]
    )
    export = forms.ChoiceField(required=False, label=_("Export mode"), choices=[_ANY, *Export.choices])
    dispatch = forms.BooleanField(required=False)
    delivery = forms.BooleanField(required=False)
    overdue = forms.BooleanField(required=False)

    SELECTS = ("state", "destination", "created_from", "created_to", "currency", "export")

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        # Most pages are looked at without the selects; they then cost neither a query nor their drawing.
        self.is_open = any(data.get(name) for name in ("filters", *self.SELECTS))
        if self.is_open:
            self._name_destinations()

    def _name_destinations(self) -> None:
        reached = [(code, countries.name(code)) for code in logistics.destinations()]
        destination = self.fields["destination"]
        assert isinstance(destination, forms.ChoiceField)
        destination.choices = [_ANY, *sorted(reached, key=lambda choice: choice[1])]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first, last = values.get("created_from"), values.get("created_to")
        if first and last and last < first:
            self.add_error("created_to", _("The last day lies before the first."))
        return values

    def wanted(self, tab: str) -> Wanted:
        """What is asked for, as far as it makes sense."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        text = given.pop("q", "")
        return Wanted(tab=tab if tab in TABS else "all", text=text, **given)

    def applied(self) -> list[tuple[str, str, str]]:
        """The filters in force: (name in the address, label, value in words)."""
        return [
            (name, str(self.fields[name].label), self._said(name, self.cleaned_data[name]))
            for name in self.SELECTS
            if self.cleaned_data.get(name)
        ]

    def _said(self, name: str, value: Any) -> str:
        names: Any = getattr(self.fields[name], "choices", None)
        return str(dict(names)[value]) if names else day_text(value)
