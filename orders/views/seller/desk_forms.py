"""What staff send from the order list and from an order's desk, checked."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assurance.ui.fields import ProseField
from orders.views.outcomes import ticked


def one_line(text: str) -> str:
    return " ".join(text.split())


class PickedForm(forms.Form):
    """An act on the orders that were ticked. What an act does not need may be empty."""

    act = forms.ChoiceField(
        choices=[(name, name) for name in ("assign", "note", "label", "unlabel", "delete", "restore")]
    )
    salesperson = forms.CharField(required=False, max_length=18)
    note = ProseField(label=_("Note"), required=False, max_length=1000)
    label = forms.CharField(label=_("Label"), required=False, max_length=30)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="picked_%s")

    @property
    def numbers(self) -> list[str]:
        """The orders that were ticked."""
        return ticked(self.data) if isinstance(self.data, QueryDict) else []

    def clean_label(self) -> str:
        return one_line(str(self.cleaned_data["label"]))

    def clean_salesperson(self) -> int | None:
        given = str(self.cleaned_data["salesperson"])
        if given and not (given.isascii() and given.isdecimal()):
            raise forms.ValidationError(_("Choose somebody of your staff."))
        return int(given) if given else None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        act = values.get("act")
        if not self.numbers:
            self.add_error(None, _("Nothing is chosen. Tick at least one order first."))
        if act == "note" and not values.get("note", "").strip():
            self.add_error("note", _("Enter the note first."))
        if act in ("label", "unlabel") and not values.get("label"):
            self.add_error("label", _("Enter the label first."))
        return values


class KeepForm(forms.Form):
    """A name for the filters in force."""

    name = forms.CharField(label=_("Name"), max_length=40)
    default = forms.BooleanField(label=_("Open the list with it"), required=False)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        return one_line(str(self.cleaned_data["name"]))


class NoteForm(forms.Form):
    note = ProseField(label=_("Note"), max_length=1000)


class LabelForm(forms.Form):
    label = forms.CharField(label=_("Label"), max_length=30)

    def clean_label(self) -> str:
        return one_line(str(self.cleaned_data["label"]))


class AssignForm(forms.Form):
    salesperson = forms.ChoiceField(label=_("Salesperson"), required=False)

    def __init__(self, staff: list[tuple[int, str]], data: Any = None, *, now: int | None = None) -> None:
        super().__init__(data, initial={"salesperson": str(now or "")})
        field = self.fields["salesperson"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Not assigned")), *((str(pk), name) for pk, name in staff)]
