"""The line table: what LOG-1 says of each line, kept by ops. The only writer of lines and their destinations.

A change moves no promise already made: an order keeps the days of its line as they were.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor
from assurance.kernel.rules import RuleViolation
from logistics import rules
from logistics.models import Line, LineCountry


@dataclass(frozen=True)
class Service:
    """A carrier's service: its names, how it travels, and whether templates may still offer it."""

    name: str
    name_zh: str
    carrier: str
    mode: str
    is_platform: bool
    is_active: bool = True


@transaction.atomic
def make(*, code: str, service: Service, reason: str, at: datetime, actor: Actor = PLATFORM) -> Line:
    """A new line under a code of its own; refused LOG-1 if another has it. The same again is the first one."""
    line, is_new = Line.objects.get_or_create(code=code, defaults=asdict(service))
    if not is_new and any(getattr(line, name) != value for name, value in asdict(service).items()):
        raise RuleViolation("LOG-1", _("Another line has this code."), conflict=False, field="code")
    if is_new:
        events.record("line", line.pk, "made", at=at, actor=actor, rules=("LOG-1",), reason=reason)
    return line


@transaction.atomic
def change(*, line_id: int, service: Service, reason: str, at: datetime, actor: Actor = PLATFORM) -> Line:
    """Change a line; switched off, it is offered no more, and orders already made are not concerned."""
    line = Line.objects.select_for_update().get(pk=line_id)
    changed = [name for name, value in asdict(service).items() if getattr(line, name) != value]
    for name in changed:
        setattr(line, name, getattr(service, name))
    if changed:
        line.save(update_fields=changed)
        events.record(
            "line", line_id, "changed", at=at, actor=actor, rules=("LOG-1",), fields=changed, reason=reason
        )
    return line


@transaction.atomic
def reach(
    *,
    line_id: int,
    country: str,
    transit: rules.Transit,
    first: Money,
    additional: Money,
    reason: str,
    at: datetime,
    actor: Actor = PLATFORM,
) -> LineCountry:
    """Set how a line reaches a country: days, guarantee, and the platform's rate in USD. Refused LOG-1."""
    rules.check_reach(transit, first=first, additional=additional)
    Line.objects.select_for_update().get(pk=line_id)
    row, is_new = LineCountry.objects.update_or_create(
        line_id=line_id,
        country=country,
        defaults={
            "transit_min": transit.transit_min,
            "transit_max": transit.transit_max,
            "handling_days": transit.handling,
            "guaranteed": transit.guaranteed,
            "first_minor": to_minor(first),
            "additional_minor": to_minor(additional),
        },
    )
    kind = "reached" if is_new else "reach_changed"
    events.record("line", line_id, kind, at=at, actor=actor, rules=("LOG-1",), country=country, reason=reason)
    return row


@transaction.atomic
def drop(*, line_id: int, country: str, reason: str, at: datetime, actor: Actor = PLATFORM) -> None:
    """A line no longer goes to a country; nothing happens if it did not."""
    Line.objects.select_for_update().get(pk=line_id)
    gone, _rows = LineCountry.objects.filter(line_id=line_id, country=country).delete()
    if gone:
        events.record(
            "line", line_id, "dropped", at=at, actor=actor, rules=("LOG-1",), country=country, reason=reason
        )
