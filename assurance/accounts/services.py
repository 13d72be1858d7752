"""What people change about themselves, and ops about their roles. The only writer of people's data."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.accounts import queries, roles
from assurance.accounts.models import Address, ApiToken, User
from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor

TOKEN_PREFIX = "ta_"  # noqa: S105
DETAILS = ("name", "company", "country", "language")
LIMIT = 50


class TooMany(Exception):
    """An address book or a set of tokens is full; the message says so."""


class LabelTaken(Exception):
    """A token with this label exists: a repeated request, or a name used twice."""


@transaction.atomic
def change_details(*, user_id: int, values: Mapping[str, str], at: datetime, actor: Actor = PLATFORM) -> User:
    """Set name, company, country and language, as far as given; nothing happens if nothing differs."""
    user = _locked(user_id)
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
def save_address(*, user_id: int, values: Mapping[str, Any], address_id: int | None = None) -> Address:
    """Write an address of the book; the first one, or one said to be it, becomes the default.

    The same new address again is the one already there. Address.DoesNotExist for another person's.
    """
    _locked(user_id)
    mine = Address.objects.filter(user_id=user_id)
    wanted = {name: value for name, value in values.items() if name != "is_default"}
    twin = mine.exclude(pk=address_id).filter(**wanted).first()
    if address_id is not None:
        address = mine.get(pk=address_id)
    elif twin is not None:
        address = twin
    elif mine.count() >= LIMIT:
        raise TooMany(_("An address book holds 50 addresses. Delete one first."))
    else:
        address = Address(user_id=user_id)
    for name, value in wanted.items():
        setattr(address, name, value)
    others = mine.exclude(pk=address.pk)
    address.is_default = bool(values.get("is_default")) or not others.filter(is_default=True).exists()
    if address.is_default:
        others.update(is_default=False)
    address.save()
    return address


@transaction.atomic
def delete_address(*, user_id: int, address_id: int) -> None:
    """Take an address out of the book; orders keep their copy. The newest of the rest becomes the default."""
    _locked(user_id)
    mine = Address.objects.filter(user_id=user_id)
    mine.filter(pk=address_id).delete()
    rest = mine.order_by("-id").first()
    if rest is not None and not mine.filter(is_default=True).exists():
        rest.is_default = True
        rest.save(update_fields=["is_default"])


@transaction.atomic
def create_token(*, user_id: int, label: str, at: datetime, actor: Actor = PLATFORM) -> tuple[ApiToken, str]:
    """A new token and its secret, which is not kept and cannot be shown again. LabelTaken, TooMany."""
    _locked(user_id)
    mine = ApiToken.objects.filter(user_id=user_id)
    if mine.filter(label=label).exists():
        raise LabelTaken
    if mine.count() >= LIMIT:
        raise TooMany(_("A person has at most 50 tokens. Delete one first."))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user_id=user_id, label=label, digest=queries.digest(secret), created_at=at
    )
    events.record("user", user_id, "token_created", at=at, actor=actor, label=label)
    return token, secret


@transaction.atomic
def delete_token(*, user_id: int, token_id: int, at: datetime, actor: Actor = PLATFORM) -> None:
    """End a token at once; one already gone is no matter."""
    token = ApiToken.objects.filter(user_id=user_id, pk=token_id).first()
    if token is not None:
        token.delete()
        events.record("user", user_id, "token_deleted", at=at, actor=actor, label=token.label)


@transaction.atomic
def set_roles(
    *, user_id: int, names: Sequence[str], reason: str, at: datetime, actor: Actor = PLATFORM
) -> User:
    """Make exactly these a person's roles in ops, none of them ends the access; logged with the reason."""
    user = _locked(user_id)
    before = roles.of(user)
    roles.assign(user, *names)
    now = roles.of(user)
    if now != before:
        events.record(
            "user", user_id, "roles_set", at=at, actor=actor, before=before, roles=now, reason=reason
        )
    return user


def _locked(user_id: int) -> User:
    return User.objects.select_for_update().get(pk=user_id)
