"""Values as the API reads and writes them: JSON of exactly the type that the schema names.

A number is not taken for a string, nor a string for a number: what a program sent by mistake is said,
never guessed. Money is written as a decimal string with its currency (MON-1).
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from django_countries.data import COUNTRIES
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assurance.kernel import money
from assurance.kernel.money import Money
from assurance.kernel.units import minor_unit

COUNTRIES_KNOWN = sorted(COUNTRIES)
_AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"
SWITCH = ["true", "false"]
_EARLIEST_YEAR = 2000
_MONEY = {
    "type": "object",
    "description": "An exact amount; as many decimals as the currency has.",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,3})?$", "example": "193.00"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "example": "USD"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}


class Request(serializers.Serializer[Any]):
    """What a client sends, as body or as query. A name that is not known is refused, for it may be a slip."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


class Nothing(Request):
    """An empty object: the verb says everything."""


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if not whole or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(int(data))


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Digits(serializers.IntegerField):
    """A whole number in a query, where everything is text; as a filter in a body it may be a number."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not re.fullmatch(r"-?[0-9]{1,18}", str(data), re.ASCII):
            self.fail("invalid")
        return super().to_internal_value(data)


class Switch(Choice):
    """A yes or no in a query: `true` or `false`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=SWITCH, **options)

    def to_internal_value(self, data: Any) -> bool:  # type: ignore[override]
        return bool(super().to_internal_value(data) == "true")


class Country(Choice):
    """An ISO 3166 code of two letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=COUNTRIES_KNOWN, **options)


class Day(serializers.DateField):
    """A calendar day in the platform's zone (TIM-1)."""

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", data):
            self.fail("invalid", format="YYYY-MM-DD")
        try:
            day = parse_date(data)
        except ValueError:
            day = None
        if day is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


class Instant(serializers.DateTimeField):
    """A moment with its offset; without one it would mean another moment to everybody."""

    def to_internal_value(self, data: Any) -> datetime:
        wanted = "YYYY-MM-DDThh:mm:ss+hh:mm"
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
            moment = moment.astimezone(UTC) if moment and moment.tzinfo else None
        except (ValueError, OverflowError):
            moment = None
        if moment is None or moment.year < _EARLIEST_YEAR:
            self.fail("invalid", format=wanted)
        return moment


@extend_schema_field({"type": "string", "pattern": _AMOUNT, "example": "12.50"})
class Amount(serializers.Field[Decimal, str, str, Any]):
    """An amount in the currency of what it is about: a decimal string, above zero."""

    default_error_messages = {"invalid": _("Give an amount as a decimal string above zero, such as “12.50”.")}
    least_is_zero = False

    def to_internal_value(self, data: str) -> Decimal:
        if not isinstance(data, str) or not re.fullmatch(_AMOUNT, data, re.ASCII):
            self.fail("invalid")
        amount = Decimal(data)
        if not amount and not self.least_is_zero:
            self.fail("invalid")
        return amount

    def to_representation(self, value: Decimal) -> str:
        return str(value)


class AmountOrNothing(Amount):
    """An amount that may be zero."""

    default_error_messages = {"invalid": _("Give an amount as a decimal string, such as “12.50”.")}
    least_is_zero = True


@extend_schema_field(_MONEY)
class MoneyField(serializers.Field[Money, Any, dict[str, str], Any]):
    """Money as written in answers."""

    def to_representation(self, value: Money) -> dict[str, str]:
        currency = value.currency.code
        return {"amount": str(value.amount.quantize(minor_unit(currency))), "currency": currency}


def in_currency(amount: Decimal, currency: str, *, field: str) -> Money:
    """A given amount as money; what is wrong with it is said of that field (MON-1)."""
    try:
        return money.in_currency(amount, currency)
    except ValidationError as error:
        raise serializers.ValidationError({field: error.messages}) from error
