"""`make screenshots`: a picture of every page that each person of the demo can reach, into screens/.

    make screenshots                            a demo of its own, kept in .data/screens
    make screenshots ARGS=http://localhost:8000   one that runs already

Pages are found by following links; of pages alike, such as all orders, the first one found is taken.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin, urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests import chromium

PROJECT = Path(__file__).resolve().parent.parent
SCREENS = PROJECT / "screens"
PORT = 8479
PATIENCE_SECONDS = 300
PEOPLE = {"visitor": "/", "alice": "/", "ming": "/ma/", "fang": "/ma/", "olivia": "/admin/"}
LANGUAGES = {"en": "English", "zh-CN": "简体中文"}
LOOKS: dict[str, tuple[int, Literal["light", "dark"]]] = {
    "360": (360, "light"),
    "768": (768, "light"),
    "1280": (1280, "light"),
    "1280-dark": (1280, "dark"),
}
# Leaving, deleting and switching are acts, not pages; the API documents itself.
NO_PAGE = re.compile(r"logout|delete|i18n|/static/|/api/|healthz|readyz|metrics")


def main(arguments: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "assurance.settings.tools"
    django.setup()
    program = chromium.ensure()
    with portal(*arguments) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for person, start in PEOPLE.items():
            pages = find_pages(browser, address, person, start)
            print(f"{person}: {len(pages)} pages", flush=True)
            for language in LANGUAGES:
                take(browser, address, person, language, pages)
        browser.close()
    print(f"The pictures are in {SCREENS}.")
    return 0


@contextmanager
def portal(running: str = "") -> Iterator[str]:
    """The address of a demo: the one that is named, or one of our own for the while."""
    if running:
        yield running.rstrip("/")
        return
    address = f"http://localhost:{PORT}"
    environment = {**os.environ, "ASSURANCE_DATA": str(PROJECT / ".data" / "screens")}
    environment.pop("DJANGO_SETTINGS_MODULE")
    demo = subprocess.Popen(
        [sys.executable, "-m", "assurance.runner", "run", "--port", str(PORT)], cwd=PROJECT, env=environment
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(f"{address}/readyz"):
            if demo.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The demo did not start.")
            time.sleep(0.5)
        yield address
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def sign_in(browser: Browser, address: str, person: str, language: str) -> Page:
    page = browser.new_context(locale=language, base_url=address).new_page()
    if person != "visitor":
        page.goto("/account/login/")
        page.get_by_role("button", name=re.compile(f"^{person.capitalize()}")).click()
        page.wait_for_load_state()
    return page


def find_pages(browser: Browser, address: str, person: str, start: str) -> dict[str, str]:
    """The first address found of every view."""
    page, found, waiting = sign_in(browser, address, person, "en"), {}, [start]
    while waiting:
        path = waiting.pop(0)
        view = view_of(path)
        if view is None or view in found or not opens(page, path):
            continue
        found[view] = path
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        for link in links:
            there = urlsplit(urljoin(f"{address}{path}", link))
            if there.netloc == urlsplit(address).netloc:
                waiting.append(there.path + (f"?{there.query}" if there.query else ""))
    page.context.close()
    return found


def view_of(path: str) -> str | None:
    try:
        return None if NO_PAGE.search(path) else resolve(urlsplit(path).path).view_name.replace(":", ".")
    except Resolver404:
        return None


def opens(page: Page, path: str) -> bool:
    """Whether it is a page, and not a file to be saved or a refusal."""
    try:
        answer = page.goto(path)
    except BrowserError:
        return False
    return answer is not None and answer.ok and "html" in answer.headers.get("content-type", "")


def take(browser: Browser, address: str, person: str, language: str, pages: dict[str, str]) -> None:
    page = sign_in(browser, address, person, language)
    folder = SCREENS / language / person
    folder.mkdir(parents=True, exist_ok=True)
    for view, path in pages.items():
        page.goto(path)
        other = page.get_by_role("banner").get_by_role("button", name=LANGUAGES[language], exact=True)
        if other.count():
            other.first.click()
        for look, (width, scheme) in LOOKS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.goto(path)  # anew: the admin asks for the scheme only once, and colours change slowly
            page.screenshot(path=folder / f"{view}-{look}.png", full_page=True)
    page.context.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
