"""B9: `make demo` in a fresh clone until the first page answers, and again with everything in place.

Packages come from pip's cache where it has them. The only bench in seconds: it is what a newcomer waits.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.report import judged, say

PROJECT = Path(__file__).resolve().parent.parent
FIRST, AGAIN = 90.0, 8.0
PATIENCE = 600


def main() -> bool:
    folder = Path(tempfile.mkdtemp(prefix="first-start-"))
    try:
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(folder / "portal")], check=True)
        first = _start(folder / "portal")
        again = [_start(folder / "portal") for _ in range(3)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return all(
        [
            judged("B9", "seconds to the first page, fresh clone", [first], at_most=FIRST),
            judged("B9", "seconds to the first page, again", again, at_most=AGAIN),
        ]
    )


def _start(portal: Path) -> float:
    """Start the demo, wait for its first page, stop it; seconds until the page."""
    port = _free_port()
    environment = {
        k: v for k, v in os.environ.items() if k not in ("ASSURANCE_DATA", "DJANGO_SETTINGS_MODULE")
    }
    log = portal.parent / "log"
    begun = time.perf_counter()
    with log.open("wb") as out:
        demo = subprocess.Popen(
            ["make", "demo", f"PORT={port}"],
            cwd=portal,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        while not _answers(port):
            if demo.poll() is not None or time.perf_counter() - begun > PATIENCE:
                raise SystemExit(f"B9: the demo did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)
        taken = time.perf_counter() - begun
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(timeout=60)
    say(f"B9 page after {taken:.1f} s")
    return taken


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
