"""`manage.py load_demo`: makes the demo world, once."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from assurance.accounts.models import User
from assurance.demo.world import load

BAR = 40


class Command(BaseCommand):
    help = "Load the demo world into the demo's database; does nothing when it is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="throw the world away first")
        parser.add_argument(
            "--scale", type=float, default=1, help="share of everyday trade beside the show case (default 1)"
        )

    def handle(self, *, reset: bool, scale: float, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo world belongs into the demo's database: DJANGO_SETTINGS_MODULE=assurance.settings.demo"
            )
        if not 0 <= scale <= 20:
            raise CommandError("--scale lies between 0 and 20.")
        if load.is_loaded() and not reset:
            self.stdout.write("The demo world is loaded already (--reset makes it anew).")
            return
        if not load.is_loaded() and User.objects.exists():
            raise CommandError(
                "This database is not the demo's: people are in it that the demo did not make."
            )
        begun = time.monotonic()
        with transaction.atomic():
            if reset:
                load.throw_away()
            load.load(now=datetime.now(UTC), scale=scale, tell=self._progress())
        self.stdout.write(f"The demo world is loaded ({time.monotonic() - begun:.0f} s).")

    def _progress(self) -> "Progress":
        return Progress(self)


class Progress:
    """A bar on a terminal, else a line every quarter."""

    def __init__(self, command: Command) -> None:
        self.out = command.stdout
        self.on_terminal = command.stdout.isatty()
        self.told = 0

    def __call__(self, share: float) -> None:
        step = int(share * (BAR if self.on_terminal else 4))
        if step == self.told:
            return
        self.told = step
        if self.on_terminal:
            bar = "█" * step + "░" * (BAR - step)
            self.out.write(
                f"\rLoading the demo world  {bar} {share:4.0%}", ending="\n" if step == BAR else ""
            )
            self.out.flush()
        else:
            self.out.write(f"Loading the demo world: {share:.0%}")
