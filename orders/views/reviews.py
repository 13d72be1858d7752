"""The forms of a review and of its reply."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

STARS = [(n, f"{n} ★") for n in range(5, 0, -1)]


def _stars(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=[("", _("Choose")), *STARS], coerce=int)


class ReviewForm(forms.Form):
    """One to five stars for three things, and words."""

    product = _stars(_("Product"))
    service = _stars(_("Supplier’s service"))
    shipment = _stars(_("On-time shipment"))
    words = forms.CharField(
        label=_("Words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody reads it on the product’s page, without your name."),
    )


class ReplyForm(forms.Form):
    words = forms.CharField(
        label=_("Your reply"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody reads it below the review. You can reply once."),
    )
