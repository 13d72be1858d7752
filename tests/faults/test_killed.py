"""F3: a process is killed with SIGKILL before each of its statements, before and after its commit; then it comes back.

Nothing is lost and nothing doubled: after the kill there is nothing of the act or all of it (of a job in pieces, some
whole pieces), and after the repeat exactly what an undisturbed act leaves.
"""

import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from assurance import tasks
from assurance.kernel import clock
from assurance.kernel.money import USD, Money
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from assurance.ledger import queries as ledger
from assurance.ledger.models import AccountKind
from claims import services as claims
from coupons import services as coupons
from orders.models import Order
from orders.rules.bank.reference import reference_of
from orders.services import bank, dispatch, intake, payment, receipt, refunds, statements
from sellers.services import funds
from tests import factories as make
from tests.concurrency.racing import FULL
from tests.orders.bank.writing import Paid, mt940
from tests.properties import books

TIMES, POINTS = (25, None) if FULL else (1, 6)
LATE = make.NOW + timedelta(days=10)
_fork = multiprocessing.get_context("fork")
_number = count(1)
_TABLES = (
    "orders_order", "orders_guarantee", "orders_payment", "orders_bankline", "orders_refund", "claims_claim",
    "coupons_coupon", "coupons_redemption", "coupons_recovery", "sellers_debt", "kernel_deadline", "kernel_event",
    "notices_notice", "ledger_transfer", "ledger_entry",
)  # fmt: skip


def people() -> SimpleNamespace:
    """A seller with a little money, who bears the coupons, and another in whose shop they are spent."""
    w = SimpleNamespace(alice=make.person(), line=make.line())
    w.bearer, w.shop = (make.seller(name, staff=make.person(name)) for name in ("ming", "fang"))
    w.mug, w.lamp = (
        make.product(seller, price=2_000, ships_by=make.template(seller, w.line))
        for seller in (w.bearer, w.shop)
    )
    return w


def bargain(w: SimpleNamespace) -> tuple[Order, int]:
    """An unpaid order and a coupon whose use costs the bearer half at once and half as a debt."""
    order = make.order(w.alice, {w.lamp: 2}, by=w.line, paid=False)
    coupon = coupons.issue(
        owner_id=w.alice.pk,
        bearer_id=w.bearer.pk,
        from_order_id=10**9 + next(_number),
        face=Money(10, USD),
        policy=Policy(),
        at=make.NOW,
    )
    funds.deposit(seller_id=w.bearer.pk, amount=Money(5, USD), reference="", at=make.NOW)
    return order, coupon.pk


def to_pay(w: SimpleNamespace) -> str:
    order, coupon = bargain(w)
    return payment.start(order_id=order.pk, method="visa", coupon_id=coupon, at=make.NOW).reference


def to_associate(w: SimpleNamespace) -> int:
    order, coupon = bargain(w)
    started = payment.start(order_id=order.pk, method="tt", coupon_id=coupon, at=make.NOW)
    reference = f"line {next(_number)}"
    bank.arrive(order_id=order.pk, amount=started.cash, bank_reference=reference, at=make.NOW)
    return order.pk


def to_take_in(w: SimpleNamespace) -> int:
    """A statement of two lines: one fits, nobody knows the other. The worker takes a line at a time."""
    order = make.order(w.alice, {w.lamp: 2}, by=w.line, paid=False)
    payment.start(order_id=order.pk, method="tt", at=make.NOW)
    told = f"B-{next(_number)}"
    data = mt940(
        Paid(str(order.total.amount), reference_of(order.number), reference=told),
        Paid("5.00", "GOODS", reference=f"{told}-X"),
    )
    statement, _ = statements.upload(name="day.sta", data=data, at=LATE)
    return statements.take_in(statement_id=statement.pk, reason="daily", at=LATE).pk


