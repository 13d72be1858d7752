"""The platform's campaigns, kept by ops (MKT-3). The only writer of campaigns."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.days import day_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from sellers import rules
from sellers.models import Campaign


@dataclass(frozen=True)
class Plan:
    """What ops say of a campaign; both days belong to it."""

    name: str
    name_zh: str
    first_day: date
    last_day: date


@transaction.atomic
def make(*, plan: Plan, reason: str, at: datetime, actor: Actor = PLATFORM) -> Campaign:
    """A new campaign. Refused MKT-3 on days that are over or another campaign's; the same again is the first one."""
    rules.check_campaign(plan.first_day, plan.last_day, today=day_of(at))
    made = Campaign.objects.filter(**asdict(plan)).first()
    if made is None:
        made = Campaign(**asdict(plan))
        _save(made)
        events.record("campaign", made.pk, "made", at=at, actor=actor, rules=("MKT-3",), reason=reason)
    return made


@transaction.atomic
def change(*, campaign_id: int, plan: Plan, reason: str, at: datetime, actor: Actor = PLATFORM) -> Campaign:
    """Name it anew or move its days; what has counted in it stays counted. Refused MKT-3, also once it is over."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    changed = [name for name, value in asdict(plan).items() if getattr(campaign, name) != value]
    if not changed:
        return campaign
    rules.check_changeable(campaign.last_day, today=day_of(at))
    rules.check_campaign(plan.first_day, plan.last_day, today=day_of(at))
    for name in changed:
        setattr(campaign, name, getattr(plan, name))
    _save(campaign)
    events.record(
        "campaign",
        campaign_id,
        "changed",
        at=at,
        actor=actor,
        rules=("MKT-3",),
        fields=changed,
        reason=reason,
    )
    return campaign


def _save(campaign: Campaign) -> None:
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        raise RuleViolation(
            "MKT-3",
            _("Another campaign runs on some of these days."),
            advice=_("Move the days, or end the other one first."),
            field="first_day",
        ) from error
