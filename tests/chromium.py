"""Finding a Chromium for the tests in a browser, and getting one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


class NoChromium(Exception):
    """The message says what to do."""


def find() -> str | None:
    """The path of a Chromium that starts: CHROMIUM, one of the system, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not _starts(named):
            raise NoChromium(f"CHROMIUM={named} does not start.")
        return named
    candidates = [*filter(None, map(shutil.which, NAMES)), MAC, _of_playwright()]
    return next((path for path in candidates if _starts(path)), None)


def ensure() -> str:
    """The path of a Chromium, installed now if need be; NoChromium says why there is none."""
    if found := find():
        return found
    print("No Chromium found; installing one ...", flush=True)
    for command in _ways():
        if subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode:
            break
    if found := find():
        return found
    raise NoChromium(
        "The tests need a Chromium. Install one (Debian: apt-get install chromium), or name one: "
        "make test CHROMIUM=/path/to/chrome"
    )


def _ways() -> list[list[str]]:
    """How to install one here. On Debian its own package brings the libraries along; that needs root."""
    if os.geteuid() == 0 and _is_debian():
        return [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ]
    with_libraries = ["--with-deps"] if os.geteuid() == 0 else []
    return [[sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]]


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    return (
        release.exists() and "ID=debian" in release.read_text().splitlines() and bool(shutil.which("apt-get"))
    )


def _of_playwright() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    """Whether it is there and runs; some systems have a stand-in that only tells to install it."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
