"""The rulebook as plays: every file beside this one, played against the real services."""

from datetime import datetime
from pathlib import Path

import pytest

from assurance.scenarios import player
from assurance.scenarios.player import Player
from assurance.scenarios.reader import Lined
from assurance.scenarios.world import World

HERE = Path(__file__).parent
PLAYS = sorted(HERE.rglob("*.yaml"))
# What only a job can have brought about: money that was due and has been posted.
POSTED = {"seller": {"balance", "debt"}, "recovery": {"state", "taken", "open"}}


@pytest.mark.django_db
@pytest.mark.parametrize("path", PLAYS, ids=[p.stem for p in PLAYS])
def test_play(path: Path) -> None:
    Player(path).play()


class WithoutPosted(Player):
    """Looks at everything but what jobs post."""

    def _compare(self, world: World, holder: Lined, key: str, values: Lined, at: datetime) -> None:
        shown = Lined(values.line)
        shown.lines = values.lines
        shown.update({k: v for k, v in values.items() if k not in POSTED.get(key.split(" ")[0], ())})
        super()._compare(world, holder, key, shown, at)


@pytest.mark.django_db
@pytest.mark.rule("TIM-3")
@pytest.mark.parametrize("path", PLAYS, ids=[p.stem for p in PLAYS])
def test_play_without_any_job(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gate and everything shown follows from clock and facts, also when no job has ever run."""
    monkeypatch.setattr(player, "run_all", lambda at: 0)
    WithoutPosted(path).play()


@pytest.mark.django_db
@pytest.mark.rule("TIM-3")
@pytest.mark.parametrize("path", PLAYS, ids=[p.stem for p in PLAYS])
def test_play_with_jobs_at_every_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that runs where a play leaves it off changes nothing that is shown."""
    step = Player._step

    def with_jobs(self: Player, world: World, given: Lined) -> None:
        given.pop("jobs", None)
        step(self, world, given)

    monkeypatch.setattr(Player, "_step", with_jobs)
    WithoutPosted(path).play()
