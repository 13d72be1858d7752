"""What the README says of a fresh clone holds before anything else has been started there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
PLAY = PROJECT / "tests" / "scenarios" / "01-late-dispatch-seller-pays.yaml"


@pytest.fixture
def environment(tmp_path):
    own = {
        k: v
        for k, v in os.environ.items()
        if k not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL")
    }
    return own | {"ASSURANCE_DATA": str(tmp_path / "data")}


def test_a_play_is_played_on_a_machine_that_has_no_tables_yet(environment):
    command = [sys.executable, "manage.py", "scenario", str(PLAY)]
    first = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.splitlines()[-1] == "1 passed, 0 failed"
    assert "Making the tables" in first.stderr
    again = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (0, "")
