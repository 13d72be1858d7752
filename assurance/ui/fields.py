"""Form fields that every page and the admin share, and the one place where they say what does not fit."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assurance.accounts.rules import check_phone
from assurance.kernel.units import minor_unit
from assurance.kernel.wording import decimals

MOST_DIGITS = 15
# Before the point or after it: far more than any number of ours has.
MOST_PLACES = 40


def _figure(number: Any) -> str:
    return f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"


class _Limit(validators.BaseValidator):
    """A limit that is written as people write numbers: 10,000,000."""

    def __call__(self, value: Any) -> None:
        size = self.clean(value)
        if self.compare(size, self.limit_value):
            params = {"limit": _figure(self.limit_value), "size": _figure(size)}
            raise ValidationError(self.message, code=self.code, params=params)


class AtLeast(_Limit, validators.MinValueValidator):
    message = _("At least %(limit)s.")


class AtMost(_Limit, validators.MaxValueValidator):
    message = _("At most %(limit)s.")


class Letters(_Limit, validators.MaxLengthValidator):
    message = _("At most %(limit)s characters; these are %(size)s.")


class Fineness(validators.DecimalValidator):
    """How many digits a number has, before the point and after it."""

    messages: dict[str, Any] = {
        "invalid": _("Enter a number."),
        "max_digits": _("This number has too many digits."),
        "max_decimal_places": ngettext_lazy(
            "At most %(max)s decimal place.", "At most %(max)s decimal places.", "max"
        ),
        "max_whole_digits": _("This number is too large."),
    }

    def __init__(self, max_digits: int | None, decimal_places: int | None) -> None:
        super().__init__(max_digits, decimal_places)
        if decimal_places == 0:
            self.messages = {**self.messages, "max_decimal_places": _("Whole numbers only.")}


def _worded(validator: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One of Django's validators, in our words."""
    if isinstance(validator, validators.MinValueValidator):
        return AtLeast(validator.limit_value)
    if isinstance(validator, validators.MaxValueValidator):
        return AtMost(validator.limit_value)
    if isinstance(validator, validators.MaxLengthValidator):
        return Letters(validator.limit_value)
    if isinstance(validator, validators.DecimalValidator):
        return Fineness(validator.max_digits, validator.decimal_places)
    return validator


class _Worded(forms.Field):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [_worded(validator) for validator in self.validators]


class NumberField(_Worded, forms.IntegerField):
    """A whole number."""


class DecimalField(_Worded, forms.DecimalField):
    """An amount, a rate, a percentage."""

    def to_python(self, value: Any) -> Any:
        """Few signs, such as 1e999999999, can be a number that fills the memory as soon as it is written out."""
        number: Decimal | None = super().to_python(value)
        if number is not None and abs(number.adjusted()) > MOST_PLACES:
            raise ValidationError(Fineness.messages["max_digits"], code="max_digits")
        return number


class ProseField(_Worded, forms.CharField):
    """A longer text. What is too long is said so and stays as it is; the browser does not cut it silently."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class PhoneField(forms.CharField):
    """A telephone number."""

    default_validators = [check_phone]


def day_picker() -> forms.DateInput:
    """The browser's own calendar, which takes and gives ISO days."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def amount_field(currency: str, *, label: Any = None, help_text: Any = "") -> DecimalField:
    """An amount that may be left out, as fine as its currency and at least its smallest unit (MON-1)."""
    return DecimalField(
        label=label or _("Amount"),
        required=False,
        min_value=minor_unit(currency),
        max_digits=MOST_DIGITS,
        decimal_places=decimals(currency),
        help_text=help_text,
    )
