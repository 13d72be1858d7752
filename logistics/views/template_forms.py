"""What a seller writes about a freight template, checked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import USD, Money, from_minor, to_minor
from assurance.ui.fields import DecimalField, NumberField
from assurance.ui.templatetags.trade import translated
from logistics import queries as logistics
from logistics.models import FreightTemplate, Pricing, TemplateLine
from logistics.services.templates import LinePrice
from sellers.models import Product

MOST_ROWS = 60
EMPTY_ROWS = 2
MOST_MINOR = Decimal("99999999.99")


class _ProductChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, product: Any) -> str:
        return translated(product)


def _money(label: Any) -> forms.DecimalField:
    return DecimalField(
        label=label, required=False, min_value=Decimal(0), max_value=MOST_MINOR, decimal_places=2
    )


def _grams(label: Any) -> forms.IntegerField:
    return NumberField(label=label, required=False, min_value=1, max_value=1_000_000)


class TemplateForm(forms.Form):
    """The template's name and the products that ship by it."""

    name = forms.CharField(label=_("Name"), max_length=80)
    products = _ProductChoice(
        Product.objects.none(),
        label=_("Linked products"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, seller_id: int, data: Any = None, *, template: FreightTemplate | None = None) -> None:
        initial: dict[str, Any] = {}
        if template is not None:
            linked = template.products.values_list("product_id", flat=True)
            initial = {"name": template.name, "products": list(linked)}
        super().__init__(data, initial=initial)
        products = self.fields["products"]
        assert isinstance(products, _ProductChoice)
        products.queryset = Product.objects.filter(seller_id=seller_id).order_by("-rts", "name")


class LineForm(forms.Form):
    """A line with its price; only the fields of the chosen pricing count. An empty row is none."""

    line = forms.TypedChoiceField(label=_("Line"), required=False, coerce=int, empty_value=None)
    pricing = forms.ChoiceField(label=_("Price"), choices=Pricing.choices, required=False)
    flat = _money(_("Flat price"))
    first_weight_g = _grams(_("First weight"))
    first = _money(_("Price of the first weight"))
    additional_weight_g = _grams(_("Each additional weight"))
    additional = _money(_("Price of each additional weight"))
    discount_percent = NumberField(
        label=_("Discount on the platform’s rate"), required=False, min_value=0, max_value=100
    )
    remove = forms.BooleanField(label=_("Remove this line"), required=False)

    NEEDED = {
        "flat": ("flat",),
        "weight": ("first_weight_g", "first", "additional_weight_g", "additional"),
    }

    def __init__(self, *args: Any, lines: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.ChoiceField)
        line.choices = [("", _("Choose a line")), *lines]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("line") and not given.get("remove"):
            for name in self.NEEDED.get(given.get("pricing", ""), ()):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("This price needs it."))
        return given

    def price(self) -> LinePrice | None:
        """The row as the service takes it; none if it is empty or taken out."""
        given = self.cleaned_data
        if not given.get("line") or given.get("remove"):
            return None
        return LinePrice(
            line_id=given["line"],
            pricing=given["pricing"] or Pricing.FREE,
            flat_minor=_minor(given["flat"]),
            first_weight_g=given["first_weight_g"] or 500,
            first_minor=_minor(given["first"]),
            additional_weight_g=given["additional_weight_g"] or 500,
            additional_minor=_minor(given["additional"]),
            discount_percent=given["discount_percent"] or 0,
        )


def _minor(amount: Decimal | None) -> int:
    return to_minor(Money(amount or 0, USD))


class BaseLineFormSet(forms.BaseFormSet):
    def prices(self) -> list[LinePrice]:
        """The filled rows that stay."""
        return [price for form in self.forms if (price := form.price()) is not None]


LineFormSet = forms.formset_factory(LineForm, formset=BaseLineFormSet, extra=EMPTY_ROWS, max_num=MOST_ROWS)


def line_rows(template: FreightTemplate | None, data: Any = None) -> BaseLineFormSet:
    """The template's lines and some empty rows. A line no longer offered stays where it is already used."""
    rows = list(template.lines.select_related("line").order_by("id")) if template else []
    lines = {
        line.pk: translated(line) for line in [*logistics.lines_for_templates(), *(r.line for r in rows)]
    }
    return cast(
        BaseLineFormSet,
        LineFormSet(
            data,
            prefix="line",
            initial=[_initial(row) for row in rows],
            form_kwargs={"lines": list(lines.items())},
        ),
    )


def _initial(row: TemplateLine) -> dict[str, Any]:
    same = ("pricing", "first_weight_g", "additional_weight_g", "discount_percent")
    amounts = {"flat": row.flat_minor, "first": row.first_minor, "additional": row.additional_minor}
    return (
        {"line": row.line_id}
        | {name: getattr(row, name) for name in same}
        | {name: from_minor(minor).amount for name, minor in amounts.items()}
    )
