"""Every address of the portal. Each app lists its own pages; this file only says where they hang."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
