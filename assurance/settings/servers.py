"""Where the database and the broker are: the addresses in the environment, or the embedded servers."""

import os
from dataclasses import dataclass
from typing import Any

from environs import Env

from assurance import embedded

CONNECTION_SECONDS = 60


@dataclass(frozen=True)
class Connections:
    """What Django and Celery need to reach their servers."""

    database: dict[str, Any]
    broker_url: str
    cache_url: str


def own_or_embedded(cluster: str, *, database: str, number: int, durable: bool = True) -> Connections:
    """DATABASE_URL and REDIS_URL where given, else embedded servers from the data folder `cluster`.

    `database` names the embedded PostgreSQL database; `number` and the one after it are the databases
    of the embedded Valkey for broker and cache.
    """
    env = Env()
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return own(env)
    servers = embedded.start(cluster, durable=durable)
    found = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": servers.user,
        "HOST": str(servers.sockets),
    }
    given = own_database(env) if "DATABASE_URL" in os.environ else found | _keep_open()
    redis = env.str("REDIS_URL", "")
    return Connections(
        database=given,
        broker_url=redis or servers.broker_url(number),
        cache_url=env.str("CACHE_URL", "") or redis or servers.valkey_url(number + 1),
    )


def own(env: Env) -> Connections:
    """Servers of one's own, named in the environment; EnvError when one is missing."""
    redis = env.str("REDIS_URL")
    return Connections(own_database(env), broker_url=redis, cache_url=env.str("CACHE_URL", redis))


def own_database(env: Env) -> dict[str, Any]:
    """The database of DATABASE_URL."""
    return dict(env.dj_db_url("DATABASE_URL")) | _keep_open()


def _keep_open() -> dict[str, Any]:
    return {"CONN_MAX_AGE": CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}


def cache(url: str, prefix: str) -> dict[str, Any]:
    """A Django cache kept in Valkey."""
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "KEY_PREFIX": prefix}
