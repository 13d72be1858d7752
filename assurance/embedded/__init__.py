"""PostgreSQL and Valkey from wheels, for a machine that has neither.

`start("main")` makes sure that the servers run and keeps them for as long as this process lives. Any
number of processes share them; `guardian.py` stops them after the last one. Settings call it
where DATABASE_URL or REDIS_URL is absent, and never in production.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assurance.embedded.layout import Layout, open_lock
from assurance.embedded.server import DATABASE_USER, VALKEY_SOCKET

PROJECT = Path(__file__).resolve().parent.parent.parent
WAIT_SECONDS = 90

_held: dict[str, int] = {}


class EmbeddedError(RuntimeError):
    """The embedded servers cannot run; the message says why and what to do."""


@dataclass(frozen=True)
class Servers:
    """A running pair of servers, reached through sockets in a folder closed to others."""

    sockets: Path
    user: str = DATABASE_USER

    def valkey_url(self, database: int) -> str:
        """In the form redis-py reads."""
        return f"unix://{self.sockets / VALKEY_SOCKET}?db={database}"

    def broker_url(self, database: int) -> str:
        """In the form Celery reads."""
        return f"redis+socket://{self.sockets / VALKEY_SOCKET}?virtual_host={database}"


def data_folder() -> Path:
    """Where this checkout keeps its data: ASSURANCE_DATA, or `.data` in the project."""
    return Path(os.environ.get("ASSURANCE_DATA") or PROJECT / ".data").absolute()


@cache
def start(cluster: str, *, durable: bool = True) -> Servers:
    """Start the servers kept in the folder `cluster` of the data folder, or join those running.

    `durable=False` is for tests: faster, but a power cut may destroy the data.
    Raises EmbeddedError with the reason and the last lines of the server's log.
    """
    layout = Layout(data_folder() / cluster)
    _make_folders(layout)
    users = open_lock(layout.users_lock)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits for a guardian that is just stopping its servers
    _held[cluster] = users
    with _locked(layout.start_lock):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if not layout.guarded():
                _launch_guardian(layout, durable=durable)
            if sockets := _ready_sockets(layout):
                return Servers(sockets)
            time.sleep(0.02)
    raise EmbeddedError(f"The embedded servers did not start; see the logs in {layout.folder}.")


def in_use(cluster: str) -> bool:
    """Whether this process keeps these servers up."""
    return cluster in _held


def leave(cluster: str, *, seconds: float = 20) -> bool:
    """Give the servers up before this process ends, and wait until they have stopped.

    False when other processes still use them. Connections must be closed before.
    """
    start.cache_clear()
    users = _held.pop(cluster, None)
    if users is None:
        return True
    os.close(users)
    layout = Layout(data_folder() / cluster)
    begun = time.monotonic()
    while layout.guarded():
        waited = time.monotonic() - begun
        if waited > seconds or (waited > 1 and _ready_sockets(layout)):
            return False
        time.sleep(0.02)
    return True


def _ready_sockets(layout: Layout) -> Path | None:
    try:
        state = json.loads(layout.state.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Path(state["sockets"]) if state["ready"] else None


def _make_folders(layout: Layout) -> None:
    """Make the data folder and its locks; what root adds to somebody's folder becomes theirs."""
    root, data = os.geteuid() == 0, layout.folder.parent
    for path in (data, layout.folder, layout.users_lock, layout.start_lock):
        if path in (data, layout.folder):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            os.close(open_lock(path))
        if root:
            os.chown(path, data.stat().st_uid, data.stat().st_gid)
        elif path.stat().st_uid != os.geteuid():
            raise EmbeddedError(
                f"{path} belongs to another user. Work as that user, or set ASSURANCE_DATA to a folder "
                "of your own."
            )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _launch_guardian(layout: Layout, *, durable: bool) -> None:
    """Start the guardian; returns when the servers answer."""
    if layout.state.exists():
        layout.state.rename(layout.old_state)
    arguments = [str(layout.folder), "durable" if durable else "fast"]
    answer = subprocess.run(
        [sys.executable, "-m", "assurance.embedded.guardian", *arguments],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=WAIT_SECONDS,
    )
    if answer.returncode != 0 and not layout.guarded():
        raise EmbeddedError(answer.stderr.strip())
