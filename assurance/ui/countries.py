"""Names of countries in Chinese that django-countries has wrong or out of date, and their order."""

from collections.abc import Iterable

from django.utils.translation import gettext_noop
from django_countries import countries

from assurance.kernel.wording import chinese

NAMES = (
    gettext_noop("American Samoa"),
    gettext_noop("Aruba"),
    gettext_noop("Bahamas (The)"),
    gettext_noop("Bosnia and Herzegovina"),
    gettext_noop("Botswana"),
    gettext_noop("Cocos (Keeling) Islands"),
    gettext_noop("Comoros"),
    gettext_noop("Congo"),
    gettext_noop("Democratic Republic of the Congo"),
    gettext_noop("Dominica"),
    gettext_noop("Eswatini"),
    gettext_noop("French Guiana"),
    gettext_noop("Guadeloupe"),
    gettext_noop("Guernsey"),
    gettext_noop("Hong Kong"),
    gettext_noop("Kyrgyzstan"),
    gettext_noop("Liberia"),
    gettext_noop("Macao"),
    gettext_noop("Mali"),
    gettext_noop("Nepal"),
    gettext_noop("North Macedonia"),
    gettext_noop("Northern Mariana Islands"),
    gettext_noop("Pitcairn"),
    gettext_noop("Réunion"),
    gettext_noop("Saint Barthélemy"),
    gettext_noop("Samoa"),
    gettext_noop("Suriname"),
    gettext_noop("Svalbard and Jan Mayen"),
    gettext_noop("Taiwan"),
    gettext_noop("Tajikistan"),
    gettext_noop("Tokelau"),
    gettext_noop("Trinidad and Tobago"),
    gettext_noop("United Arab Emirates"),
    gettext_noop("United States Minor Outlying Islands"),
    gettext_noop("Wallis and Futuna"),
)


def by_name(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes and names, in the order of the reader's language: for Chinese by pinyin, in which GB 18030 has
    the common characters."""
    encoding = "gb18030" if chinese() else "utf-8"
    named = [(code, str(countries.name(code))) for code in codes]
    return sorted(named, key=lambda pair: pair[1].encode(encoding))
