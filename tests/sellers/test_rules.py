"""Membership of the upgrade service, the lamp, balances: literal tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from assurance.scenarios.reader import instant as t
from sellers import rules
from sellers.rules import Standing, Stay
from tests.refusals import refused

POLICY = Policy()
IN = [Stay(t("2021-02-01 10:00"))]
LEFT = [Stay(t("2021-02-01 10:00"), t("2021-03-03 00:00"))]


@pytest.mark.rule("UPG-2")
@pytest.mark.parametrize(
    ("at", "member"),
    [
        ("2021-02-01 09:59:59", False),
        ("2021-02-01 10:00", True),
        ("2021-03-02 23:59:59", True),
        ("2021-03-03 00:00", False),
        ("2021-04-01 23:59:59", False),
        ("2021-04-02 00:00", True),
    ],
)
def test_member_from_joining_until_leaving(at, member):
    stays = [*LEFT, Stay(t("2021-04-02 00:00"))]
    assert rules.is_member(stays, t(at)) is member


@pytest.mark.rule("UPG-1", "UPG-4")
@pytest.mark.parametrize(
    ("stays", "lit", "consented", "at", "answer"),
    [
        ([], True, True, "2021-02-01 10:00", None),
        (IN, True, True, "2021-02-01 10:00", ("UPG-1", None)),
        ([], False, True, "2021-02-01 10:00", ("UPG-1", None)),
        ([], True, False, "2021-02-01 10:00", ("UPG-1", "consent")),
        (LEFT, True, True, "2021-04-01 23:59:59", ("UPG-4", None)),
        (LEFT, True, True, "2021-04-02 00:00", None),
        # the first in table order answers
        (LEFT, False, True, "2021-03-20 00:00", ("UPG-1", None)),
    ],
)
def test_joining(stays, lit, consented, at, answer):
    asked = {"lit": lit, "consented": consented, "policy": POLICY, "at": t(at)}
    if answer is None:
        rules.check_join(stays, **asked)
        return
    with refused(answer[0], field=answer[1]):
        rules.check_join(stays, **asked)


@pytest.mark.rule("UPG-3", "STA-1")
@pytest.mark.parametrize(
    ("stays", "at", "rule"),
    [
        (IN, "2021-03-02 23:59:59", "UPG-3"),
        (IN, "2021-03-03 00:00", None),
        ([], "2021-03-03 00:00", "STA-1"),
        (LEFT, "2021-03-03 00:00", "STA-1"),
        # joined again: counted from the new stay
        ([*LEFT, Stay(t("2021-04-02 23:59:59"))], "2021-05-01 23:59:59", "UPG-3"),
        ([*LEFT, Stay(t("2021-04-02 23:59:59"))], "2021-05-02 00:00", None),
    ],
)
def test_leaving(stays, at, rule):
    if rule is None:
        rules.check_leave(stays, policy=POLICY, at=t(at))
        return
    with refused(rule):
        rules.check_leave(stays, policy=POLICY, at=t(at))


# Opened on 1 January 2016: suspended from 30 June, day 181.
OPENED = Standing(opened_at=t("2016-01-01 00:00"))
ACTIVATED = replace(OPENED, activated_at=t("2016-07-02 10:00"))


@pytest.mark.rule("QUA-1", "QUA-2", "QUA-3", "QUA-4")
@pytest.mark.parametrize(
    ("facts", "at", "state"),
    [
        (Standing(opened_at=None), "2016-01-01 00:00", "not_open"),
        (OPENED, "2015-12-31 23:59:59", "not_open"),
        (OPENED, "2016-06-29 23:59:59", "active"),
        (OPENED, "2016-06-30 00:00", "suspended"),
        (replace(OPENED, last_effective_at=t("2016-06-29 23:59:59")), "2016-12-26 23:59:59", "active"),
        (replace(OPENED, last_effective_at=t("2016-06-29 23:59:59")), "2016-12-27 00:00", "suspended"),
        (ACTIVATED, "2016-07-02 10:00", "temporary"),
        (ACTIVATED, "2016-07-17 23:59:59", "temporary"),
        (ACTIVATED, "2016-07-18 00:00", "suspended"),
        # a contract in the 15 days, on their last, and after them
        (replace(ACTIVATED, last_effective_at=t("2016-07-17 23:59:59")), "2016-07-18 00:00", "active"),
        (replace(ACTIVATED, last_effective_at=t("2016-08-01 10:00")), "2016-08-01 10:00", "active"),
        # tried again after the lock
        (replace(OPENED, activated_at=t("2016-08-17 00:00")), "2016-09-01 23:59:59", "temporary"),
        (replace(OPENED, terminated_at=t("2016-03-01 10:00")), "2016-03-01 09:59:59", "active"),
        (replace(OPENED, terminated_at=t("2016-03-01 10:00")), "2016-03-01 10:00", "terminated"),
        (replace(OPENED, terminated_at=t("2016-03-01 10:00")), "2016-12-01 10:00", "terminated"),
    ],
)
def test_qualification(facts, at, state):
    assert rules.qualification(facts, POLICY, t(at)) == state


@pytest.mark.rule("QUA-4")
@pytest.mark.parametrize(
    ("facts", "at", "until", "can"),
    [
        (OPENED, "2016-06-29 23:59:59", None, False),
        (OPENED, "2016-06-30 00:00", None, True),
        (ACTIVATED, "2016-07-10 00:00", None, False),
        (ACTIVATED, "2016-07-18 00:00", date(2016, 8, 17), False),
        (ACTIVATED, "2016-08-16 23:59:59", date(2016, 8, 17), False),
        (ACTIVATED, "2016-08-17 00:00", None, True),
        # restored: no lock, also not at the next suspension
        (replace(ACTIVATED, last_effective_at=t("2016-07-20 10:00")), "2016-07-21 00:00", None, False),
        (replace(ACTIVATED, last_effective_at=t("2016-07-20 10:00")), "2017-01-17 00:00", None, True),
        (replace(ACTIVATED, terminated_at=t("2016-07-19 00:00")), "2016-07-20 00:00", None, False),
    ],
)
def test_activate_and_its_lock(facts, at, until, can):
    assert rules.locked_until(facts, POLICY, t(at)) == until
    if can:
        rules.check_activate(facts, POLICY, t(at))
        return
    with refused("QUA-4"):
        rules.check_activate(facts, POLICY, t(at))


@pytest.mark.rule("QUA-1", "QUA-6")
@pytest.mark.parametrize(
    ("state", "draft", "order"),
    [
        ("active", None, None),
        ("temporary", None, None),
        ("suspended", None, "QUA-1"),
        ("not_open", "QUA-1", "QUA-1"),
        ("terminated", "QUA-6", "QUA-6"),
    ],
)
def test_who_takes_orders(state, draft, order):
    for check, rule in ((rules.check_can_draft, draft), (rules.check_lit, order)):
        if rule is None:
            check(state)
            continue
        with refused(rule):
            check(state)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.rule("REC-2")
@pytest.mark.parametrize(
    ("owed", "balance", "taken"), [("4", "10", "4"), ("4", "3.99", "3.99"), ("4", "0", "0")]
)
def test_taken_from_the_balance(owed, balance, taken):
    assert rules.taken_now(usd(owed), balance=usd(balance)) == usd(taken)


@pytest.mark.rule("PAY-4")
def test_of_an_empty_balance_no_range_is_told():
    with pytest.raises(RuleViolation, match="nothing to withdraw"):
        rules.check_withdraw(usd("5"), balance=usd("0"))


@pytest.mark.rule("PAY-4")
@pytest.mark.parametrize(
    ("amount", "ok"), [("0.01", True), ("98", True), ("98.01", False), ("0", False), ("-1", False)]
)
def test_withdrawal(amount, ok):
    if ok:
        rules.check_withdraw(usd(amount), balance=usd("98"))
        return
    with refused("PAY-4", field="amount"):
        rules.check_withdraw(usd(amount), balance=usd("98"))
