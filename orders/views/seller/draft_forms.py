"""What a seller writes when drafting or changing an order, checked (ORD-1, ORD-4, ORD-5)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from assurance.kernel.money import Money, in_currency
from assurance.ui.fields import DecimalField, NumberField, day_picker
from assurance.ui.templatetags.trade import translated
from logistics import queries as logistics
from logistics.models import Line
from orders.models import Export, Order
from orders.rules import terms
from orders.services.offer import MOST_PIECES, Draft
from sellers.models import Product

ROWS = 20
IN_DAYS, ON_DAY = "days", "day"
_NUMBER: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class BuyerForm(forms.Form):
    """Whom an order is drafted for: the exact e-mail, so that no list of buyers can be made."""

    email = forms.EmailField(
        label=_("The buyer’s e-mail"),
        max_length=254,
        help_text=_("Exactly the address the buyer signed up with."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    currency = forms.ChoiceField(
        label=_("Currency of the order"),
        required=False,
        help_text=_("Those that have an exchange rate today."),
    )

    def __init__(self, *args: Any, currencies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["currency"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(code, code) for code in currencies]


class Named(forms.ModelChoiceField):
    """Rows by their name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return translated(obj)


class ItemForm(forms.Form):
    """One product of the contract; an empty row is none."""

    product = Named(
        Product.objects.none(), label=_("Product"), required=False, empty_label=_("Choose a product")
    )
    quantity = NumberField(label=_("Quantity"), required=False, min_value=1, max_value=MOST_PIECES)
    price = DecimalField(label=_("Agreed unit price"), required=False, min_value=Decimal("0.01"), **_NUMBER)

    def __init__(self, *args: Any, products: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        chosen = self.fields["product"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = products

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        _check_fineness(self, "price")
        if "product" in self.errors or "quantity" in self.errors:
            return given
        if given.get("product") and not given.get("quantity"):
            self.add_error("quantity", _("Enter a quantity."))
        if not given.get("product") and (given.get("quantity") or given.get("price")):
            self.add_error("product", _("Choose the product, or leave the row empty."))
        return given


class BaseItemFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        chosen = [form.cleaned_data["product"].pk for form in self.forms if form.cleaned_data.get("product")]
        if not chosen:
            raise forms.ValidationError(_("Choose at least one product."))
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_("Name each product once, with its whole quantity."))

    def filled(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("product")]


ItemFormSet = forms.formset_factory(
    ItemForm, formset=BaseItemFormSet, extra=1, max_num=ROWS, absolute_max=ROWS
)


def item_rows(
    seller_id: int, currency: str, data: Any = None, initial: list[dict[str, Any]] | None = None
) -> BaseItemFormSet:
    """The contract's products and one empty row."""
    mine = logistics.products_of(seller_id).order_by("name")
    made = ItemFormSet(
        data, prefix="item", initial=initial, form_kwargs={"products": mine, "currency": currency}
    )
    return cast(BaseItemFormSet, made)


class DraftForm(forms.Form):
    """The rest of the contract. `seen` is the version that the form was opened on, `key` makes one draft of it."""

    destination = forms.ChoiceField(label=_("Ship to"))
    line = Named(
        Line.objects.none(),
        label=_("Shipping method"),
        required=False,
        empty_label=_("None agreed"),
        help_text=_("For Ready to Ship products take one of their freight template."),
    )
    shipping = DecimalField(
        label=_("Shipping fee"),
        required=False,
        min_value=Decimal(0),
        help_text=_("Leave empty to use the freight template."),
        **_NUMBER,
    )
    discount = DecimalField(
        label=_("Discount"),
        required=False,
        min_value=Decimal(0),
        **_NUMBER,
    )
    initial_payment = DecimalField(
        label=_("Initial payment"),
        required=False,
        min_value=Decimal("0.01"),
        help_text=_("Leave empty to be paid all at once."),
        **_NUMBER,
    )
    dispatch = forms.ChoiceField(
        label=_("Dispatch"),
        widget=forms.RadioSelect,
        choices=[(IN_DAYS, _("A number of days after payment")), (ON_DAY, _("On a fixed day"))],
        initial=IN_DAYS,
    )
    days = NumberField(label=_("Days"), required=False, min_value=1, max_value=90)
    after = forms.ChoiceField(
        label=_("Counted from"),
        required=False,
        choices=[(terms.FULL, _("the full payment")), (terms.INITIAL, _("the initial payment"))],
    )
    day = forms.DateField(
        label=_("Dispatch day"),
        required=False,
        widget=day_picker(),
    )
    export = forms.ChoiceField(label=_("Export mode"), choices=Export.choices, initial=Export.SELF)
    seen = NumberField(required=False, min_value=1, widget=forms.HiddenInput)
    key = forms.RegexField(r"^[0-9a-f]{16}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: dict[str, Any], currency: str) -> None:
        super().__init__(data, initial=initial, auto_id="draft_%s")
        self.currency = currency
        line, destination = self.fields["line"], self.fields["destination"]
        assert isinstance(line, forms.ModelChoiceField) and isinstance(destination, forms.ChoiceField)
        line.queryset = logistics.lines_for_templates()
        # The buyer's own country is a choice although no line reaches it: a forwarder of theirs may.
        codes = {*logistics.destinations(), initial["destination"]}
        reached = [(code, str(countries.name(code))) for code in codes]
        destination.choices = sorted(reached, key=itemgetter(1))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        wanted = {IN_DAYS: "days", ON_DAY: "day"}.get(given.get("dispatch", ""))
        if wanted and given.get(wanted) is None and wanted not in self.errors:
            self.add_error(wanted, _("Enter when the goods will be dispatched."))
        for name in ("shipping", "discount", "initial_payment"):
            _check_fineness(self, name)
        return given

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency)

    def draft(self, items: list[dict[str, Any]]) -> Draft:
        """What was written, for the service."""
        given = self.cleaned_data
        line = given["line"]
        in_days = given["dispatch"] == IN_DAYS
        return Draft(
            items={item["product"].pk: item["quantity"] for item in items},
            prices={item["product"].pk: self._money(item["price"]) for item in items if item["price"]},
            line_id=line.pk if line else None,
            destination=given["destination"],
            shipping=self._money(given["shipping"]) if given["shipping"] is not None else None,
            discount=self._money(given["discount"]) if given["discount"] else None,
            initial=self._money(given["initial_payment"]) if given["initial_payment"] else None,
            export=given["export"],
            dispatch=terms.DispatchTerms(
                days=given["days"] if in_days else None,
                after=given["after"] or terms.FULL,
                day=None if in_days else given["day"],
            ),
            currency=self.currency,
        )


def _check_fineness(form: ItemForm | DraftForm, name: str) -> None:
    """Say beside a field that its amount, if there is one, is finer than the currency's minor unit (MON-1)."""
    amount = form.cleaned_data.get(name)
    if amount is None:
        return
    try:
        in_currency(amount, form.currency)
    except forms.ValidationError as error:
        form.add_error(name, error)


def first_values(country: str, key: str) -> dict[str, Any]:
    """What a new draft starts with."""
    return {"destination": country, "key": key, "seen": 1, "days": 7}


def values_of(order: Order) -> dict[str, Any]:
    """What an order says, for the form that changes it."""
    day: date | None = order.dispatch_day
    return {
        "destination": str(order.destination),
        "line": order.line_id,
        "shipping": order.shipping.amount,
        "discount": order.discount.amount if order.discount_minor else None,
        "initial_payment": order.initial.amount if order.initial_minor else None,
        "dispatch": ON_DAY if day else IN_DAYS,
        "days": order.dispatch_days,
        "after": order.dispatch_after,
        "day": day,
        "export": order.export,
        "seen": order.version,
    }


def items_of(order: Order) -> list[dict[str, Any]]:
    """The products of an order, for the form that changes it."""
    return [
        {"product": line.product_id, "quantity": line.quantity, "price": line.price.amount}
        for line in order.lines.order_by("id")
    ]
