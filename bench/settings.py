"""Benches run on servers of their own that keep every promise of durability, like production."""

from assurance.embedded import data_folder
from assurance.settings import logs
from assurance.settings.base import *  # noqa: F403
from assurance.settings.servers import cache, own_or_embedded

SECRET_KEY = "bench-only"
MEDIA_ROOT = data_folder() / "files-bench"
ALLOWED_HOSTS = ["127.0.0.1"]

SERVERS = own_or_embedded("bench", database="postgres", number=0)
DATABASES = {"default": SERVERS.database}
CACHES = {"default": cache(SERVERS.cache_url, "bench")}
CELERY_BROKER_URL = SERVERS.broker_url
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING = logs.configure(as_json=False, level="WARNING")
