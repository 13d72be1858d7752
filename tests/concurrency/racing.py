"""Real processes with connections of their own that act at the same moment, round after round."""

import multiprocessing
import os
from collections.abc import Callable

from django.db import connections

from assurance.kernel.rules import RuleViolation

FULL = os.environ.get("PROOF") == "full"

_fork = multiprocessing.get_context("fork")

Act = Callable[[int, int], object]


def race(runners: int, rounds: int, act: Act) -> list[list[str]]:
    """`act(runner, round)` by every runner at once; for each round what came of each, in the runners' order:

    "done", a rule id or the name of a database error.
    """
    connections.close_all()
    start, results = _fork.Barrier(runners), _fork.Queue()
    processes = [_fork.Process(target=_run, args=(n, rounds, act, start, results)) for n in range(runners)]
    for process in processes:
        process.start()
    rows = sorted(results.get(timeout=600) for _ in processes)  # they come in any order
    for process in processes:
        process.join()
    return [list(outcomes) for outcomes in zip(*(outcomes for _runner, outcomes in rows), strict=True)]


def _run(runner: int, rounds: int, act: Act, start, results) -> None:  # type: ignore[no-untyped-def]
    outcomes = []
    for round_ in range(rounds):
        start.wait(timeout=120)
        try:
            act(runner, round_)
            outcomes.append("done")
        except RuleViolation as violation:
            outcomes.append(violation.rule_id)
        except Exception as error:
            outcomes.append(type(error).__name__)
    results.put((runner, outcomes))
    results.close()
    results.join_thread()
    connections.close_all()
    os._exit(0)
