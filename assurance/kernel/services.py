"""Announcing a policy version (POL-1). The only writer of policy versions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.models import PolicyVersion
from assurance.kernel.policy import Policy
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
            _("A version begins in the future, so that nobody is bound by what was not yet known."),
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
