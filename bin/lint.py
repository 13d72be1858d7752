"""`make lint`: every check that needs no running portal. All are run, then those that failed are named."""

import os
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]

# Enough for production settings to load; the checks reach for no server.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "assurance.settings.production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgres://portal:password@database.example/portal",
    "REDIS_URL": "redis://broker.example/0",
    "EMAIL_URL": "smtp://portal:password@mail.example:587",
    "DEFAULT_FROM_EMAIL": "portal@portal.example",
    "STATIC_ROOT": "collected",
    "MEDIA_ROOT": "files",
}
CHECKS: dict[str, list[str]] = {
    "style": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types": [str(BIN / "mypy")],
    "layers": [str(BIN / "lint-imports")],
    "templates": [str(BIN / "djlint"), "templates", "--lint", "--quiet"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run", "--settings=assurance.settings.tools"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level=WARNING"],
}
ADDRESS = re.compile(r"://| /|\bfile:|^\s*(-i|-f|--(index-url|extra-index-url|find-links|trusted-host))\b")


def addresses_in_requirements() -> list[str]:
    """Lines of the requirement files that name a place: a registry, a download or a path of one machine."""
    return [
        f"{path.name}:{number}: {line}"
        for path in sorted(PROJECT.glob("requirements*.*"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if ADDRESS.search(line)
    ]


def run(name: str, command: list[str]) -> bool:
    begun = time.monotonic()
    environment = {**os.environ, **(PRODUCTION if name == "deployment" else {})}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    report(name, time.monotonic() - begun, "" if done.returncode == 0 else done.stdout)
    return done.returncode == 0


def report(name: str, seconds: float, problem: str) -> None:
    print(f"{'FAILED' if problem else 'ok':<7}{name:<14}{seconds:5.1f} s", flush=True)
    if problem:
        print(problem, flush=True)


def main() -> int:
    failed = [name for name, command in CHECKS.items() if not run(name, command)]
    addresses = addresses_in_requirements()
    report("requirements", 0, "\n".join(addresses))
    failed += ["requirements"] * bool(addresses)
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
