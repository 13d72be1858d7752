from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "assurance.ui"
    label = "ui"
