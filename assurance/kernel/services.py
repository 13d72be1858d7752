"""Announcing a policy version (POL-1) and keeping the exchange rates of a day (MON-2). Their only writer."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events, rates
from assurance.kernel.days import day_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.models import ExchangeRate, PolicyVersion
from assurance.kernel.policy import Policy
from assurance.kernel.queries import newest_rates
from assurance.kernel.rules import RuleViolation


@transaction.atomic
def announce(
    *, starts_at: datetime, figures: Mapping[str, Any], reason: str, at: datetime, actor: Actor = PLATFORM
) -> PolicyVersion:
    """New figures from a moment in the future on; contracts already effective keep theirs.

    Refused POL-1 for a moment that is not in the future, or that has a version already. A version is never
    changed: the same one again is the first one. ValueError for a figure that does not exist.
    """
    policy = Policy.from_figures(dict(figures))
    if starts_at <= at and not PolicyVersion.objects.filter(starts_at=starts_at).exists():
        raise RuleViolation(
            "POL-1",
            _("A version must begin in the future, so that nobody is bound by terms not yet published."),
            conflict=False,
            field="starts_at",
        )
    version, is_new = PolicyVersion.objects.get_or_create(
        starts_at=starts_at, defaults={"figures": policy.as_figures(), "note": reason}
    )
    if not is_new and version.policy == policy:
        return version
    if not is_new:
        raise RuleViolation(
            "POL-1",
            _("Another version begins at this moment."),
            advice=_("Versions are never changed. Choose another moment."),
            field="starts_at",
        )
    events.record("policy", version.pk, "announced", at=at, actor=actor, rules=("POL-1",), reason=reason)
    return version


@transaction.atomic
def keep_rates(
    *,
    day: date,
    usd: Mapping[str, Decimal],
    reason: str,
    at: datetime,
    checked: bool = False,
    actor: Actor = PLATFORM,
) -> ExchangeRate:
    """Keep the rates of a day, USD for one unit by currency; what the day has already stays. One of them.

    Refused MON-2 for a day to come, no rate at all, one that is not above zero, and one more than 20% away from
    the last unless it was `checked`. Orders that are effective keep theirs.
    """
    rates.check_day(day, today=day_of(at))
    if not usd:
        raise RuleViolation("MON-2", _("Enter the rate of at least one currency."), conflict=False)
    last = {rate.currency: rate for rate in newest_rates(day, at)}
    for currency, rate in usd.items():
        known = last.get(currency)
        rates.check(currency, rate, last=known.usd if known else None, checked=checked)
    new = {
        currency: rate
        for currency, rate in usd.items()
        if currency not in last or (last[currency].day, last[currency].usd) != (day, rate)
    }
    if not new:
        return last[next(iter(usd))]
    made = ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=currency, day=day, usd=rate, noted_at=at) for currency, rate in new.items()
    )
    said = {currency: f"{rate.normalize():f}" for currency, rate in new.items()}
    events.record(
        "rates", day.toordinal(), "kept", at=at, actor=actor, rules=("MON-2",), reason=reason, usd=said
    )
    return made[0]
