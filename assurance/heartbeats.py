"""Signs of life of worker and beat, kept in the cache for a few seconds and read by `/readyz`.

A heart that cannot beat because the cache is away must not stop the work; `/readyz` is red then anyway.
"""

import structlog
from celery.signals import heartbeat_sent
from django.core.cache import cache
from redis.exceptions import RedisError

LIFETIME_SECONDS = 30
WORKER, BEAT = "heartbeat:worker", "heartbeat:beat"

log = structlog.get_logger(__name__)


def beat_heart(name: str) -> None:
    try:
        cache.set(name, "alive", timeout=LIFETIME_SECONDS)
    except RedisError as error:
        log.warning("heartbeat_lost", heart=name, error=str(error))


def is_alive(name: str) -> bool:
    """Whether that process has shown itself within LIFETIME_SECONDS; RedisError if the cache is away."""
    return cache.get(name) is not None


@heartbeat_sent.connect
def _worker_is_alive(**_kwargs: object) -> None:
    beat_heart(WORKER)
