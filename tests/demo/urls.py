"""The portal's addresses with the demo's, as under `settings.demo`."""

from django.urls import include, path

from assurance.urls import urlpatterns as portal

urlpatterns = [*portal, path("demo/", include("assurance.demo.urls"))]
