"""Refunds and new dispatch days: literal tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.policy import Policy
from assurance.scenarios.reader import instant as t
from orders.rules import amendments, refunds
from orders.rules.guarantees import Facts, ParcelFacts
from tests.refusals import refused

POLICY = Policy()


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.rule("RFD-1")
def test_not_before_payment():
    refunds.check_paid(True)
    with refused("RFD-1"):
        refunds.check_paid(False)


@pytest.mark.rule("RFD-1")
def test_through_day_30_after_receipt():
    refunds.check_window(None, at=t("2030-01-01 00:00"))
    refunds.check_window(date(2021, 5, 5), at=t("2021-05-05 23:59:59"))
    with refused("RFD-1"):
        refunds.check_window(date(2021, 5, 5), at=t("2021-05-06 00:00"))


@pytest.mark.rule("CPN-6", "RFD-3")
@pytest.mark.parametrize(
    ("amount", "cash", "refunded", "outstanding", "answer"),
    [
        ("90.00", "90", "0", "0", None),
        ("90.01", "90", "0", "0", ("CPN-6", "amount")),
        ("30.00", "90", "60", "0", None),
        ("30.01", "90", "60", "0", ("CPN-6", "amount")),
        ("0.01", "90", "90", "0", ("CPN-6", "amount")),
        ("0", "90", "0", "0", ("RFD-1", "amount")),
        ("-1", "90", "0", "0", ("RFD-1", "amount")),
        (None, "90", "90", "0", None),
        (None, "90", "0", "0.01", ("CPN-6", None)),
        ("1", "90", "0", "0.01", ("CPN-6", None)),
    ],
)
def test_amount(amount, cash, refunded, outstanding, answer):
    asked = {"cash": usd(cash), "refunded": usd(refunded), "outstanding": usd(outstanding)}
    given = usd(amount) if amount else None
    if answer is None:
        refunds.check_amount(given, **asked)
        return
    with refused(answer[0], field=answer[1]):
        refunds.check_amount(given, **asked)


@pytest.mark.rule("RFD-2")
def test_escalation_by_the_buyer_from_day_4():
    opened = t("2021-04-02 23:59:59")
    refunds.check_escalate(opened, policy=POLICY, at=t("2021-04-06 00:00"))
    with refused("RFD-2"):
        refunds.check_escalate(opened, policy=POLICY, at=t("2021-04-05 23:59:59"))


@pytest.mark.rule("RFD-2", "TIM-3")
@pytest.mark.parametrize(
    ("state", "at", "shown"),
    [
        ("negotiating", "2021-04-08 23:59:59", "negotiating"),
        ("negotiating", "2021-04-09 00:00", "escalated"),
        ("agreed", "2021-04-09 00:00", "agreed"),
        ("ruled", "2021-04-09 00:00", "ruled"),
    ],
)
def test_escalation_by_itself_on_day_7(state, at, shown):
    assert refunds.escalates_at(t("2021-04-02 00:00"), POLICY) == t("2021-04-09 00:00")
    assert refunds.state_at(state, t("2021-04-02 23:59:59"), policy=POLICY, at=t(at)) == shown


# Due on 6 April, first due then; proposals are judged on the 2nd.
OPEN = Facts(
    covered=True,
    can_deliver=True,
    clock_started_at=t("2021-04-01 10:00"),
    dispatch_due=date(2021, 4, 6),
    promise=date(2021, 4, 14),
)
SENT = replace(OPEN, parcels=(ParcelFacts(t("2021-04-02 09:00")),), submitted_at=t("2021-04-02 09:00"))


@pytest.mark.rule("DSP-6")
@pytest.mark.parametrize(
    ("facts", "first", "at", "day", "ok"),
    [
        (OPEN, date(2021, 4, 6), "2021-04-02 10:00", date(2021, 4, 7), True),
        (OPEN, date(2021, 4, 6), "2021-04-02 10:00", date(2021, 4, 6), False),
        (OPEN, date(2021, 4, 6), "2021-04-20 23:59:59", date(2021, 4, 20), False),
        (OPEN, date(2021, 4, 6), "2021-04-20 23:59:59", date(2021, 4, 21), True),
        (OPEN, date(2021, 4, 6), "2021-04-02 10:00", date(2021, 7, 5), True),
        (OPEN, date(2021, 4, 6), "2021-04-02 10:00", date(2021, 7, 6), False),
        (
            replace(OPEN, dispatch_due=date(2021, 7, 4)),
            date(2021, 4, 6),
            "2021-04-02 10:00",
            date(2021, 7, 5),
            True,
        ),
        (
            replace(OPEN, dispatch_due=date(2021, 7, 5)),
            date(2021, 4, 6),
            "2021-04-02 10:00",
            date(2021, 7, 6),
            False,
        ),
        (replace(OPEN, covered=False), date(2021, 4, 6), "2021-04-02 10:00", date(2021, 4, 9), False),
        (replace(OPEN, claimed=True), date(2021, 4, 6), "2021-04-08 10:00", date(2021, 4, 9), False),
        (
            replace(OPEN, exempted_at=t("2021-04-02 09:00")),
            date(2021, 4, 6),
            "2021-04-02 10:00",
            date(2021, 4, 9),
            False,
        ),
        (replace(OPEN, dispatch_due=None), None, "2021-04-02 10:00", date(2021, 4, 9), False),
        (SENT, date(2021, 4, 6), "2021-04-02 10:00", date(2021, 4, 9), False),
        (replace(SENT, submitted_at=None), date(2021, 4, 6), "2021-04-02 10:00", date(2021, 4, 9), True),
    ],
)
def test_a_new_dispatch_day(facts, first, at, day, ok):
    if ok:
        amendments.check_new_day(day, facts=facts, first_due=first, at=t(at))
        return
    with pytest.raises(Exception, match="DSP-6"):
        amendments.check_new_day(day, facts=facts, first_due=first, at=t(at))


@pytest.mark.rule("DSP-6")
def test_accepting_a_day_that_was_replaced_meanwhile():
    amendments.check_seen(None, proposed=date(2021, 4, 9))
    amendments.check_seen(date(2021, 4, 9), proposed=date(2021, 4, 9))
    with refused("DSP-6", field="day"):
        amendments.check_seen(date(2021, 4, 8), proposed=date(2021, 4, 9))
