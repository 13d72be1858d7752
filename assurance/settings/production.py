"""Servers: what differs or is secret comes from the environment, and has no default.

Every variable is explained in `docs/operations.md`.
"""

from . import logs
from .base import *  # noqa: F403
from .base import REST_FRAMEWORK, env
from .servers import cache, own

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# HTTPS=false is for trying the compose file on one's own machine.
HTTPS = env.bool("HTTPS", True)
PORTAL_URL = env.str("PORTAL_URL", f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}").rstrip("/")

SERVERS = own(env)
DATABASES = {"default": SERVERS.database}
CACHES = {"default": cache(SERVERS.cache_url, "assurance")}
CELERY_BROKER_URL = SERVERS.broker_url

MAIL = env.dj_email_url("EMAIL_URL")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST = MAIL["EMAIL_HOST"]
EMAIL_PORT = MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = MAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ACCOUNT_EMAIL_VERIFICATION = "mandatory"

STATIC_ROOT = env.path("STATIC_ROOT")
# Files that people send. All web and worker processes must see the same folder.
MEDIA_ROOT = env.path("MEDIA_ROOT")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SECURE_SSL_REDIRECT = HTTPS
# Probes come from the same network, without a proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS

# How many proxies stand in front, each adding to X-Forwarded-For. Only they are believed about who calls, which
# the limits on signing in and on the API go by.
PROXIES = env.int("PROXIES", 0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
REST_FRAMEWORK = {**REST_FRAMEWORK, "NUM_PROXIES": PROXIES}

METRICS_TOKEN = env.str("METRICS_TOKEN", "")
LOGGING = logs.configure(as_json=True, level=env.str("LOG_LEVEL", "INFO"))
