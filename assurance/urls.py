"""Every address of the portal. Each app lists its own pages; this file only says where they hang."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("assurance.ui.urls")),
]
