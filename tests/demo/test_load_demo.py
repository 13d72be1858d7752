"""`manage.py load_demo`: once, only into the demo's database, with its progress told."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assurance.demo.models import World
from assurance.demo.world import load
from tests import factories


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Loading itself is tried elsewhere; here it only tells its progress. Returns the scales asked for."""
    asked: list[float] = []

    def fake(*, now: datetime, scale: float, tell: Callable[[float], None]) -> None:
        asked.append(scale)
        for share in (0.1, 0.3, 0.3, 1):
            tell(share)
        World.objects.create(id=1, loaded_at=now)

    monkeypatch.setattr(load, "load", fake)
    monkeypatch.setattr(load, "throw_away", lambda: World.objects.all().delete())
    return asked


def _run(*options: str, terminal: bool = False) -> str:
    out = StringIO()
    out.isatty = lambda: terminal  # type: ignore[method-assign]
    call_command("load_demo", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestLoadDemo:
    @pytest.fixture(autouse=True)
    def _in_the_demo(self, settings) -> None:
        settings.DEMO = True

    def test_does_nothing_the_second_time(self, loads: list[float]) -> None:
        assert "The demo world is loaded (" in _run()
        assert "loaded already" in _run()
        assert loads == [1]

    def test_makes_it_anew(self, loads: list[float]) -> None:
        _run()
        assert "The demo world is loaded (" in _run("--reset", "--scale", "0.5")
        assert loads == [1, 0.5]
        assert World.objects.count() == 1

    def test_tells_progress_in_lines_or_as_a_bar(self, loads: list[float]) -> None:
        assert _run().splitlines()[:2] == ["Loading the demo world: 30%", "Loading the demo world: 100%"]
        bar = _run("--reset", terminal=True)
        assert bar.count("\r") == 3
        assert "100%\n" in bar

    @pytest.mark.parametrize("options", [(), ("--reset",)])
    def test_keeps_away_from_people_that_it_did_not_make(
        self, loads: list[float], options: tuple[str, ...]
    ) -> None:
        factories.person()
        with pytest.raises(CommandError, match="not the demo's"):
            _run(*options)
        assert not loads

    @pytest.mark.parametrize("scale", ["-1", "21"])
    def test_refuses_a_scale_beyond_reason(self, loads: list[float], scale: str) -> None:
        with pytest.raises(CommandError, match="between 0 and 20"):
            _run("--scale", scale)


def test_refuses_outside_the_demo() -> None:
    with pytest.raises(CommandError, match="demo's database"):
        _run()
