"""`manage.py rules_doc`: writes `docs/rules.md`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from assurance.scenarios.register import page


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Writes docs/rules.md: each rule with the functions that decide it and what shows it."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "rules.md"
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
