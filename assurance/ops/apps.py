from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class OpsConfig(AppConfig):
    name = "assurance.ops"
    label = "ops"
    default = True


class OpsAdminConfig(AdminConfig):
    """Django's admin on our own site."""

    default = False
    default_site = "assurance.ops.site.OpsSite"
