"""Make `.venv` with pinned packages. Standard library only: it runs before anything is installed.

    python3 bin/install.py requirements.txt requirements-embedded.txt

Does nothing when these very files are installed already. A folder left half-made by an interrupted run
is made anew. Only ready-made packages are accepted, so no compiler is needed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed"
INSTALLING = VENV / "installing"
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--require-hashes"]


class CannotInstall(Exception):
    """The message says why and what to do."""


def main(names: list[str]) -> int:
    files = [PROJECT / name for name in names]
    with (PROJECT / "requirements.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once take turns
        try:
            marks = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
            missing = [path for path in files if _installed().get(path.name) != marks[path.name]]
            if missing:
                _make_environment()
                INSTALLING.touch()
                _install(missing)
                INSTALLED.write_text("".join(f"{k} {v}\n" for k, v in {**_installed(), **marks}.items()))
                INSTALLING.unlink()
        except CannotInstall as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nInterrupted; the next run starts this step over.", file=sys.stderr)
            return 130
    return 0


def _installed() -> dict[str, str]:
    """The requirement files that are installed, with their checksums; none if .venv is not usable."""
    if INSTALLING.exists() or not INSTALLED.exists() or not PYTHON.exists():
        return {}
    return dict(line.split() for line in INSTALLED.read_text().splitlines())


def _make_environment() -> None:
    """Make .venv, unless there is a whole one. The mark of an unfinished one is set before it is begun."""
    usable = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    if PYTHON.exists() and not INSTALLING.exists() and subprocess.run(usable).returncode == 0:
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise CannotInstall(
            f"This Python {version} cannot make virtual environments: its venv or ensurepip module is "
            f"missing.\nOn Debian and Ubuntu install them with: apt-get install python{version}-venv"
        )
    if VENV.exists():
        print("Removing a half-made or broken .venv ...", flush=True)
        shutil.rmtree(VENV)
    print("Making .venv ...", flush=True)
    VENV.mkdir()
    INSTALLING.touch()
    command = [sys.executable, "-m", "venv", str(VENV)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        raise CannotInstall(f"{made.stdout}\n.venv could not be made.")


def _install(files: list[Path]) -> None:
    """Install with a line of progress; pip's own words are shown only when it fails."""
    pins = [line for path in files for line in path.read_text().splitlines() if line[:1].isalpha()]
    total = len(pins)
    command = [str(PYTHON), *PIP, "--only-binary", ":all:"]
    for path in files:
        command += ["-r", str(path)]
    begun, seen, lines = time.monotonic(), 0, []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or []:
            lines.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                _show(f"Packages: {min(seen, total)} of about {total}", last=False)
            elif line.startswith("Installing collected packages"):
                _show(f"Packages: installing {total} ...", last=False)
    if pip.returncode != 0:
        raise CannotInstall("".join(lines[-15:]) + _advice("".join(lines)))
    _show(f"Packages: {total} ready after {time.monotonic() - begun:.0f} s", last=True)


def _advice(output: str) -> str:
    if "No matching distribution" in output:
        return (
            "\nA pinned package has no ready-made build for this machine (Python "
            f"{sys.version.split()[0]}, {sys.platform}), or the package index cannot be reached. Python 3.11 "
            "to 3.14 on Linux and on macOS (arm64) are known to work: make setup PYTHON=python3.12"
        )
    if "HASHES" in output:
        return "\nA downloaded package is not the one that was pinned. Try another network or index."
    return "\nThe packages could not be installed. The lines above say why; `make setup` tries again."


def _show(text: str, *, last: bool) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if last else "", flush=True)
    elif last:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
