"""The supervisor of `make demo`: whatever ends it, nothing of it is left."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assurance import runner

PROJECT = Path(__file__).resolve().parent.parent.parent
SUPERVISOR = """
import json, os, sys
from pathlib import Path
from assurance import runner

runner.STOP_SECONDS = 1
runner.WATCH_SECONDS = 0.05
runner.heed_signals()
commands = json.loads(sys.argv[1])
children = [runner.Child(f"child-{n}", command, Path(sys.argv[2]) / str(n)) for n, command in enumerate(commands)]
try:
    with runner.ending(children):
        for child in children:
            child.start()
        print(json.dumps([child.process.pid for child in children]), flush=True)
        runner.watch(children)
except runner.Stopped:
    pass
except runner.DemoError as error:
    sys.exit(str(error))
"""
SLEEPER = ["sleep", "600"]
PARENT = ["sh", "-c", "sleep 601 & sleep 602"]
STUBBORN = ["sh", "-c", "trap '' TERM; while true; do sleep 0.2; done"]


class Supervisor:
    def __init__(self, folder: Path, *commands: list[str]) -> None:
        arguments = [json.dumps(commands), str(folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=PROJECT, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout
        self.children: list[int] = json.loads(self.process.stdout.readline())

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=20)

    def leftovers(self) -> list[int]:
        """Living processes of the children's sessions."""
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _parent, group = status.read_text().rpartition(")")[2].split()[:3]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(group) in self.children and state != "Z":
                found.append(int(status.parent.name))
        return found


def gone(supervisor: Supervisor, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while supervisor.leftovers() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not supervisor.leftovers()


@pytest.fixture(autouse=True)
def on_linux() -> None:
    if sys.platform != "linux":
        pytest.skip("reads /proc")


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Supervisor]]:
    supervisors: list[Supervisor] = []
    yield supervisors
    for supervisor in supervisors:
        for pid in supervisor.leftovers():
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(tmp_path: Path, started: list[Supervisor], number: signal.Signals) -> None:
    supervisor = Supervisor(tmp_path, SLEEPER, PARENT, STUBBORN)
    started.append(supervisor)
    assert len(supervisor.leftovers()) >= 4
    supervisor.end(number)
    assert supervisor.process.returncode == 0
    assert not supervisor.leftovers()


def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path, started: list[Supervisor]) -> None:
    supervisor = Supervisor(tmp_path, SLEEPER, SLEEPER)
    started.append(supervisor)
    supervisor.end(signal.SIGKILL)
    assert gone(supervisor)


def test_a_closed_terminal_ends_everything(tmp_path: Path, started: list[Supervisor]) -> None:
    """Nobody reads what it says any more; that must not keep it from its work."""
    supervisor = Supervisor(tmp_path, SLEEPER)
    started.append(supervisor)
    assert supervisor.process.stdout
    supervisor.process.stdout.close()
    supervisor.process.send_signal(signal.SIGHUP)
    supervisor.process.wait(20)
    assert gone(supervisor)


def test_a_child_that_ends_is_started_again_a_few_times(tmp_path: Path, started: list[Supervisor]) -> None:
    failing = ["sh", "-c", f"echo beginning >> {tmp_path}/count; echo the reason; exit 3"]
    supervisor = Supervisor(tmp_path, SLEEPER, failing)
    started.append(supervisor)
    output, error = supervisor.process.communicate(timeout=20)
    assert output.count("ended with code 3; starting it again") == runner.RESTARTS
    assert (tmp_path / "count").read_text().count("beginning") == runner.RESTARTS + 1
    assert "child-1 process keeps ending" in error
    assert "the reason" in error
    assert not supervisor.leftovers()


def test_only_one_demo_on_one_data_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "ASSURANCE_DATA": str(tmp_path)}
    holder = (
        "import sys\nfrom assurance import runner\nwith runner._only_demo():\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=PROJECT,
    ) as demo:
        assert demo.stdout
        demo.stdout.readline()
        for act in ("run", "reset"):
            told = subprocess.run(
                [sys.executable, "-m", "assurance.runner", act],
                env=environment,
                cwd=PROJECT,
                capture_output=True,
                text=True,
            )
            assert told.returncode == 1
            assert f"A demo is running already (process {demo.pid})" in told.stderr
        demo.kill()


def test_a_wish_to_stop_that_got_lost_on_its_way_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception of a signal that comes in a destructor is dropped; the demo stops all the same."""
    monkeypatch.setattr(runner, "_asked_to_stop", threading.Event())
    with contextlib.suppress(runner.Stopped):
        runner._stop(signal.SIGINT, None)
    with pytest.raises(runner.Stopped):
        runner.watch([])


@pytest.mark.parametrize(
    ("host", "own", "link"),
    [
        ("127.0.0.1", None, "http://localhost:8077"),
        ("0.0.0.0", None, "http://localhost:8077"),
        ("shop.lan", None, "http://shop.lan:8077"),
        ("127.0.0.1", "https://demo.example", "https://demo.example"),
    ],
)
def test_links_in_mail_lead_to_where_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, own: str | None, link: str
) -> None:
    monkeypatch.setattr(runner.os, "environ", {"PORTAL_URL": own} if own else {})
    monkeypatch.setattr(runner.embedded, "data_folder", lambda: tmp_path)
    told: list[str] = []

    def prepare() -> None:
        told.append(os.environ["PORTAL_URL"])
        raise runner.Stopped

    monkeypatch.setattr(runner, "_prepare_world", prepare)
    with pytest.raises(runner.Stopped):
        runner.run(host, 8077)
    assert told == [link]
