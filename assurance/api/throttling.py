"""So that one program gone wrong does not slow everybody down."""

import time
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from assurance.accounts.models import ApiToken

if TYPE_CHECKING:  # REST framework's views read this module while they are loaded
    from rest_framework.views import APIView

MINUTE = 60
log = structlog.get_logger(__name__)


class PerCaller(BaseThrottle):
    """Requests in each minute by token, person or address, reads and writes apart (API_RATES; None: no limit).

    One counter in the cache per caller and minute, raised atomically. While the cache is away nobody is
    held back: the limit is a courtesy to others, not a gate.
    """

    def allow_request(self, request: Request, view: "APIView") -> bool:
        kind = "read" if request.method in SAFE_METHODS else "write"
        most = settings.API_RATES[kind]
        if most is None:
            return True
        key = f"api:{kind}:{self._caller(request)}:{int(time.time()) // MINUTE}"
        try:
            return cache.add(key, 1, 2 * MINUTE) or cache.incr(key) <= most
        except (RedisError, ValueError) as away:
            log.warning("throttle_without_cache", error=str(away))
            return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return MINUTE - time.time() % MINUTE

    def _caller(self, request: Request) -> str:
        if isinstance(request.auth, ApiToken):
            return f"token-{request.auth.pk}"
        if request.user.is_authenticated:
            return f"person-{request.user.pk or request.user}"
        return f"address-{self.get_ident(request)}"