def take_in(_pk: int) -> None:
    """As the sweep does, long after whatever run had it before has fallen silent."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "BATCH", 1)
        patch.setattr(intake, "SILENCE", timedelta(0))
        intake.take_due(LATE)


def to_approve(w: SimpleNamespace) -> int:
    order = make.order(w.alice, {w.mug: 5}, by=w.line)
    return claims.file(order_id=order.pk, guarantee="dispatch", user_id=w.alice.pk, at=LATE).pk


def to_refund(w: SimpleNamespace) -> int:
    """Paid with a coupon, which a full refund gives back to the platform and to the bearer."""
    order, coupon = bargain(w)
    make.pay(order, at=make.NOW, coupon_id=coupon)
    return order.pk


def to_agree(w: SimpleNamespace) -> int:
    """A part of an order whose money is already with the seller, who has spent all but three dollars of it."""
    order = receipt.receive(order_id=sent(w), at=make.NOW)
    balance = ledger.balance(AccountKind.SELLER, w.shop.pk)
    funds.withdraw(seller_id=w.shop.pk, amount=balance - Money(3, USD), reference="", at=make.NOW)
    return refunds.apply(order_id=order.pk, amount=Money(7, USD), reason="Broken", at=make.NOW).pk


def sent(w: SimpleNamespace) -> int:
    order = make.order(w.alice, {w.lamp: 2}, by=w.line)
    number = f"parcel {next(_number)}"
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number=number, last=True, at=make.NOW)
    return order.pk


def swept(name: str, at: datetime) -> Callable[[Any], object]:
    def act(_thing: Any) -> object:
        with clock.frozen(at):
            return tasks.sweep(name)

    return act


# What is prepared, and what the process is doing when it is killed.
ACTS: dict[str, tuple[Callable[[SimpleNamespace], Any], Callable[[Any], object]]] = {
    "pay, redeem and recover": (
        to_pay,
        lambda reference: payment.settle(reference=reference, outcome="succeeded", at=make.NOW),
    ),
    "associate": (to_associate, lambda pk: bank.associate(order_id=pk, at=make.NOW)),
    "take a statement in": (to_take_in, take_in),
    "approve": (to_approve, lambda pk: claims.approve(claim_id=pk, reason="Late", at=LATE)),
    "refund all": (to_refund, lambda pk: refunds.agreed(order_id=pk, amount=None, at=make.NOW)),
    "refund a part": (to_agree, lambda pk: refunds.answer(refund_id=pk, agree=True, at=make.NOW)),
    "receive": (sent, lambda pk: receipt.receive(order_id=pk, at=make.NOW)),
    "sweep late dispatch": (
        lambda w: make.order(w.alice, {w.mug: 5}, by=w.line).pk,
        swept("dispatch-late", LATE),
    ),
    "sweep receipts": (sent, swept("receipt", make.NOW + timedelta(days=16))),
    "sweep left alone": (lambda w: bargain(w)[0].pk, swept("left-alone", make.NOW + timedelta(days=61))),
}

# Several transactions: a kill leaves those that were committed.
IN_PIECES = {"take a statement in"}


@dataclass
class Steps:
    """Counts what a process asks of the database, and kills it before the step it is told."""

    kill_at: int = -1
    taken: int = 0

    def __call__(self, execute: Any, *asked: Any) -> Any:
        self.step()
        return execute(*asked)

    def step(self) -> None:
        if self.taken == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.taken += 1

    def run(self, act: Callable[[], object]) -> int:
        """Do it; how many steps there are: each statement, and the moments before and after a commit."""
        commit = BaseDatabaseWrapper._commit

        def committed(wrapper: Any) -> Any:
            self.step()
            done = commit(wrapper)
            self.step()
            return done

        with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(self):
            patch.setattr(BaseDatabaseWrapper, "_commit", committed)
            act()
        return self.taken


def killed(act: Callable[[], object], at_step: int) -> None:
    """Do it in a process of its own, which does not survive the step."""
    connections.close_all()
    process = _fork.Process(target=lambda: Steps(at_step).run(act))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def rows() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in _TABLES))
        return Counter(dict(zip(_TABLES, cursor.fetchone(), strict=True)))


def effect(before: Counter[str]) -> dict[str, int]:
    now = rows()
    return {table: now[table] - before[table] for table in _TABLES if now[table] != before[table]}


def chosen(steps: int) -> list[int]:
    """All of them, or the last two (before and after the commit) and some others."""
    if POINTS is None:
        return list(range(steps))
    early = random.Random(steps).sample(range(steps - 2), min(POINTS - 2, steps - 2))
    return sorted([*early, steps - 2, steps - 1])


@pytest.mark.rule("TIM-3", "MON-3", "CPN-5")
@pytest.mark.usefixtures("live_db")
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_any_step_nothing_is_lost_and_nothing_doubled(name):
    prepare, act = ACTS[name]
    world = people()
    act(prepare(world))  # the first of its day takes a step more
    thing = prepare(world)
    before = rows()
    steps = Steps().run(lambda: act(thing))
    whole = effect(before)
    assert whole
    for at_step in chosen(steps) * TIMES:
        thing = prepare(world)
        before = rows()
        killed(lambda thing=thing: act(thing), at_step)
        left = effect(before)
        if name in IN_PIECES:
            assert all(left[table] <= whole[table] for table in left), at_step
        else:
            assert left in ({}, whole), at_step
        try:
            act(thing)
        except RuleViolation as done_already:
            assert done_already.rule_id == "STA-1"
        assert effect(before) == whole, at_step
    assert books.faults() == []
