from django.apps import AppConfig
from django.contrib.admin import apps


class OpsConfig(AppConfig):
    name = "assurance.ops"
    label = "ops"
    default = True


class OpsAdminConfig(apps.AdminConfig):
    """Django's admin on our own site."""

    default = False
    default_site = "assurance.ops.site.OpsSite"
