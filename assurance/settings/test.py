"""The tests: servers of their own that trade safety for speed, apart from the data of a running demo."""

import os

from . import logs
from .bank import SAMPLE_ACCOUNTS
from .base import *  # noqa: F403
from .base import INSTALLED_APPS
from .servers import cache, own_or_embedded

SECRET_KEY = "test-only"  # noqa: S105
GATEWAY_SECRET = "test-only"  # noqa: S105
GATEWAY_SANDBOX = True
BANK_ACCOUNTS = SAMPLE_ACCOUNTS
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

# The demo's tables are there, its clock and pages are not, unless a test turns DEMO on.
INSTALLED_APPS = [*INSTALLED_APPS, "assurance.demo"]

# Every process of pytest-xdist has a database, a broker and a cache of its own; pytest-django names
# the database after the worker, and here its number picks two databases of Valkey.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

SERVERS = own_or_embedded("test", database="postgres", number=2 * WORKER, durable=False)
DATABASES = {"default": SERVERS.database | {"CONN_MAX_AGE": 0, "TEST": {"NAME": "test"}}}
CACHES = {"default": cache(SERVERS.cache_url, "test")}
CELERY_BROKER_URL = SERVERS.broker_url

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# What tests keep is gone with the process.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING = logs.configure(as_json=False, level="WARNING")
