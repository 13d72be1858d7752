"""`manage.py scenario FILE_OR_FOLDER …`: play scenarios against the real services."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from assurance import embedded
from assurance.kernel.policy import Policy
from assurance.kernel.rules import traced
from assurance.scenarios.player import Difference, Player, said
from assurance.scenarios.reader import FormatError


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Plays scenario files; nothing is kept. Exit status 0 only if all passed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
        parser.add_argument("--policy", type=Path, help="a YAML file of figures to play under (POL-1)")
        parser.add_argument("--trace", action="store_true", help="print every decision with its rule ids")

    def handle(self, *args: Any, **options: Any) -> None:
        self._have_tables()
        figures = self._figures(options["policy"])
        passed = failed = 0
        for path in self._files(options["paths"]):
            if self._play(path, figures, trace=options["trace"]):
                passed += 1
            else:
                failed += 1
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)

    def _have_tables(self) -> None:
        """Make the tables where there are none yet, as in a fresh clone, and bring one's own machine up to date.

        A server's database that is merely behind is left to whoever runs it.
        """
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        if executor.loader.applied_migrations and not embedded.in_use("main"):
            raise CommandError("The database is behind this code. Run `manage.py migrate` first.")
        self.stderr.write("Making the tables, which takes a few seconds and happens once …")
        call_command("migrate", verbosity=0)

    def _play(self, path: Path, figures: dict[str, Any], *, trace: bool) -> bool:
        try:
            if trace:
                with traced(self._decided):
                    Player(path, figures, tell=self.stdout.write).play()
            else:
                Player(path, figures).play()
        except FormatError as error:
            self.stdout.write(f"REFUSED {error}")
            return False
        except Difference as difference:
            self.stdout.write(f"FAILED {path}: {difference}")
            return False
        self.stdout.write(f"ok {path}")
        return True

    def _decided(self, ids: tuple[str, ...], name: str, result: Any) -> None:
        self.stdout.write(f"    {'/'.join(ids):20} {name.rsplit('.', 1)[-1]} → {said(result)}")

    def _files(self, paths: list[Path]) -> list[Path]:
        found: list[Path] = []
        for path in paths:
            if path.is_dir():
                found += sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
            elif path.exists():
                found.append(path)
            else:
                raise CommandError(f"no such file or folder: {path}")
        return found

    def _figures(self, path: Path | None) -> dict[str, Any]:
        if path is None:
            return {}
        try:
            given = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise CommandError(f"{path}: {error}") from error
        if not isinstance(given, dict):
            raise CommandError(f"{path}: a policy file is a mapping of figures")
        try:
            Policy.from_figures(given)
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise CommandError(f"{path}: {error}") from error
        return given
