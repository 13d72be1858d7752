"""What a person says of themselves, and what ops let a person do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from assurance.accounts import roles
from assurance.accounts.models import User
from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor

DETAILS = ("name", "company", "country", "language")


@transaction.atomic
def change_details(*, user_id: int, values: Mapping[str, str], at: datetime, actor: Actor = PLATFORM) -> User:
    """Set name, company, country and language, as far as given; nothing happens if nothing differs."""
    user = User.objects.select_for_update().get(pk=user_id)
    changed = [name for name in DETAILS if name in values and str(getattr(user, name)) != values[name]]
    for name in changed:
        setattr(user, name, values[name])
    if changed:
        user.save(update_fields=changed)
        events.record("user", user_id, "details_changed", at=at, actor=actor, fields=changed)
    return user


def prefer_language(*, user_id: int, language: str) -> None:
    """Remember the language a person switched to."""
    User.objects.filter(pk=user_id).exclude(language=language).update(language=language)


@transaction.atomic
def set_roles(
    *, user_id: int, names: Sequence[str], reason: str, at: datetime, actor: Actor = PLATFORM
) -> User:
    """Make exactly these a person's roles in ops, none of them ends the access; logged with the reason."""
    user = User.objects.select_for_update().get(pk=user_id)
    before = roles.of(user)
    roles.assign(user, *names)
    now = roles.of(user)
    if now != before:
        events.record(
            "user", user_id, "roles_set", at=at, actor=actor, before=before, roles=now, reason=reason
        )
    return user
