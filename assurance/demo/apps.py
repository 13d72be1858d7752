from django.apps import AppConfig
from django.conf import settings


class DemoConfig(AppConfig):
    """The demo world and its time machine. Only `settings.demo` turns them on."""

    name = "assurance.demo"
    label = "demo"

    def ready(self) -> None:
        if settings.DEMO:
            from assurance.demo import time_machine
            from assurance.kernel import clock

            clock.use(time_machine.now)
