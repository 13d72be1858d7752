"""Charts: what is drawn is what was given."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.ui.charts import ABOVE, BELOW, BOTTOM, TOP, chart

WORDS: Any = {"title": "Rate", "summary": "Up.", "columns": ("Week", "Rate")}


def test_the_rate_scale_ends_at_a_hundred_per_cent():
    points = [("1/3", Decimal("93.1")), ("1/10", Decimal("92.4")), ("3/28", Decimal("97.0"))]
    drawn = chart("line", points, unit="%", digits=1, ceiling=100, **WORDS)
    assert [tick.text for tick in drawn.ticks] == ["92%", "94%", "96%", "98%", "100%"]
    assert [dot.text for dot in drawn.dots] == ["93.1%", "92.4%", "97.0%"]


def test_bars_start_at_zero():
    drawn = chart("bar", [("3/29", 185), ("3/30", 0)], **WORDS)
    assert drawn.ticks[0].text == "0"
    assert drawn.dots[1].height == 0


@pytest.mark.parametrize(
    ("rates", "side"),
    [((92, 97), ABOVE), ((92, 97, 95), BELOW), ((97,), ABOVE), ((97, 95, 92), ABOVE)],
    ids=["it rises", "it falls", "the only one", "it falls to the lowest line"],
)
def test_the_last_figure_stands_where_the_line_does_not_come_from(rates, side):
    points = [(f"4/{n}", rate) for n, rate in enumerate(rates)]
    assert chart("line", points, ceiling=100, **WORDS).last_side == side


@pytest.mark.parametrize("kind", ["line", "bar"])
@given(values=st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=60))
def test_every_value_lies_inside_the_drawing(kind, values):
    drawn = chart(kind, [(str(i), value) for i, value in enumerate(values)], **WORDS)
    assert len(drawn.dots) == len(values)
    assert all(TOP - 0.1 <= dot.y <= BOTTOM + 0.1 for dot in drawn.dots)
    assert len(drawn.axis) <= 6


@given(values=st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=60))
def test_a_rate_stays_inside_the_drawing(values):
    drawn = chart("line", [(str(i), value) for i, value in enumerate(values)], ceiling=100, **WORDS)
    assert all(TOP - 0.1 <= dot.y <= BOTTOM + 0.1 for dot in drawn.dots)
