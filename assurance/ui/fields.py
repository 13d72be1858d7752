"""Form fields that every page and the admin share: a day of the calendar, an amount of a currency."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assurance.kernel.units import minor_unit
from assurance.kernel.wording import decimals

MOST_DIGITS = 15


def day_picker() -> forms.DateInput:
    """The browser's own calendar, which takes and gives ISO days."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def amount_field(currency: str, *, help_text: Any = "") -> forms.DecimalField:
    """An amount that may be left out, as fine as its currency and at least its smallest unit (MON-1)."""
    return forms.DecimalField(
        label=_("Amount"),
        required=False,
        min_value=minor_unit(currency),
        max_digits=MOST_DIGITS,
        decimal_places=decimals(currency),
        help_text=help_text,
    )
