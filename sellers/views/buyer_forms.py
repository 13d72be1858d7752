"""What a visitor asks of the catalogue, checked."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assurance.ui.fields import NumberField
from sellers.models import Product

MOST = 10_000_000


class SearchForm(forms.Form):
    """Filters of the search page. A wrong one is told beside its field and left out of the search."""

    q = forms.CharField(label=_("Search products"), max_length=120, required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    by = forms.DateField(
        label=_("Delivered by"),
        required=False,
        help_text=_("Guaranteed, if you pay today"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    to = forms.ChoiceField(label=_("Ship to"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"), choices=[("", _("Newest")), ("price", _("Lowest price"))], required=False
    )
    rts = forms.BooleanField(label=_("Ready to Ship"), required=False)

    def __init__(
        self,
        *args: Any,
        today: date,
        categories: list[tuple[str, str]],
        destinations: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["category"].choices = [("", _("All categories")), *categories]  # type: ignore[attr-defined]
        self.fields["to"].choices = destinations  # type: ignore[attr-defined]

    def clean_by(self) -> date | None:
        by: date | None = self.cleaned_data["by"]
        if by is not None and by < self.today:
            raise forms.ValidationError(_("This day has already passed."))
        return by


class QuantityForm(forms.Form):
    """How many pieces, from the product's least quantity on."""

    quantity = NumberField(label=_("Quantity"), max_value=MOST)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least = product.tiers.all()[0].min_quantity
        self.fields["quantity"] = NumberField(
            label=_("Quantity"), min_value=least, max_value=MOST, initial=least
        )
