"""The real demo, with its worker and its time machine, started as `make demo` starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo of its own; JOURNEY_URL names one that already runs."""
    if running := os.environ.get("JOURNEY_URL"):
        yield running
        return
    folder = tmp_path_factory.mktemp("portal")
    port = _free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL")
        and not name.startswith("PYTEST")
    } | {"ASSURANCE_DATA": str(folder / "data")}
    log = (folder / "log").open("wb")
    demo = subprocess.Popen(
        [sys.executable, "-m", "assurance.runner", "run", "--port", str(port)],
        cwd=PROJECT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}", demo, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=60)


def _wait(address: str, demo: "subprocess.Popen[bytes]", log: Path) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        if demo.poll() is not None:
            break
        try:
            # Ready, not only alive: the worker has to be there when time moves.
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"the demo did not start:\n{log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
