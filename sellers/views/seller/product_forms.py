"""What a seller writes about a product, checked."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import USD, Money, from_minor
from assurance.kernel.rules import RuleViolation
from assurance.ui.fields import DecimalField, NumberField, ProseField
from assurance.ui.refusals import blame
from logistics import queries as logistics
from logistics.models import FreightTemplate
from logistics.rules import check_ships
from sellers.models import Product
from sellers.services.products import Details
from sellers.views.wording import CATEGORIES, category_name

UNITS = [("piece", _("piece")), ("set", _("set")), ("pair", _("pair"))]
SHAPES = {
    "backpack": _("Backpack"),
    "ball": _("Ball"),
    "bicycle": _("Bicycle"),
    "bottle": _("Bottle"),
    "bowl": _("Bowl"),
    "box": _("Box"),
    "bulb": _("Light bulb"),
    "cable": _("Cable"),
    "candle": _("Candle"),
    "cap": _("Cap"),
    "chair": _("Chair"),
    "cushion": _("Cushion"),
    "drill": _("Drill"),
    "earphones": _("Earphones"),
    "faucet": _("Faucet"),
    "hammer": _("Hammer"),
    "hinge": _("Hinge"),
    "jar": _("Jar"),
    "kettle": _("Kettle"),
    "lamp": _("Lamp"),
    "mug": _("Mug"),
    "notebook": _("Notebook"),
    "padlock": _("Padlock"),
    "pan": _("Pan"),
    "panel": _("Solar panel"),
    "pendant": _("Pendant lamp"),
    "phone": _("Phone"),
    "plate": _("Plate"),
    "rug": _("Rug"),
    "shelf": _("Shelf"),
    "shirt": _("Shirt"),
    "speaker": _("Loudspeaker"),
    "tote": _("Tote bag"),
    "towel": _("Towel"),
    "toy": _("Toy"),
    "umbrella": _("Umbrella"),
    "vase": _("Vase"),
}
TINTS = {
    "pine": _("Pine green"),
    "navy": _("Navy"),
    "brick": _("Brick red"),
    "cream": _("Cream"),
    "ochre": _("Ochre"),
    "sky": _("Sky blue"),
    "plum": _("Plum"),
    "slate": _("Slate grey"),
    "rose": _("Rose"),
    "olive": _("Olive"),
}
MOST_PIECES = 10_000_000
ROWS = 5


class ProductForm(forms.Form):
    """A product without its prices, which stand in rows of their own."""

    name = forms.CharField(label=_("Name"), max_length=160)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=160, required=False)
    description = ProseField(label=_("Description"), max_length=4000, required=False, rows=4)
    description_zh = ProseField(
        label=_("Chinese description"),
        max_length=4000,
        required=False,
        rows=4,
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    hs_code = forms.RegexField(
        r"^\d{6,12}$",
        label=_("HS code"),
        required=False,
        error_messages={"invalid": _("An HS code has 6 to 12 digits.")},
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    weight_g = NumberField(label=_("Weight"), min_value=1, max_value=2_000_000)
    shape = forms.ChoiceField(label=_("Picture"), choices=list(SHAPES.items()))
    tint = forms.ChoiceField(label=_("Colour"), choices=list(TINTS.items()))
    dispatch_days = NumberField(label=_("Dispatched within"), min_value=1, max_value=90)
    rts = forms.BooleanField(label=_("Ready to Ship: ordered and paid without asking you"), required=False)
    small_quick = forms.BooleanField(label=_("Small-quick product"), required=False)
    is_listed = forms.BooleanField(label=_("Listed: buyers find and order it"), required=False)
    template = forms.ModelChoiceField(
        FreightTemplate.objects.none(),
        label=_("Freight template"),
        required=False,
        empty_label=_("None"),
        help_text=_("A Ready to Ship product needs one."),
    )

    def __init__(self, seller_id: int, data: Any = None, *, product: Product | None = None) -> None:
        super().__init__(data, initial=_initial(product))
        template, category = self.fields["template"], self.fields["category"]
        assert isinstance(template, forms.ModelChoiceField) and isinstance(category, forms.ChoiceField)
        template.queryset = logistics.templates_of(seller_id)
        known = dict.fromkeys([*CATEGORIES, product.category if product else ""])
        category.choices = [("", _now("None")), *((name, category_name(name)) for name in known if name)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "template" not in self.errors:
            try:
                check_ships(rts=given["rts"], has_template=given["template"] is not None)
            except RuleViolation as violation:
                blame(self, violation)
        return given

    def details(self, tiers: list[tuple[int, Money]]) -> Details:
        """What was written, for the service."""
        given = dict(self.cleaned_data)
        picture = {"shape": given.pop("shape"), "tint": given.pop("tint")}
        del given["template"]
        return Details(**given, picture=picture, tiers=tiers)


def _initial(product: Product | None) -> dict[str, Any]:
    if product is None:
        return {"rts": True, "is_listed": True, "weight_g": 500, "dispatch_days": 7}
    columns = ("name", "name_zh", "description", "description_zh", "category", "hs_code", "unit", "weight_g")
    flags = ("dispatch_days", "rts", "small_quick", "is_listed")
    found = {column: getattr(product, column) for column in (*columns, *flags)}
    freight = getattr(product, "freight", None)
    return found | product.picture | {"template": freight.template_id if freight else None}


class TierForm(forms.Form):
    """One price; an empty row is none."""

    quantity = NumberField(label=_("From"), required=False, min_value=1, max_value=MOST_PIECES)
    price = DecimalField(
        label=_("Unit price"), required=False, min_value=Decimal("0.01"), max_digits=12, decimal_places=2
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, other in (("quantity", "price"), ("price", "quantity")):
            if given.get(name) is None and given.get(other) is not None and name not in self.errors:
                self.add_error(name, _("Fill in both, or leave the row empty."))
        return given


class BaseTierFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.tiers():
            raise forms.ValidationError(_("Enter at least one price."))

    def tiers(self) -> list[tuple[int, Money]]:
        """The filled rows."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("quantity")]
        return [(row["quantity"], Money(row["price"], USD)) for row in rows]


TierFormSet = forms.formset_factory(TierForm, formset=BaseTierFormSet, extra=ROWS, max_num=ROWS)


def tier_rows(product: Product | None, data: Any = None) -> BaseTierFormSet:
    """The product's prices and empty rows up to five."""
    tiers = product.tiers.all() if product else []
    initial = [{"quantity": t.min_quantity, "price": from_minor(t.price_minor).amount} for t in tiers]
    return cast(BaseTierFormSet, TierFormSet(data, prefix="tier", initial=initial))
