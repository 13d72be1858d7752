"""The rulebook as plays: every file beside this one, played against the real services."""

from pathlib import Path

import pytest

from assurance.scenarios.player import Player

HERE = Path(__file__).parent
PLAYS = sorted(HERE.rglob("*.yaml"))


@pytest.mark.django_db
@pytest.mark.parametrize("path", PLAYS, ids=[p.stem for p in PLAYS])
def test_play(path: Path) -> None:
    Player(path).play()
