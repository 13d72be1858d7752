"""Line and bar charts as coordinates; `<c-chart>` draws them as SVG beside a table of the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

WIDTH, HEIGHT = 470, 216
LEFT, RIGHT, TOP, BOTTOM = 52, 448, 24, 184
TICKS = 5
ABOVE, BELOW = -13, 24


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    label: str
    text: str
    height: float


@dataclass(frozen=True)
class Tick:
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """`kind` line or bar; `title` names it and `summary` says its message in words."""

    kind: str
    title: str
    summary: str
    columns: tuple[str, str]
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    axis: tuple[Dot, ...]
    bar_width: float = 0

    @property
    def line(self) -> str:
        return "M" + " ".join(f"{dot.x:g} {dot.y:g}" for dot in self.dots)

    @property
    def area(self) -> str:
        return f"{self.line}V{BOTTOM}H{self.dots[0].x:g}Z"

    @property
    def last(self) -> Dot:
        return self.dots[-1]

    @property
    def last_side(self) -> int:
        """How far from its dot the last figure stands: where the line does not come from, if there is room."""
        falls = len(self.dots) > 1 and self.dots[-2].y < self.last.y
        return BELOW if falls and self.last.y + BELOW < BOTTOM else ABOVE


def _step(low: float, high: float, least: float = 0) -> float:
    """A round distance between grid lines (1, 2 or 5 times a power of ten) that covers the range in four."""
    raw = max(high - low, 1e-9) / (TICKS - 1)
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw - 1e-12)
    return max(step, least)


def _grid(
    values: Sequence[float], *, from_zero: bool, ceiling: float | None, whole: bool = False
) -> list[float]:
    low, high = (0.0 if from_zero else min(values)), max(values)
    if low == high:
        low, high = (low if from_zero else low - 1), high + 1
    step = _step(low, high, least=1 if whole else 0)
    while True:
        bottom = floor(low / step + 1e-9) * step
        if ceiling is not None:
            bottom = min(bottom, ceiling - step * (TICKS - 1))
        if bottom + step * (TICKS - 1) >= high - 1e-9:
            return [bottom + step * i for i in range(TICKS)]
        step = _step(0, step * (TICKS - 1) * 1.01)


def chart(
    kind: str,
    points: Sequence[tuple[str, Decimal | float]],
    *,
    title: str,
    summary: str,
    columns: tuple[str, str],
    unit: str = "",
    digits: int = 0,
    ceiling: float | None = None,
    whole: bool = False,
) -> Chart:
    """Lay out labelled values in order.

    `unit` follows each figure ("%"); `digits` after its point; `ceiling` is a value the scale never
    passes (100 for a rate); `whole` counts things, so that no line stands for half a thing. Bars start at
    zero; a line's scale fits its values. At least one point.
    """
    values = [float(value) for _, value in points]
    grid = _grid(values, from_zero=kind == "bar", ceiling=ceiling, whole=whole)
    low, high = grid[0], grid[-1]
    slot = (RIGHT - LEFT) / (len(points) if kind == "bar" else max(1, len(points) - 1))

    def y(value: float) -> float:
        return round(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP), 1)

    def x(place: int) -> float:
        return round(LEFT + slot * (place + 0.5 if kind == "bar" else place), 1)

    dots = tuple(
        Dot(x(i), y(value), label, f"{value:,.{digits}f}{unit}", round(BOTTOM - y(value), 1))
        for i, ((label, _), value) in enumerate(zip(points, values, strict=True))
    )
    every = max(1, -(-len(dots) // 6))
    axis = tuple(dot for i, dot in enumerate(reversed(dots)) if i % every == 0)[::-1]
    tick_digits = max(0, -floor(log10(grid[1] - grid[0]) + 1e-9))
    ticks = tuple(Tick(y(value), f"{value:,.{tick_digits}f}{unit}") for value in grid)
    return Chart(kind, title, summary, columns, dots, ticks, axis, round(slot * 0.6, 1))
