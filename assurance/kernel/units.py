"""The platform's time zone, and the smallest amount of a currency: what days, money and their wording stand on."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from moneyed import get_currency

ZONE = ZoneInfo(settings.PLATFORM_ZONE)


def minor_unit(currency: str) -> Decimal:
    """The value of one minor unit: 0.01 for USD, 1 for JPY, 0.001 for KWD."""
    return Decimal(1) / get_currency(currency).sub_unit
