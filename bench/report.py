"""Timing in pairs and telling the result. Single timings mean nothing on shared machines."""

import statistics
import time
from collections.abc import Callable


def timed(run: Callable[[], object]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def say(text: str) -> None:
    print(text, flush=True)


def spread(values: list[float], unit: str = "") -> str:
    """Median with minimum and maximum."""
    return f"{statistics.median(values):,.2f}{unit} ({min(values):,.2f} to {max(values):,.2f})"


def judged(
    name: str, what: str, ratios: list[float], *, at_least: float | None = None, at_most: float | None = None
) -> bool:
    """Print one goal with its ratio and whether the median reaches it."""
    median = statistics.median(ratios)
    reached = (at_least is None or median >= at_least) and (at_most is None or median <= at_most)
    goal = f"≥ {at_least}" if at_least is not None else f"≤ {at_most}"
    say(f"{name} {'ok  ' if reached else 'MISS'} {what}: {spread(ratios)}, goal {goal}")
    return reached
