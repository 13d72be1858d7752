"""What a buyer writes on an order's pages, checked."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from assurance.accounts.models import Address
from assurance.kernel.money import Money
from assurance.kernel.wording import money_text
from assurance.ui.fields import MOST_DIGITS, DecimalField, PhoneField, ProseField, amount_field
from assurance.ui.uploads import UploadsField
from orders.models import Cause
from orders.queries.facts import View
from orders.rules import refunds

FULL, PART = "full", "part"


class OrderAddressForm(forms.ModelForm):
    """Where an order is sent. The country is the order's and does not change (DLV-6)."""

    class Meta:
        model = Address
        fields = ("recipient", "phone", "street", "city", "region", "postcode")
        field_classes = {"phone": PhoneField}


DUE, ALL, OTHER = "due", "all", "other"


class ShareForm(forms.Form):
    """How much of the contract is paid: what is due now, all that is left, or another amount (PAY-1)."""

    share = forms.ChoiceField(choices=[(DUE, ""), (ALL, ""), (OTHER, "")], required=False)
    amount = DecimalField(required=False)

    def __init__(self, data: Any, *, currency: str) -> None:
        super().__init__(data, auto_id="share_%s")
        self.currency = currency
        self.fields["amount"] = amount_field(
            currency, help_text=_("Excluding the coupon and the payment method fee.")
        )

    @property
    def chosen(self) -> str:
        """A choice that is none gives way to what is due."""
        return self.data.get("share", "") if self.data.get("share", "") in (ALL, OTHER) else DUE

    @property
    def other(self) -> Money | None:
        """The amount that was written; none while there is none, or none that can be read."""
        amount = self.cleaned_data.get("amount") if self.is_valid() else None
        return Money(amount, self.currency) if amount is not None else None


class RefundForm(forms.Form):
    """*Apply for refund*: everything, which closes the order, or an amount of the cash (RFD-3, CPN-6)."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("refund", "How much"),
        choices=[(FULL, ""), (PART, _("An amount"))],
        widget=forms.RadioSelect,
        initial=FULL,
    )
    amount = DecimalField(label=_("Amount"), required=False, max_digits=MOST_DIGITS)
    cause = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose a reason")), *Cause.choices])
    reason = ProseField(
        label=pgettext_lazy("refund", "What has happened"),
        max_length=500,
        help_text=_("The supplier reads it, and the platform if it decides."),
    )
    evidence = UploadsField(label=_("Evidence"), required=False)

    def __init__(self, *args: Any, left: Money, known: View, **kwargs: Any) -> None:
        """`left`: the cash that everything is; `known`: what stands on the order, which rules reasons out."""
        super().__init__(*args, **kwargs)
        self.currency = left.currency.code
        self.fields["amount"] = amount_field(self.currency)
        in_full = gettext("In full: %(sum)s; the order is then closed") % {"sum": money_text(left)}
        kind, cause = self.fields["kind"], self.fields["cause"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(cause, forms.ChoiceField)
        kind.choices = [(FULL, in_full), (PART, _("An amount"))]
        cause.choices = [("", _("Choose a reason")), *_causes(known)]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if asked.get("kind") == PART and asked.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Enter an amount, or choose a full refund."))
        return asked

    @property
    def wanted(self) -> Money | None:
        """None asks for everything."""
        if self.cleaned_data["kind"] == FULL:
            return None
        amount: Decimal = self.cleaned_data["amount"]
        return Money(amount, self.currency)


def _causes(known: View) -> list[tuple[str, Any]]:
    """The reasons that what is known of the order leaves."""
    no_longer = refunds.contradicted(
        is_submitted=known.facts.submitted_at is not None, is_delivered=known.delivered_at is not None
    )
    return [(value, label) for value, label in Cause.choices if value not in no_longer]
