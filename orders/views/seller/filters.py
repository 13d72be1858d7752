"""The filters of the seller's order list (ORD-9)."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assurance.ui.countries import by_name
from logistics.models import Mode
from orders.models import Export, Source
from orders.queries.desk import Offers
from orders.queries.filters import CURRENCIES, DISCOUNTS, KINDS, NOBODY
from orders.queries.seller import TABS
from orders.views.filtering import (
    ANY,
    CountryField,
    IdField,
    ListFilterForm,
    WordsField,
    choice_field,
    money_field,
)

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
KIND_NAMES = dict(zip(KINDS, (_("Ready to Ship"), _("Made to order")), strict=True))
DISCOUNT_NAMES = dict(
    zip(DISCOUNTS, (_("Any"), _("Store coupon"), _("Platform coupon"), _("None")), strict=True)
)


class FilterForm(ListFilterForm):
    """Every filter of the seed."""

    TABS = TABS
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

    q = WordsField(required=False)
    salesperson = IdField(required=False, label=_("Salesperson"))
    destination = CountryField(required=False, label=_("Destination"))
    country = CountryField(required=False, label=_("Buyer’s country"))
    amount_from = money_field(_("Amount from"), _("In USD, or in the currency chosen here."))
    amount_to = money_field(_("Amount to"))
    currency = choice_field(_("Currency"), ((code, code) for code in CURRENCIES))
    drafted_by = choice_field(_("Drafted by"), [("buyer", _("Buyer")), ("seller", _("Seller"))])
    kind = choice_field(_("Order type"), KIND_NAMES.items())
    source = choice_field(_("Lead source"), Source.choices)
    mode = choice_field(_("Transport"), Mode.choices)
    export = choice_field(_("Export mode"), Export.choices)
    discount = choice_field(_("Discount"), DISCOUNT_NAMES.items())
    label = forms.CharField(required=False, label=_("Label"), max_length=30)
    loan = forms.BooleanField(required=False)

    def offer(self, offers: Offers) -> None:
        """Put what is known only now into the selects."""
        self.choose_from("salesperson", ((str(pk), name) for pk, name in staff_names(offers).items()))
        for name in ("destination", "country"):
            codes = {*offers.countries, *filter(None, [self.cleaned_data.get(name)])}
            self.choose_from(name, by_name(codes))
        if offers.labels:
            self.fields["label"].widget = forms.Select(
                choices=[ANY, *((label, label) for label in offers.labels)]
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        least, most = values.get("amount_from"), values.get("amount_to")
        if least is not None and most is not None and most < least:
            self.add_error("amount_to", _("The largest amount is below the smallest."))
        return values


def staff_names(offers: Offers) -> dict[int, Any]:
    """Who may be in charge of an order, by id; nobody, too."""
    return {NOBODY: _("Not assigned"), **dict(offers.staff)}
