"""The same work by several processes at once, timed from when all are ready until the last is done.

Starting and ending a process are no part of it: eight processes would pay them eight times.
"""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

from django.db import connections


def together(processes: int, prepare: Callable[[int], Callable[[], None]]) -> float:
    """Seconds of wall time. Each process prepares with its own number, 0 on, and then does what that returns.

    A process that fails ends the bench.
    """
    connections.close_all()
    barrier = multiprocessing.Barrier(processes + 1)
    crowd = [multiprocessing.Process(target=_work, args=(n, prepare, barrier)) for n in range(processes)]
    for process in crowd:
        process.start()
    barrier.wait()
    begun = time.perf_counter()
    barrier.wait()
    seconds = time.perf_counter() - begun
    for process in crowd:
        process.join()
    return seconds


def _work(n: int, prepare: Callable[[int], Callable[[], None]], barrier: Barrier) -> None:
    try:
        act = prepare(n)
        barrier.wait()
        act()
        barrier.wait()
    except BaseException:
        barrier.abort()
        raise
