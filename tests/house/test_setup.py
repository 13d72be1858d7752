"""What runs before anything is installed: clear answers, and half-made things are mended."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bin import lint

PROJECT = Path(__file__).resolve().parent.parent.parent
FILES = sorted(path.name for path in PROJECT.glob("requirements*.txt"))


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-s", *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=60)


def test_make_alone_lists_the_targets() -> None:
    listed = make().stdout
    for target in ("setup", "demo", "demo-reset", "test", "lint", "bench", "proof", "screenshots"):
        assert f"make {target} " in listed


def test_taken_port_is_told_before_anything_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = make("demo", f"PORT={port}")
    assert told.returncode != 0
    assert told.stdout == ""
    assert f"Port {port} is taken" in told.stderr
    assert "make demo PORT=8000" in told.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "²"])
def test_no_port_number(port: str) -> None:
    assert "is not a port number" in make("demo", f"PORT={port}").stderr


def test_wrong_python_is_told() -> None:
    assert "is not Python 3.11 or newer" in make("setup", "PYTHON=false").stderr
    assert "Python 3.11 or newer is needed and was not found" in make("setup", "PYTHON=").stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT / "bin" / "install.py", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("# nothing to install\n")
    return tmp_path


def install(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "bin/install.py", "requirements.txt"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=120)


def test_installing_twice_does_nothing_the_second_time(checkout: Path) -> None:
    assert install(checkout).returncode == 0
    assert (checkout / ".venv" / "bin" / "python").exists()
    second = install(checkout)
    assert (second.returncode, second.stdout) == (0, "")
    (checkout / "requirements.txt").write_text("# something else\n")
    assert "ready after" in install(checkout).stdout


def test_interrupted_installation_is_made_anew(checkout: Path) -> None:
    command = [sys.executable, "bin/install.py", "requirements.txt"]
    with subprocess.Popen(command, cwd=checkout, start_new_session=True, stdout=subprocess.PIPE) as process:
        while not (checkout / ".venv" / "bin").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    mended = install(checkout)
    assert mended.returncode == 0, mended.stderr
    assert "Removing a half-made or broken .venv" in mended.stdout
    assert install(checkout).stdout == ""


def test_vanished_interpreter_is_replaced(checkout: Path) -> None:
    install(checkout)
    (checkout / ".venv" / "bin" / "python").unlink()
    assert install(checkout).returncode == 0
    assert (checkout / ".venv" / "bin" / "python").exists()


def test_python_without_venv_gets_a_clear_answer(checkout: Path) -> None:
    hide = "import sys; sys.modules['ensurepip'] = None; sys.argv = ['x', 'requirements.txt']; "
    hide += "sys.path.insert(0, 'bin'); import install; sys.exit(install.main(sys.argv[1:]))"
    told = subprocess.run([sys.executable, "-c", hide], cwd=checkout, capture_output=True, text=True)
    assert told.returncode == 1
    assert "apt-get install python3" in told.stderr


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_by_hash(name: str) -> None:
    entries = re.split(r"\n(?=[a-zA-Z])", (PROJECT / name).read_text())
    pins = [entry for entry in entries if not entry.startswith("#")]
    assert pins
    for pin in pins:
        assert re.match(r"[a-zA-Z0-9._-]+==\S+ ", pin), pin
        assert "--hash=sha256:" in pin, pin


def test_versions_agree_among_the_files() -> None:
    found: dict[str, set[str]] = {}
    for name in FILES:
        for package, version in re.findall(
            r"^([a-zA-Z0-9._-]+)==(\S+)", (PROJECT / name).read_text(), re.MULTILINE
        ):
            found.setdefault(package, set()).add(version)
    assert not {package: versions for package, versions in found.items() if len(versions) > 1}


def test_requirements_name_no_place() -> None:
    assert lint.addresses_in_requirements() == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url somewhere",
        "-f /wheels",
        "x @ https://host/x.whl",
        "file:wheels",
        "    # via -r /home/me/r.in",
    ],
)
def test_places_in_requirements_are_found(line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"amqp==1 \\\n{line}\n")
    monkeypatch.setattr(lint, "PROJECT", tmp_path)
    assert lint.addresses_in_requirements() == [f"requirements.txt:2: {line}"]
