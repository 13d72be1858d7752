"""What the filters of both order lists have in common: from the address to `Wanted`, and back into words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from assurance.kernel.wording import day_text
from assurance.ui.fields import DecimalField, day_picker
from assurance.ui.given import whole
from orders.models import State
from orders.queries.filters import Wanted

ANY = ("", _("Any"))
_MOST_MONEY = Decimal(10) ** 12


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(required=False, label=label, widget=day_picker())


def money_field(label: Any, hint: Any = "") -> forms.DecimalField:
    return DecimalField(
        required=False, label=label, min_value=0, max_value=_MOST_MONEY, decimal_places=2, help_text=hint
    )


def choice_field(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, label=label, choices=[ANY, *choices])


class WordsField(forms.CharField):
    """A search: what no keyboard types and what is too long for one is left out rather than complained of."""

    MOST = 120

    def to_python(self, value: Any) -> str:
        return str(super().to_python(str(value or "").replace("\x00", "")[: self.MOST]))


class CountryField(forms.ChoiceField):
    """Any country is understood; those that lines reach are offered, once they are to be shown."""

    def valid_value(self, value: str) -> bool:
        return value in dict(countries)


class IdField(forms.ChoiceField):
    """Somebody or something by its id; one that is nobody's finds no order."""

    def valid_value(self, value: str) -> bool:
        return whole(value) is not None

    def clean(self, value: Any) -> int | None:
        given = super().clean(value)
        return int(given) if given else None


class ListFilterForm(forms.Form):
    """What stands in the address; a value that makes no sense is said so beside its field and left out."""

    TABS: ClassVar[tuple[str, ...]]
    SELECTS: ClassVar[tuple[str, ...]]
    # The name of the search in the address.
    TEXT: ClassVar[str] = "q"

    state = choice_field(_("State"), State.choices)
    created_from = day_field(_("Created from"))
    created_to = day_field(_("Created to"))
    dispatch = forms.BooleanField(required=False)
    delivery = forms.BooleanField(required=False)
    overdue = forms.BooleanField(required=False)
    deleted = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        # Most pages are looked at without the selects, which then cost neither a query nor their drawing. A
        # filter in use is shown beside the search and goes along hidden; a wrong one is shown in its place.
        wrong = self.errors
        self.is_open = "filters" in data or any(wrong.get(name) for name in self.SELECTS)

    def choose_from(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """Put what is known only now into a select."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [ANY, *choices]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first, last = values.get("created_from"), values.get("created_to")
        if first and last and last < first:
            self.add_error("created_to", _("The last day is before the first."))
        return values

    def wanted(self) -> Wanted:
        """What is asked for, as far as it makes sense."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if value or (value == 0 and value is not False)
        }
        text, tab = given.pop(self.TEXT, ""), self.data.get("tab", "all")
        return Wanted(tab=tab if tab in self.TABS else "all", text=text, **given)

    def applied(self, names: dict[str, dict[Any, Any]]) -> list[tuple[str, str, str, str]]:
        """The filters in force: (name in the address, label, value in words, value in the address).

        `names`: the words for values that are known only now, by field.
        """
        return [
            (name, str(self.fields[name].label), self._said(name, names), str(self.data.get(name, "")))
            for name in self.SELECTS
            if self.cleaned_data.get(name) not in (None, "")
        ]

    def _said(self, name: str, names: dict[str, dict[Any, Any]]) -> str:
        value = self.cleaned_data[name]
        if name in names:
            return str(names[name].get(value, value))
        if isinstance(self.fields[name], CountryField):
            return str(countries.name(value))
        if isinstance(self.fields[name], forms.DateField):
            return day_text(value)
        choices: Any = getattr(self.fields[name], "choices", None)
        return str(dict(choices)[value] if choices else value)
