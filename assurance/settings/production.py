"""Servers: everything that differs or is secret comes from the environment, without defaults."""

from .base import *  # noqa: F403
from .base import env
from .servers import cache, own

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

SERVERS = own(env)
DATABASES = {"default": SERVERS.database}
CACHES = {"default": cache(SERVERS.cache_url, "assurance")}
CELERY_BROKER_URL = SERVERS.broker_url
