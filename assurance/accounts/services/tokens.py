"""Bearer tokens of the API. A token is shown once, when it is made; the database keeps its SHA-256 only."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assurance.accounts.models import ApiToken, User
from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation

TOKENS_AT_MOST = 20
# How exactly `last_used_at` is kept: a write on every request would cost more than the figure is worth.
USE_NOTED_EVERY = timedelta(minutes=10)


def digest(plain: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash cannot be guessed back."""
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def make(*, user_id: int, label: str, at: datetime, actor: Actor = PLATFORM) -> tuple[ApiToken, str]:
    """A new token with the scope of its user, and the text to show once.

    Refused STA-1 beyond 20 of them, and under a label in use: a repeated request makes no second token.
    """
    User.objects.select_for_update().get(pk=user_id)
    mine = ApiToken.objects.filter(user_id=user_id)
    if mine.filter(label=label).exists():
        raise RuleViolation(
            "STA-1",
            _("You have a token with this label."),
            advice=_("Revoke it first, or choose another label."),
            field="label",
        )
    if mine.count() >= TOKENS_AT_MOST:
        raise RuleViolation(
            "STA-1",
            _("You have %(most)s tokens already."),
            advice=_("Revoke one that is no longer used."),
            most=TOKENS_AT_MOST,
        )
    plain = f"ta_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(user_id=user_id, label=label, digest=digest(plain), created_at=at)
    events.record("user", user_id, "token_made", at=at, actor=actor, label=label)
    return token, plain


@transaction.atomic
def revoke(*, token_id: int, user_id: int, at: datetime, actor: Actor = PLATFORM) -> bool:
    """End one of a user's own tokens; False if there is none such, or no longer."""
    token = ApiToken.objects.select_for_update().filter(pk=token_id, user_id=user_id).first()
    if token is None:
        return False
    token.delete()
    events.record("user", user_id, "token_revoked", at=at, actor=actor, label=token.label)
    return True


def found(plain: str, *, at: datetime) -> ApiToken | None:
    """The token with its user, its use noted; none if it is unknown or its user may no longer sign in."""
    token = ApiToken.objects.select_related("user").filter(digest=digest(plain), user__is_active=True).first()
    if token is None:
        return None
    before = at - USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < before:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=before)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=at)
    return token
