"""The files of the embedded servers, and the locks among them that say who lives."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


class GuardianError(Exception):
    """The servers cannot run; the message tells a person why."""


@dataclass(frozen=True)
class Layout:
    """The files of one pair of servers, all below `folder`."""

    folder: Path

    @property
    def users_lock(self) -> Path:
        return self.folder / "users.lock"

    @property
    def start_lock(self) -> Path:
        return self.folder / "start.lock"

    @property
    def guardian_lock(self) -> Path:
        return self.folder / "guardian.lock"

    @property
    def state(self) -> Path:
        """Written by the guardian: where the sockets are, and whether the servers answer."""
        return self.folder / "state.json"

    @property
    def old_state(self) -> Path:
        """The state of an earlier guardian, set aside before the next one is started."""
        return self.folder / "state.old.json"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def guarded(self) -> bool:
        """Whether a guardian is alive."""
        descriptor = open_lock(self.guardian_lock)
        try:
            return not try_lock(descriptor)
        finally:
            os.close(descriptor)


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
