"""Who reports a parcel's events: partners that sign what they send. Secrets are in TRACKING_SECRETS.

Partners of our own sign `timestamp.body` with HMAC-SHA256, so that an old message cannot be sent anew.
The two aggregators sign as they document it, without a time; a message of theirs sent anew changes nothing,
because an event is kept once whenever and however often it is told.
"""

import base64
import hashlib
import hmac
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

TOLERANCE = timedelta(minutes=5)
PARTNER, TIMESTAMP, SIGNATURE = "Tracking-Partner", "Tracking-Timestamp", "Tracking-Signature"
AFTERSHIP, SEVENTEEN_TRACK = "aftership", "17track"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Partner:
    """A program that is no user: it may report events and nothing else."""

    name: str
    pk: ClassVar[None] = None
    is_authenticated: ClassVar[bool] = True

    def __str__(self) -> str:
        return self.name


class Signed(authentication.BaseAuthentication):
    """A message that is signed with one of its sender's secrets; anything else is refused and noted."""

    header: ClassVar[str]

    def authenticate(self, request: Request) -> tuple[Partner, None]:
        name = self.sender(request)
        given = request.headers.get(self.header, "").encode()
        signatures = [self.signature(secret, request) for secret in settings.TRACKING_SECRETS.get(name, [])]
        if not _matches(given, signatures):
            raise self.refused(name, _("The signature is missing or does not match."))
        return Partner(name), None

    def authenticate_header(self, request: Request) -> str:
        return self.header

    def sender(self, request: Request) -> str:
        raise NotImplementedError

    def signature(self, secret: str, request: Request) -> str:
        raise NotImplementedError

    def refused(self, name: str, why: str) -> exceptions.AuthenticationFailed:
        log.warning("tracking_unsigned", partner=name[:40], header=self.header, why=why)
        return exceptions.AuthenticationFailed(why)


class SignedByPartner(Signed):
    """`Tracking-Signature`: hexadecimal HMAC-SHA256 over the timestamp, a full stop and the body.

    `Tracking-Timestamp` is in seconds since 1970 and may be five minutes off; the clock of this machine
    decides, not the platform's, which a demo may move.
    """

    header = SIGNATURE

    def authenticate(self, request: Request) -> tuple[Partner, None]:
        signed = super().authenticate(request)
        stamp = request.headers.get(TIMESTAMP, "")
        if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12:
            raise self.refused(signed[0].name, _("The timestamp is missing or is not in seconds since 1970."))
        if abs(timezone.now().timestamp() - int(stamp)) > TOLERANCE.total_seconds():
            raise self.refused(signed[0].name, _("The timestamp is more than five minutes off."))
        return signed

    def sender(self, request: Request) -> str:
        name = request.headers.get(PARTNER, "")
        if name in (AFTERSHIP, SEVENTEEN_TRACK):
            raise self.refused(name, _("This partner reports at an address of its own."))
        return name

    def signature(self, secret: str, request: Request) -> str:
        message = request.headers.get(TIMESTAMP, "").encode() + b"." + request.body
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class SignedByAfterShip(Signed):
    """`aftership-hmac-sha256`: base64 of HMAC-SHA256 over the body, with the account's webhook secret.

    Source: aftership.com/docs/tracking/webhook/webhook-signature.
    """

    header = "aftership-hmac-sha256"

    def sender(self, request: Request) -> str:
        return AFTERSHIP

    def signature(self, secret: str, request: Request) -> str:
        return base64.b64encode(hmac.digest(secret.encode(), request.body, "sha256")).decode()


class SignedBy17Track(Signed):
    """`sign`: hexadecimal SHA-256 of the body, a slash and the account's key.

    Source: asset.17track.net/api/document/v2.2_en/.
    """

    header = "sign"

    def sender(self, request: Request) -> str:
        return SEVENTEEN_TRACK

    def signature(self, secret: str, request: Request) -> str:
        return hashlib.sha256(request.body + b"/" + secret.encode()).hexdigest()


def _matches(given: bytes, signatures: Iterable[str]) -> bool:
    """Compare with each, all of them, in constant time."""
    return sum(hmac.compare_digest(given, one.encode()) for one in signatures) > 0


class _Scheme(OpenApiAuthenticationExtension):
    match_subclasses = True
    target_class = Signed

    @property
    def name(self) -> str:  # type: ignore[override]
        return {SIGNATURE: "partner", SignedBy17Track.header: "17track"}.get(self._kind.header, "aftership")

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        about = inspect.cleandoc(self._kind.__doc__ or "")
        return {"type": "apiKey", "in": "header", "name": self._kind.header, "description": about}

    @property
    def _kind(self) -> type[Signed]:
        return self.target if isinstance(self.target, type) else type(self.target)
