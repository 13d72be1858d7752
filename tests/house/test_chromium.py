"""Finding the browser of the browser tests."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import chromium


def program(path: Path, exit_code: int) -> str:
    path.write_text(f"#!/bin/sh\necho Chromium 1\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A machine without any browser, on which installing changes nothing; returns what was run to install."""
    tried: list[list[str]] = []
    run = subprocess.run

    def only_try(command: list[str], **options: Any) -> Any:
        if "capture_output" in options:
            return run(command, **options)
        tried.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("tests.chromium.shutil.which", lambda name: None)
    monkeypatch.setattr(chromium, "MAC", str(tmp_path / "none"))
    monkeypatch.setattr(chromium, "_of_playwright", lambda: str(tmp_path / "none"))
    monkeypatch.setattr("tests.chromium.subprocess.run", only_try)
    return tried


def test_one_that_is_named_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path / "named", 0)
    monkeypatch.setenv("CHROMIUM", named)
    assert chromium.ensure() == named


def test_one_that_is_named_and_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere")
    with pytest.raises(chromium.NoChromium, match="CHROMIUM=/nowhere does not start"):
        chromium.ensure()


def test_a_stand_in_that_does_not_start_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"chromium": program(tmp_path / "stub", 1), "google-chrome": program(tmp_path / "real", 0)}
    monkeypatch.setattr("tests.chromium.shutil.which", found.get)
    assert chromium.find() == found["google-chrome"]


def test_where_there_is_none_one_is_installed_or_asked_for(bare_machine: list[list[str]]) -> None:
    with pytest.raises(chromium.NoChromium, match="make test CHROMIUM="):
        chromium.ensure()
    assert any("chromium" in command for command in bare_machine)


@pytest.mark.parametrize(
    ("uid", "debian", "program"), [(0, True, "apt-get"), (0, False, "playwright"), (1000, True, "playwright")]
)
def test_debian_is_asked_only_as_root(
    monkeypatch: pytest.MonkeyPatch, uid: int, debian: bool, program: str
) -> None:
    monkeypatch.setattr("tests.chromium.os.geteuid", lambda: uid)
    monkeypatch.setattr(chromium, "_is_debian", lambda: debian)
    assert all(program in command for command in chromium._ways())
