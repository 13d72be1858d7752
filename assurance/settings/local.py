"""A machine of one's own: embedded PostgreSQL and Valkey where no address is given."""

from assurance.embedded import data_folder

from . import logs
from .bank import SAMPLE_ACCOUNTS
from .base import *  # noqa: F403
from .servers import cache, own_or_embedded

DEBUG = True
SECRET_KEY = "local-only"  # noqa: S105
GATEWAY_SECRET = "local-only"  # noqa: S105
TRACKING_SECRETS = {"carrier": ["local-only"]}
GATEWAY_SANDBOX = True
BANK_ACCOUNTS = SAMPLE_ACCOUNTS
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

SERVERS = own_or_embedded("main", database="local", number=0)
DATABASES = {"default": SERVERS.database}
CACHES = {"default": cache(SERVERS.cache_url, "local")}
CELERY_BROKER_URL = SERVERS.broker_url

MEDIA_ROOT = data_folder() / "files-local"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
LOGGING = logs.configure(as_json=False)
