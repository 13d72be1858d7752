"""Production settings, the image and the compose file: nothing starts without its secrets, and safely with them."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from bin import lint
from tests import processes

PROJECT = Path(__file__).resolve().parent.parent.parent
LOAD = "from django.conf import settings; settings.DEBUG; print(sorted(settings.DATABASES))"
NAMES = sorted(lint.PRODUCTION.keys() - {"DJANGO_SETTINGS_MODULE"})
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL")


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in lint.PRODUCTION}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", NAMES)
def test_production_has_no_defaults(name: str) -> None:
    told = python(LOAD, {key: value for key, value in lint.PRODUCTION.items() if key != name})
    assert told.returncode != 0
    assert f'"{name}" not set' in told.stderr


def test_production_never_starts_embedded_servers(tmp_path: Path) -> None:
    code = f"{LOAD}; from assurance import embedded; assert not embedded.in_use('main')"
    told = python(code, {**lint.PRODUCTION, "ASSURANCE_DATA": str(tmp_path)})
    assert told.returncode == 0, told.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT / "docker-compose.yml").read_text()))


def test_compose_refuses_to_start_without_secrets() -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    for name in SECRETS:
        uses = re.findall(r"\$\{" + name + r"(:[?-][^}]*)?\}", text)
        assert any(use.startswith(":?") for use in uses), f"{name} is not demanded"
        assert not any(use.startswith(":-") for use in uses), f"{name} has a default"


def test_compose_has_every_part(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services.keys() == {"postgres", "valkey", "migrate", "web", "worker", "beat", "mail"}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["image"] == services["migrate"]["image"]
    for service in services.values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), "a port is open to the world"


def test_compose_gives_production_all_it_demands(compose: dict[str, Any]) -> None:
    image = (PROJECT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    for name in ("migrate", "web", "worker", "beat"):
        given = compose["services"][name]["environment"].keys() | set(re.findall(r"\b([A-Z_]+)=", image))
        assert set(NAMES) <= given


@pytest.mark.django_db(transaction=True)
def test_served_as_in_production(tmp_path: Path) -> None:
    """The real server with real settings: every static file found, HTTPS demanded, headers strict."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **processes.environment(),
        **{name: lint.PRODUCTION[name] for name in NAMES if name not in ("DATABASE_URL", "REDIS_URL")},
        "DJANGO_SETTINGS_MODULE": "assurance.settings.production",
        "STATIC_ROOT": str(tmp_path / "static"),
        "PROXIES": "1",
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=PROJECT, env=environment, check=True)
    web = [sys.executable, "-m", "gunicorn", "assurance.wsgi"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(web, cwd=PROJECT, env=environment, stdout=log, stderr=log)
    try:
        probe = [sys.executable, "bin/probe.py", "healthz"]
        deadline = time.monotonic() + 180
        while subprocess.run(probe, cwd=PROJECT, env=environment, capture_output=True).returncode:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.2)

        status, headers = ask(port, "/", {})
        assert (status, headers["Location"]) == (301, "https://portal.example/")
        status, headers = ask(port, "/healthz", {"X-Forwarded-Proto": "https"})
        assert status == 200
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert ask(port, "/", {"Host": "elsewhere.example"})[0] == 400

        hashed = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]["tokens.css"]
        status, headers = ask(
            port, f"/static/{hashed}", {"X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
        )
        assert (status, headers["Content-Encoding"]) == (200, "gzip")
        assert "immutable" in headers["Cache-Control"]
    finally:
        process.terminate()
        process.wait(30)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def ask(port: int, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Host": "portal.example", **headers}
    )
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers
