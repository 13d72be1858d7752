from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "assurance.notices"
    label = "notices"
