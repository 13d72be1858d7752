"""Every address of the portal. Each app lists its own pages; this file only says where they hang."""

from django.urls import URLPattern, URLResolver, include, path

from assurance import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("assurance.ui.urls")),
]
