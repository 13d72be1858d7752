"""What a seller writes on an order's page, checked."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assurance.kernel.units import minor_unit
from assurance.kernel.wording import decimals, instant_text
from assurance.ui.fields import MOST_DIGITS, DecimalField, NumberField, ProseField, day_picker
from assurance.ui.uploads import UploadsField
from logistics.models import Parcel
from orders.models import Export, Order, Refund
from orders.rules import terms

TERMS, REFUSAL = "terms", "refusal"


class TrackingNumber(forms.CharField):
    """A carrier's number, as carriers write it."""

    def clean(self, value: Any) -> str:
        written = str(super().clean(value))
        number = terms.tracking_number(written) if written else ""
        if number is None:
            raise forms.ValidationError(_("A tracking number has 3 to 60 letters, digits and hyphens."))
        return number


class ParcelForm(forms.Form):
    """A parcel's waybill: its number, or its proof where there is none (DSP-3)."""

    carrier = forms.CharField(
        label=_("Carrier"),
        max_length=40,
        help_text=_("Or who delivers it: your own truck, a forwarder."),
    )
    number = TrackingNumber(
        label=_("Tracking number"),
        max_length=80,
        required=False,
        help_text=_("Leave empty if the carrier gives none; then upload a proof of dispatch."),
    )
    last = forms.BooleanField(
        label=_("With this parcel the whole order is on its way"), required=False, initial=True
    )

    proof = UploadsField(
        label=_("Proof of dispatch"),
        required=False,
        most=terms.MOST_PROOFS,
        help_text=_(
            "The signed waybill or the loaded goods: pictures or PDF, at most 10 MB each. Asked for without a "
            "tracking number, and by easy dispatch."
        ),
    )

    def __init__(self, order: Order, data: Any = None, files: Any = None) -> None:
        carrier = order.line.carrier if order.line else ""
        super().__init__(data, files, auto_id="parcel_%s", initial={"carrier": carrier})
        self.is_easy = order.export == Export.EASY


class NumberForm(forms.Form):
    """The tracking number of a parcel that was submitted with its proof alone (DSP-3)."""

    parcel = forms.TypedChoiceField(label=_("Parcel"), coerce=int)
    carrier = forms.CharField(label=_("Carrier"), max_length=40)
    number = TrackingNumber(label=_("Tracking number"), max_length=80)

    def __init__(self, parcels: Sequence[Parcel], data: Any = None) -> None:
        super().__init__(data, auto_id="number_%s")
        chosen = self.fields["parcel"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [
            (parcel.pk, f"{parcel} · {instant_text(parcel.submitted_at, seconds=False)}")
            for parcel in parcels
        ]


class DayForm(forms.Form):
    """Another dispatch day, with the reason that the buyer reads (DSP-6)."""

    day = forms.DateField(label=_("New dispatch day"), widget=day_picker())
    reason = ProseField(
        label=_("Reason"),
        max_length=500,
        rows=2,
        help_text=_("Visible to the buyer."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="day_%s")


class RefundAnswerForm(forms.Form):
    """Words to the buyer; whether it is a yes or a no is in the button.

    It names the application that was on the page, so that a yes never goes to another amount.
    """

    words = ProseField(
        label=_("Note to the buyer"),
        max_length=500,
        required=False,
        rows=2,
    )
    offer = DecimalField(required=False)
    evidence = UploadsField(label=_("Evidence"), required=False)
    answer = forms.ChoiceField(
        choices=[("agree", ""), ("counter", ""), ("refuse", "")], widget=forms.HiddenInput
    )
    refund = forms.ModelChoiceField(Refund.objects.none(), widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="refund_%s")
        applied = self.fields["refund"]
        assert isinstance(applied, forms.ModelChoiceField)
        applied.queryset = order.refunds.all()
        self.fields["offer"] = DecimalField(
            label=_("Offer another amount"),
            required=False,
            min_value=minor_unit(order.currency),
            max_digits=MOST_DIGITS,
            decimal_places=decimals(order.currency),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("answer") == "counter" and given.get("offer") is None and "offer" not in self.errors:
            self.add_error("offer", _("Enter the amount you offer."))
        return given


class DeclineForm(forms.Form):
    """Saying no to a buyer's order: over its terms, or for another reason, which is a violation (STD-4)."""

    reason = forms.ChoiceField(
        label=_("Why"),
        widget=forms.RadioSelect,
        choices=[
            (TERMS, _("We do not agree on price, quantity or terms")),
            (REFUSAL, _("Another reason; refusing without a business reason is a violation")),
        ],
        initial=TERMS,
    )
    words = ProseField(
        label=_("Note to the buyer"),
        max_length=500,
        required=False,
        rows=2,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="decline_%s")


class ConfirmForm(forms.Form):
    """Saying yes to a buyer's order, with the export mode that the supplier chooses for it (ORD-5)."""

    export = forms.ChoiceField(label=_("Export mode"), choices=Export.choices, required=False)
    seen = NumberField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="confirm_%s")
