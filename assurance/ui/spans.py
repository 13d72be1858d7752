"""A stretch of time drawn to scale: from payment past the deadline to the end of the entrance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

# What a label ("26 Mar", "Closes") takes at most of the drawing, in per cent: of one 544 px wide and
# more, where the guarantee panel has its three columns, and of the narrowest, 300 px.
WIDE, NARROW = 14.0, 25.0
ROWS = range(3)


@dataclass(frozen=True)
class Point:
    """A named instant. `kind` is how the stretch up to it looks: kept, late, open or rest."""

    at: datetime
    label: str
    note: str = ""
    kind: str = "rest"


@dataclass(frozen=True)
class Bar:
    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """A label under the drawing: `row` 0 is the highest, `anchor` an SVG text-anchor."""

    x: float
    label: str
    note: str
    anchor: str = "start"
    row: int = 0

    @property
    def top(self) -> int:
        """Where the label's first line stands, in px."""
        return 30 + 33 * self.row

    def extent(self, width: float) -> tuple[float, float]:
        return (self.x - width, self.x) if self.anchor == "end" else (self.x, self.x + width)

    def touches(self, other: "Mark", width: float) -> bool:
        (left, right), (from_, to) = self.extent(width), other.extent(width)
        return self.row == other.row and left < to and from_ < right


@dataclass(frozen=True)
class Labels:
    """One placing of all labels, for a wide or a narrow drawing."""

    size: str
    marks: tuple[Mark, ...]

    @property
    def rows(self) -> int:
        return 1 + max(mark.row for mark in self.marks)


@dataclass(frozen=True)
class Span:
    """A drawing in per cent of its width; `label` says the same in words."""

    label: str
    bars: tuple[Bar, ...]
    now: float | None
    layouts: tuple[Labels, Labels]


def _apart(size: str, marks: Sequence[Mark], width: float) -> Labels:
    """Place labels so that none touches another: to the right of its mark, else to the left, else lower."""
    placed: list[Mark] = []
    for mark in marks:
        choices = [replace(mark, anchor=anchor, row=row) for row in ROWS for anchor in ("start", "end")]
        fitting = (
            choice
            for choice in choices
            if choice.extent(width)[0] >= 0
            and choice.extent(width)[1] <= 100
            and not any(choice.touches(other, width) for other in placed)
        )
        placed.append(next(fitting, choices[-1]))
    return Labels(size, tuple(placed))


def time_span(start: Point, *points: Point, label: str, now: datetime | None = None) -> Span:
    """Lay out instants in order; at least one after the start.

    `label` says the whole in words, for those who do not see it. The ends cannot move, so their labels
    are placed before those between them.
    """
    end = points[-1].at
    whole = (end - start.at).total_seconds() or 1.0

    def x(at: datetime) -> float:
        return round(min(100.0, max(0.0, (at - start.at).total_seconds() / whole * 100)), 2)

    edges = [x(start.at), *(x(point.at) for point in points)]
    bars = tuple(
        Bar(point.kind, left, round(right - left, 2))
        for point, left, right in zip(points, edges, edges[1:], strict=False)
        if right > left
    )
    every = [start, *points]
    ends = [
        Mark(edges[0], start.label, start.note),
        Mark(edges[-1], points[-1].label, points[-1].note, "end"),
    ]
    between = [
        Mark(edge, point.label, point.note) for edge, point in zip(edges[1:-1], every[1:-1], strict=True)
    ]
    marks = [*ends, *between]
    layouts = (_apart("wide", marks, WIDE), _apart("narrow", marks, NARROW))
    return Span(label, bars, None if now is None else x(now), layouts)
