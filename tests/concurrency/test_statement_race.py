"""Several people at the same statement, and workers beside each other: money counts once, or not at all (PAY-2).

Where a lock is what prevents it, the race is first shown with the lock taken away.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from assurance.kernel.models import Event
from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance
from orders.models import BankLine, BankStatement, Order
from orders.queries.bank import judged
from orders.rules.bank.reference import reference_of
from orders.services import intake, payment, statements
from tests import factories
from tests.concurrency.racing import FULL, race
from tests.orders.bank.writing import Paid, mt940
from tests.properties import books

ROUNDS = 60 if FULL else 5
AT = factories.NOW + timedelta(days=2)

pytestmark = [pytest.mark.rule("PAY-2"), pytest.mark.usefixtures("live_db")]


def _orders() -> list[Order]:
    alice, line = factories.person(), factories.line()
    seller = factories.seller(staff=factories.person("ming"))
    mug = factories.product(seller, price=8000, ships_by=factories.template(seller, line))
    made = [factories.order(alice, {mug: 1}, by=line, paid=False) for _ in range(ROUNDS)]
    for order in made:
        payment.start(order_id=order.pk, method="tt", at=factories.NOW)
    return made


def _uploaded(order: Order, told: str = "") -> int:
    data = mt940(Paid("80.00", reference_of(order.number), reference=told or f"B-{order.pk}"))
    statement, _ = statements.upload(name="day.sta", data=data, at=AT)
    return statement.pk


def _asked(order: Order, told: str = "") -> int:
    return statements.take_in(statement_id=_uploaded(order, told), reason="daily", at=AT).pk


def _taken() -> Money:
    return -balance(AccountKind.BANK)


def test_two_people_take_in_the_same_file_and_two_workers_look() -> None:
    files = [_uploaded(order) for order in _orders()]

    def act(runner: int, round_: int) -> None:
        statements.take_in(statement_id=files[round_], reason="daily", at=AT)
        intake.take_due(AT)

    for outcomes in race(4, ROUNDS, act):
        assert outcomes == ["done"] * 4
    assert intake.take_due(AT) == 0
    assert set(BankStatement.objects.values_list("state", "done")) == {("taken", 1)}
    assert Event.objects.filter(stream="statement", kind="taken_in").count() == ROUNDS
    assert _taken() == Money(80 * ROUNDS, "USD")
    assert books.faults() == []


def test_workers_that_both_hold_one_file_credit_a_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One was thought dead and was not: the line's unique key decides."""
    files = [_asked(order) for order in _orders()]
    monkeypatch.setattr(intake, "_hold", lambda statement: True)

    def act(runner: int, round_: int) -> None:
        intake._take_in(BankStatement.objects.get(pk=files[round_]))

    for outcomes in race(4, ROUNDS, act):
        assert outcomes == ["done"] * 4
    assert BankLine.objects.count() == ROUNDS
    assert Event.objects.filter(stream="statement", kind="taken_in").count() == ROUNDS
    assert _taken() == Money(80 * ROUNDS, "USD")
    assert books.faults() == []


def _one_payment_in_two_files() -> Any:
    """The bank told one payment under two references: whoever comes second sees that it may be a repeat."""
    files = [(_asked(order, f"A-{order.pk}"), _asked(order, f"Z-{order.pk}")) for order in _orders()]

    def act(runner: int, round_: int) -> None:
        statement = BankStatement.objects.get(pk=files[round_][runner])
        intake._take_in(statement)

    return act


def test_without_the_orders_lock_one_payment_in_two_files_counts_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unlocked(order_id: int, at: datetime) -> Order:
        return Order.objects.select_related("policy", "seller").get(pk=order_id)

    def slowly(*asked: Any) -> Any:
        found = judged(*asked)
        time.sleep(0.2)
        return found

    act = _one_payment_in_two_files()
    monkeypatch.setattr(intake, "locked", unlocked)
    monkeypatch.setattr(intake, "judged", slowly)
    race(2, ROUNDS, act)
    assert _taken() > Money(80 * ROUNDS, "USD")


def test_one_payment_in_two_files_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    act = _one_payment_in_two_files()
    for outcomes in race(2, ROUNDS, act):
        assert outcomes == ["done"] * 2
    assert sorted(BankLine.objects.values_list("why", flat=True)) == ["exact"] * ROUNDS + ["repeat"] * ROUNDS
    assert _taken() == Money(80 * ROUNDS, "USD")
    assert books.faults() == []


def _one_discards(files: list[int]) -> Any:
    def act(runner: int, round_: int) -> None:
        if runner % 2:
            statements.discard(statement_id=files[round_], reason="not wanted", at=AT)
        else:
            statements.take_in(statement_id=files[round_], reason="daily", at=AT)

    return act


def test_without_the_statements_lock_it_is_both_discarded_and_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unlocked(statement_id: int) -> BankStatement:
        found = BankStatement.objects.get(pk=statement_id)
        time.sleep(0.2)
        return found

    act = _one_discards([_uploaded(order) for order in _orders()])
    monkeypatch.setattr(statements, "_locked", unlocked)
    said = [outcome for outcomes in race(2, ROUNDS, act) for outcome in outcomes]
    # Each believes to be alone; only the constraint may still refuse a row that is both.
    assert "STA-1" not in said


def test_one_takes_in_while_another_discards_and_one_of_them_does() -> None:
    act = _one_discards([_uploaded(order) for order in _orders()])
    for outcomes in race(4, ROUNDS, act):
        assert sorted(outcomes) == ["STA-1", "STA-1", "done", "done"], "the two of one kind agree"
    kept = BankStatement.objects.filter(state="taking").count()
    assert Event.objects.filter(stream="statement", kind__in=["asked", "discarded"]).count() == ROUNDS
    intake.take_due(AT)
    assert _taken() == Money(80 * kept, "USD")
    assert books.faults() == []
