from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "assurance.scenarios"
    label = "scenarios"
