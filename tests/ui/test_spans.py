"""Labels of a time span stand apart, however close its instants are."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from assurance.ui.spans import NARROW, WIDE, Point, time_span

PAID = datetime(2021, 3, 20, 7, tzinfo=UTC)


def span(due_hours, now_hours, whole_hours=24 * 46):
    at = [PAID + timedelta(hours=h) for h in (due_hours, now_hours, whole_hours)]
    return time_span(
        Point(PAID, "Paid"),
        Point(at[0], "Due", kind="kept"),
        Point(at[1], "Now", kind="late"),
        Point(at[2], "Closes", kind="open"),
        label="Paid, due, now, closes",
        now=at[1],
    )


def test_bars_fill_the_whole_in_order():
    drawn = span(168, 240)
    assert [bar.kind for bar in drawn.bars] == ["kept", "late", "open"]
    assert round(sum(bar.width for bar in drawn.bars)) == 100


def test_a_stretch_of_no_length_draws_no_bar():
    assert [bar.kind for bar in span(168, 168).bars] == ["kept", "open"]


@given(st.integers(0, 24 * 46), st.integers(0, 24 * 46))
def test_no_label_touches_another_or_leaves_the_drawing(one, other):
    for layout, width in zip(span(*sorted((one, other))).layouts, (WIDE, NARROW), strict=True):
        for mark in layout.marks:
            left, right = mark.extent(width)
            assert left >= 0 and right <= 100
        assert not any(a.touches(b, width) for a, b in combinations(layout.marks, 2))
