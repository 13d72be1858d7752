"""Runs the embedded PostgreSQL and Valkey, and stops them when nobody needs them any more.

`assurance.embedded.start` starts this module as a process of its own. Who needs the servers holds a
shared lock on `users.lock`; the kernel lets go of it however a process ends, kill -9 included. A
waiting child asks for that lock exclusively: when it gets it, the last user is gone. Every server holds
a lock of its own for as long as one of its processes lives, which is how a guardian that follows a
killed one knows what still runs, without guessing at process ids.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assurance.embedded.account import Account, end_with_parent
from assurance.embedded.layout import GuardianError, Layout, open_lock, try_lock
from assurance.embedded.server import POSTGRES_SOCKET, Server, postgres, prepare_postgres, valkey

SOCKET_PATH_LIMIT = 103  # bytes; the shorter limit of Linux (107) and macOS (103)
RESTARTS = 5
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def guard(layout: Layout, *, durable: bool, tell: Callable[[str], None]) -> None:
    """Start the servers, tell that they are ready, and stop them after the last user has gone."""
    guardian_lock = open_lock(layout.guardian_lock)
    if not try_lock(guardian_lock):
        raise GuardianError("Another guardian is at work.")
    _remove_stray_sockets(layout)
    account = Account.for_root() if os.geteuid() == 0 else None
    sockets = make_socket_folder(layout, account)
    _write_state(layout, sockets, ready=False)
    servers = [valkey(layout, sockets), postgres(layout, sockets, durable=durable, account=account)]
    try:
        for server in servers:
            layout.log(server.name).write_bytes(b"")
        prepare_postgres(servers[1], durable=durable)
        for server in servers:
            server.start()
        _write_state(layout, sockets, ready=True)
        tell("ready")
        _wait_for_the_last_user(layout, servers, guardian_lock)
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _write_state(layout, sockets, ready=False)
        for server in reversed(servers):
            server.stop()
        layout.state.unlink(missing_ok=True)
        shutil.rmtree(sockets, ignore_errors=True)


def make_socket_folder(layout: Layout, account: Account | None) -> Path:
    """A folder for the sockets that only we can enter, with a path short enough for a socket."""
    sockets = layout.folder / "run"
    shutil.rmtree(sockets, ignore_errors=True)
    if len(os.fsencode(sockets / POSTGRES_SOCKET)) > SOCKET_PATH_LIMIT:
        base = tempfile.gettempdir()
        sockets = Path(tempfile.mkdtemp(prefix="assurance-", dir=base if len(base) < 60 else "/tmp"))  # noqa: S108
    else:
        sockets.mkdir(mode=0o700)
    if account and not account.keeps_reach:
        # Without root's right to pass closed folders the server needs ours to be passable.
        layout.folder.parent.chmod(0o711)
        layout.folder.chmod(0o711)
        os.chown(sockets, account.uid, 0)
        sockets.chmod(0o770)
    return sockets


def _write_state(layout: Layout, sockets: Path, *, ready: bool) -> None:
    new = layout.state.with_suffix(".new")
    new.write_text(json.dumps({"sockets": str(sockets), "ready": ready}))
    new.rename(layout.state)


def _remove_stray_sockets(layout: Layout) -> None:
    """Remove the temporary socket folder that a killed guardian left behind."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
        shutil.rmtree(json.loads(layout.old_state.read_text())["sockets"], ignore_errors=True)
    layout.old_state.unlink(missing_ok=True)


def _wait_for_the_last_user(layout: Layout, servers: list[Server], guardian_lock: int) -> None:
    """Return when nobody holds the users' lock; start a server again that has died meanwhile."""
    users = open_lock(layout.users_lock)
    guardian = os.getpid()
    waiter = os.fork()
    if waiter == 0:
        end_with_parent(guardian, signal.SIGKILL)
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        os.close(guardian_lock)
        fcntl.flock(users, fcntl.LOCK_EX)  # the lock belongs to the open file, which we share
        os._exit(0)
    try:
        while True:
            pid, status = os.wait()
            if pid == waiter:
                return
            for server in servers:
                if server.process and server.process.pid == pid:
                    server.process.returncode = os.waitstatus_to_exitcode(status)
                    _start_again(server)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(waiter, signal.SIGKILL)


def _start_again(server: Server) -> None:
    server.restarts += 1
    if server.restarts > RESTARTS:
        raise GuardianError(f"{server.name} keeps ending; see {server.layout.log(server.name)}.")
    server.start()


def main(arguments: list[str]) -> int:
    """Fork the guardian off; the process that was called waits until the servers are ready."""
    layout, durable = Layout(Path(arguments[0])), arguments[1] == "durable"
    os.umask(0o077)
    if os.geteuid() == 0 and layout.folder.stat().st_uid != 0:
        Account.owner_of(layout.folder).become()
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        if answer != "ready":
            print(answer or "The guardian of the embedded servers ended unexpectedly.", file=sys.stderr)
        return 0 if answer == "ready" else 1
    os.close(reading)
    os.setsid()
    os.chdir(layout.folder)
    log = os.open(layout.log("guardian"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: sys.exit(0))

    def tell(answer: str) -> None:
        nonlocal writing
        if writing >= 0:
            os.write(writing, answer.encode())
            os.close(writing)
            writing = -1

    try:
        guard(layout, durable=durable, tell=tell)
    except (GuardianError, OSError) as error:
        print(error, file=sys.stderr)
        tell(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
