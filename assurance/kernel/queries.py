"""Reading the policy in force, and the exchange rates of a day."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from assurance.kernel.days import day_of
from assurance.kernel.models import ExchangeRate, PolicyVersion
from assurance.kernel.rates import RATED, serves


def policy_at(at: datetime) -> PolicyVersion:
    """The version in force at an instant (POL-1); a migration made the first one."""
    return PolicyVersion.objects.filter(starts_at__lte=at).latest("starts_at")


def rates_at(at: datetime, currencies: Collection[str] = RATED) -> dict[str, Decimal]:
    """USD for one unit of those of these currencies that have a rate now: of today, or of the week before (MON-2)."""
    on = day_of(at)
    return {rate.currency: rate.usd for rate in newest_rates(on, at, currencies) if serves(rate.day, on=on)}


def newest_rates(day: date, at: datetime, currencies: Collection[str] = RATED) -> QuerySet[ExchangeRate]:
    """The last rate of each currency up to a day, as known at an instant, however old."""
    known = ExchangeRate.objects.filter(currency__in=currencies, day__lte=day, noted_at__lte=at)
    return known.order_by("currency", "-day", "-id").distinct("currency")
