"""A file of orders asked for several times at the same moment is one file, and nobody has more than three written."""

import pytest

from orders.models import ListExport
from orders.queries.filters import Wanted
from orders.services import exports
from tests import factories
from tests.concurrency.racing import FULL, race

RUNNERS, ROUNDS = (16, 40) if FULL else (6, 5)

pytestmark = [pytest.mark.rule("ORD-9"), pytest.mark.usefixtures("live_db")]


def ask(user_id: int, words: str) -> None:
    exports.ask(
        user_id=user_id,
        seller_id=None,
        format="csv",
        wanted=Wanted(text=words),
        at=factories.NOW,
        language="en",
    )


def test_the_same_list_is_one_file() -> None:
    people = [factories.person().pk for _ in range(ROUNDS)]

    def act(runner: int, round_: int) -> None:
        ask(people[round_], "mug")

    for outcomes in race(RUNNERS, ROUNDS, act):
        assert outcomes == ["done"] * RUNNERS
    assert ListExport.objects.count() == ROUNDS


def test_three_lists_at_once_and_no_more() -> None:
    people = [factories.person().pk for _ in range(ROUNDS)]

    def act(runner: int, round_: int) -> None:
        ask(people[round_], f"mug {runner}")

    for outcomes in race(RUNNERS, ROUNDS, act):
        assert sorted(outcomes) == ["ORD-9"] * (RUNNERS - exports.AT_ONCE) + ["done"] * exports.AT_ONCE
    assert ListExport.objects.count() == ROUNDS * exports.AT_ONCE
