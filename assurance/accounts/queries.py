"""Reading people: a token's owner, an address book."""

import hashlib

from django.db.models import QuerySet

from assurance.accounts.models import Address, ApiToken


def digest(secret: str) -> str:
    """What is kept of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> ApiToken | None:
    """The token that a client shows, with its user; none if it is unknown or its user may not sign in."""
    tokens = ApiToken.objects.select_related("user").filter(digest=digest(secret), user__is_active=True)
    return tokens.first()


def addresses_of(user_id: int) -> QuerySet[Address]:
    """A person's address book, the default first."""
    return Address.objects.filter(user_id=user_id).order_by("-is_default", "-id")
