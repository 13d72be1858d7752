"""Every address of the portal. Each app lists its own pages; this file only says where they hang."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from assurance import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("account/", include("assurance.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("api/", include("assurance.api.urls")),
    path("ma/", include("assurance.urls_ma")),
    path("", include("assurance.ui.urls")),
    path("", include("assurance.urls_shop")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("assurance.demo.urls")))
