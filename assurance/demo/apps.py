from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "assurance.demo"
    label = "demo"
