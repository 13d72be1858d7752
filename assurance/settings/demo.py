"""`make demo`: the demo world and its time machine on this machine, with pages served as on servers."""

from assurance.embedded import data_folder

from . import logs
from .base import *  # noqa: F403
from .base import INSTALLED_APPS
from .servers import cache, own_or_embedded

DEMO = True
OPS_NEED_SECOND_FACTOR = False
DEBUG = False
SECRET_KEY = "demo-only"  # noqa: S105
GATEWAY_SECRET = "demo-only"  # noqa: S105
GATEWAY_SANDBOX = True
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [*INSTALLED_APPS, "assurance.demo"]

SERVERS = own_or_embedded("main", database="demo", number=2)
DATABASES = {"default": SERVERS.database}
CACHES = {"default": cache(SERVERS.cache_url, "demo")}
CELERY_BROKER_URL = SERVERS.broker_url

# Straight from the folders of the apps: no collecting step between a changed file and its page.
WHITENOISE_USE_FINDERS = True

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = data_folder() / "mail"
LOGGING = logs.configure(as_json=False)
