"""What people write of themselves that others must be able to use. Pure."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_PHONE = re.compile(r"\+?[\d\s().\-/]+((ext\.?|x|#|转)\s*\d{1,6})?", re.IGNORECASE)
_LEAST_DIGITS = 5


def check_phone(written: str) -> None:
    """A telephone number as people write it: + ( ) - . / and an extension are fine, words are not. ValidationError."""
    digits = sum(character.isdigit() for character in written)
    if digits < _LEAST_DIGITS or not _PHONE.fullmatch(written):
        raise ValidationError(_("Write the phone number in digits, such as +86 533 555 0100."))
