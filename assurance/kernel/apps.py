from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "assurance.kernel"
    label = "kernel"
