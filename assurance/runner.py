"""`make demo`: starts the servers, loads the demo world, runs web, worker and beat, and ends them all.

    python -m assurance.runner run --port 8000
    python -m assurance.runner reset

The children run in sessions of their own, so that Ctrl-C reaches only this process, which then ends them
in order. Should it be killed itself, the kernel tells them (Linux); the embedded servers follow their
last user in any case.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from assurance import embedded
from assurance.embedded.account import end_with_parent
from assurance.embedded.layout import open_lock, try_lock

START_SECONDS = 60
STOP_SECONDS = 10
WATCH_SECONDS = 0.5
STEADY_SECONDS = 30
RESTARTS = 3
HERE = ("127.0.0.1", "0.0.0.0", "[::1]", "[::]", "")  # noqa: S104
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DemoError(Exception):
    """The demo cannot run; the message says why and what to do."""


class Stopped(BaseException):
    """Somebody asked us to stop."""


@dataclass
class Child:
    """One of the processes of the demo, with its log."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    begun: float = field(default=0, init=False)
    restarts: int = field(default=0, init=False)

    def start(self) -> None:
        parent = os.getpid()
        self.begun = time.monotonic()
        with self.log.open("wb" if self.process is None else "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=embedded.PROJECT,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(parent, signal.SIGTERM),
            )

    def ended(self) -> int | None:
        return self.process.poll() if self.process else None

    def start_again(self) -> None:
        """Start it again after it has ended unasked; DemoError when that has happened too often."""
        self.restarts = 0 if time.monotonic() - self.begun > STEADY_SECONDS else self.restarts + 1
        if self.restarts > RESTARTS:
            raise DemoError(f"The {self.name} process keeps ending. The end of {self.log}:\n{self.tail()}")
        say(f"The {self.name} process ended with code {self.ended()}; starting it again.")
        self._end_all_of_it()
        self.start()

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for it until the deadline, then end it and all that it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self._end_all_of_it()
        self.process.wait()

    def _end_all_of_it(self) -> None:
        """Kill what is left of its session, such as the pool of a worker that was killed itself."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="assurance.runner", description="The demo on this machine.")
    parser.add_argument("act", choices=["run", "reset"])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    given = parser.parse_args(arguments)
    heed_signals()
    os.environ["DJANGO_SETTINGS_MODULE"] = "assurance.settings.demo"
    try:
        with _only_demo():
            if given.act == "reset":
                reset()
            else:
                run(given.host, given.port)
    except (DemoError, embedded.EmbeddedError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stopped:
        say("\nStopped. The data are kept; `make demo` goes on from here.")
    finally:
        ignore_signals()
        _leave_servers()
    return 0


def say(text: str) -> None:
    """Print, unless the terminal is gone, which must not keep us from ending the processes."""
    with suppress(OSError):
        print(text, flush=True)


def heed_signals() -> None:
    """Turn a wish to stop us, or the end of who started us, into Stopped."""
    end_with_parent(os.getppid(), signal.SIGTERM)
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)


def ignore_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


# Python drops an exception that a signal raises while it happens to clean an object up; the wish stays.
_asked_to_stop = threading.Event()


def _stop(_number: int, _frame: FrameType | None) -> None:
    _asked_to_stop.set()
    raise Stopped


def _leave_servers() -> None:
    if not embedded.in_use("main"):
        return
    from django.db import connections

    connections.close_all()
    if not embedded.leave("main"):
        say("The embedded servers stay: another process uses them.")


@contextmanager
def _only_demo() -> Iterator[None]:
    """One demo at a time on one data folder."""
    folder = embedded.data_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = open_lock(folder / "demo.lock")
    try:
        if not try_lock(lock):
            pid = os.pread(lock, 20, 0).decode()
            raise DemoError(f"A demo is running already (process {pid}). Stop it first, with Ctrl-C there.")
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def address(host: str, port: int) -> str:
    """Where a browser on this machine reaches the demo."""
    return f"http://{'localhost' if host in HERE else host}:{port}"


def run(host: str, port: int) -> None:
    """Run the demo until it is stopped."""
    begun = time.monotonic()
    os.environ.setdefault(
        "PORTAL_URL", address(host, port)
    )  # before any settings are read, here and in the children
    counts = (
        embedded.data_folder() / "metrics"
    )  # here, where a killed run leaves nothing that is not found again
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    say("Starting PostgreSQL and Valkey ...")
    _prepare_world()
    logs = embedded.data_folder() / "logs"
    logs.mkdir(exist_ok=True)
    celery = [sys.executable, "-m", "celery", "-A", "assurance"]
    quiet = ["-l", "INFO", "--without-mingle", "--without-gossip"]
    web = [sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}", "assurance.wsgi"]
    children = [
        Child("web", web, logs / "web.log"),
        Child("worker", [*celery, "worker", "-c", "2", *quiet], logs / "worker.log"),
        Child("beat", [*celery, "beat", "-l", "INFO", "--pidfile="], logs / "beat.log"),
    ]
    with ending(children):
        say(f"Starting {', '.join(child.name for child in children)} ...")
        children[0].start()
        _wait_for_first_page(children[0], port)  # alone, for the three compete for the processor
        for child in children[1:]:
            child.start()
        _welcome(address(host, port), logs, time.monotonic() - begun)
        watch(children)


@contextmanager
def ending(children: list[Child]) -> Iterator[None]:
    """End those that were started, however we leave."""
    try:
        yield
    finally:
        ignore_signals()
        say("\nStopping ...")
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            child.stop(deadline)


def watch(children: list[Child]) -> None:
    """Start again what ends unasked; returns only through Stopped or DemoError."""
    while True:
        if _asked_to_stop.is_set():
            raise Stopped
        time.sleep(WATCH_SECONDS)
        for child in children:
            if child.ended() is not None:
                child.start_again()


def _prepare_world() -> None:
    """Bring the database up to date and load the demo world, which does nothing when it is there."""
    import django
    from django.core.management import call_command, get_commands
    from django.db import connections

    django.setup()
    say("Bringing the database up to date ...")
    call_command("migrate", verbosity=0)
    if "load_demo" in get_commands():
        call_command("load_demo")
    connections.close_all()


def _wait_for_first_page(web: Child, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if web.ended() is not None:
            raise DemoError(f"The web process did not start. The end of {web.log}:\n{web.tail()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=START_SECONDS):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
            raise DemoError(f"The first page answers {error.code}; see {web.log}.") from error
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise DemoError(f"The first page did not answer within {START_SECONDS} s; see {web.log}.")


def _welcome(where: str, logs: Path, seconds: float) -> None:
    from assurance.demo.sign_ins import PASSWORD, SIGN_INS

    width = max(len(email) for email in SIGN_INS)
    say(f"\nReady after {seconds:.0f} s:  {where}/")
    say(f"\nSign in, with the password {PASSWORD!r}:")
    for email, person in SIGN_INS.items():
        say(f"  {email:<{width}}  {person.role}")
    say(f"\nLogs: {logs}\nCtrl-C stops everything; the data are kept.\n")


def reset() -> None:
    """Throw the demo world away; the next run loads it anew."""
    if "DATABASE_URL" in os.environ or "REDIS_URL" in os.environ:
        raise DemoError("The demo uses servers of your own (DATABASE_URL, REDIS_URL): empty them yourself.")
    import django
    from django.core.cache import cache
    from django.db import connections

    django.setup()
    with connections["default"]._nodb_cursor() as cursor:
        name = connections["default"].settings_dict["NAME"]
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    cache.clear()
    say("The demo starts over with the next `make demo`.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
