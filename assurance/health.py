"""`/healthz`, `/readyz`, `/metrics`: for machines that watch this one.

`/healthz` answers while the process lives. `/readyz` is red when anything is missing that obligations
need to be met on time. `/metrics` is shown only to who knows METRICS_TOKEN.
"""

import hmac
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from assurance.heartbeats import BEAT, WORKER, is_alive
from assurance.kernel.models import SweepRun
from assurance.schedule import SWEEPS

# A sweep is late when it has not finished for this many of its periods.
PERIODS_ALLOWED = 3
BROKER_SECONDS = 3


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every check is green, else 503; the body says which one is not, in words."""
    problems = {name: check() for name, check in CHECKS.items()}
    is_ready = not any(problems.values())
    body = {"ready": is_ready, "checks": {name: problem or "ok" for name, problem in problems.items()}}
    return JsonResponse(body, status=200 if is_ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    return ExportToDjangoView(request)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return ""


def broker() -> str:
    try:
        with current_app.connection_for_write() as broker_connection:
            broker_connection.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, RedisError, OSError):
        return "does not answer"
    return ""


def cached_sessions() -> str:
    try:
        cache.get("ready")
    except RedisError:
        return "does not answer"
    return ""


def heart(name: str) -> str:
    try:
        return "" if is_alive(name) else "has shown no sign of life for half a minute"
    except RedisError:
        return "unknown, for the cache does not answer"


def sweeps() -> str:
    """The required sweeps that have not finished for three periods, with how long ago they last did."""
    try:
        finished = dict(SweepRun.objects.values_list("name", "last_finished"))
    except DatabaseError:
        return "unknown, for the database does not answer"
    now, late = timezone.now(), []
    for sweep in SWEEPS:
        last = finished.get(sweep.name)
        if not sweep.required or (last and now - last <= PERIODS_ALLOWED * sweep.every):
            continue
        late.append(f"{sweep.name} ({f'{now - last} ago' if last else 'never finished'})")
    return f"late: {', '.join(late)}" if late else ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "broker": broker,
    "cache": cached_sessions,
    "worker": lambda: heart(WORKER),
    "beat": lambda: heart(BEAT),
    "sweeps": sweeps,
}
