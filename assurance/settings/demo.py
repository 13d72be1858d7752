"""`make demo`: the demo world and its time machine on this machine, with pages served as on servers."""

from assurance.embedded import data_folder

from . import logs
from .bank import SAMPLE_ACCOUNTS
from .base import *  # noqa: F403
from .base import BASE_DIR, INSTALLED_APPS, TEMPLATES
from .servers import cache, own_or_embedded

DEMO = True
OPS_NEED_SECOND_FACTOR = False
DEBUG = False
SECRET_KEY = "demo-only"  # noqa: S105
GATEWAY_SECRET = "demo-only"  # noqa: S105
TRACKING_SECRETS = {"carrier": ["demo-only"]}
GATEWAY_SANDBOX = True
BANK_ACCOUNTS = SAMPLE_ACCOUNTS
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [*INSTALLED_APPS, "assurance.demo"]
# The time machine's bar: on every page through `demo` in the context, in the admin by its own header.
TEMPLATES[0]["OPTIONS"]["context_processors"].append("assurance.demo.context.demo")
TEMPLATES[0]["DIRS"].insert(0, BASE_DIR / "assurance" / "demo" / "templates")

SERVERS = own_or_embedded("main", database="demo", number=2)
DATABASES = {"default": SERVERS.database}
CACHES = {"default": cache(SERVERS.cache_url, "demo")}
CELERY_BROKER_URL = SERVERS.broker_url

# Straight from the folders of the apps: no collecting step between a changed file and its page.
WHITENOISE_USE_FINDERS = True

MEDIA_ROOT = data_folder() / "files"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = data_folder() / "mail"
LOGGING = logs.configure(as_json=False)
