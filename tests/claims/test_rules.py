"""Filing and reviewing a claim: literal tables."""

from dataclasses import replace
from datetime import date

import pytest

from assurance.kernel.policy import Policy
from assurance.scenarios.reader import instant as t
from claims import rules
from orders.rules.guarantees import Facts, ParcelFacts
from tests.refusals import refused

POLICY = Policy()
# Due on 6 April, promised for the 14th; nothing sent: both late from the 15th.
LATE = Facts(
    covered=True,
    can_deliver=True,
    clock_started_at=t("2021-04-01 10:00"),
    dispatch_due=date(2021, 4, 6),
    promise=date(2021, 4, 14),
)
CLOSED_ENTRANCE = replace(LATE, received_at=t("2021-04-16 00:00"))
NOW = "2021-04-20 00:00"


def refunded(facts: Facts) -> Facts:
    return replace(facts, refunded_at=t("2021-04-16 00:00"), closed_at=t("2021-04-16 00:00"))


UNCOVERED = replace(LATE, covered=False, can_deliver=False)


@pytest.mark.rule("CLM-1", "CLM-2", "CLM-3", "CLM-4", "DSP-7")
@pytest.mark.parametrize(
    ("facts", "is_buyer", "at", "dispatch", "delivery"),
    [
        (LATE, True, NOW, None, None),
        (LATE, True, "2021-04-07 00:00", None, "DLV-4"),
        (LATE, True, "2021-04-06 23:59:59", "DSP-4", "DLV-4"),
        (LATE, True, "2021-05-14 23:59:59", None, None),
        (LATE, True, "2021-05-15 00:00", None, "DLV-4"),
        (CLOSED_ENTRANCE, True, "2021-05-16 23:59:59", None, "DLV-4"),
        (CLOSED_ENTRANCE, True, "2021-05-17 00:00", "DSP-5", "DLV-4"),
        (UNCOVERED, True, NOW, "DSP-1", "DLV-1"),
        (replace(LATE, can_deliver=False), True, NOW, None, "DLV-1"),
        (replace(LATE, address_changed_at=t("2021-04-02 10:00")), True, NOW, None, "DLV-1"),
        (replace(LATE, exempted_at=t("2021-04-19 00:00")), True, NOW, "DSP-7", "DSP-7"),
        (replace(LATE, exempted_at=t("2021-04-19 00:00"), platform_bears=True), True, NOW, None, None),
        # two reasons at once: the first in the order of CLM-4
        (replace(LATE, claimed=True), False, NOW, "CLM-2", "CLM-2"),
        (replace(LATE, claimed=True), True, NOW, "CLM-1", "CLM-1"),
        (refunded(replace(LATE, claimed=True)), True, NOW, "CLM-1", "CLM-1"),
        (refunded(LATE), False, NOW, "CLM-2", "CLM-2"),
        (refunded(LATE), True, NOW, "CLM-3", "CLM-3"),
        (refunded(UNCOVERED), True, NOW, "CLM-3", "CLM-3"),
        (replace(UNCOVERED, claimed=True), True, NOW, "CLM-1", "CLM-1"),
        (replace(UNCOVERED, exempted_at=t("2021-04-02 00:00")), True, NOW, "DSP-1", "DLV-1"),
        (refunded(replace(LATE, exempted_at=t("2021-04-02 00:00"))), True, NOW, "CLM-3", "CLM-3"),
        (
            replace(CLOSED_ENTRANCE, exempted_at=t("2021-05-20 00:00")),
            True,
            "2021-05-20 00:00",
            "DSP-7",
            "DSP-7",
        ),
        (replace(CLOSED_ENTRANCE, claimed=True), True, "2021-05-20 00:00", "CLM-1", "CLM-1"),
        (Facts(), True, NOW, "DSP-1", "DLV-1"),
    ],
)
def test_filing(facts, is_buyer, at, dispatch, delivery):
    for guarantee, rule in (("dispatch", dispatch), ("delivery", delivery)):
        if rule is None:
            rules.check_claim(facts, guarantee, is_buyer=is_buyer, at=t(at))
            continue
        with refused(rule):
            rules.check_claim(facts, guarantee, is_buyer=is_buyer, at=t(at))


@pytest.mark.rule("CLM-5", "DLV-5")
@pytest.mark.parametrize(
    ("delivered", "recommended"),
    [(None, "approve"), ("2021-04-15 00:00", "approve"), ("2021-04-14 23:59:59", "reject")],
)
def test_recommendation(delivered, recommended):
    sent = t("2021-04-03 10:00")
    parcel = ParcelFacts(sent, sent, t(delivered) if delivered else None)
    facts = replace(LATE, parcels=(parcel,), submitted_at=sent, claimed=True)
    assert rules.recommendation(facts, "delivery", t(NOW)) == recommended
    assert rules.recommendation(facts, "dispatch", t(NOW)) == "reject"


@pytest.mark.rule("CLM-5")
def test_review_within_3_days():
    filed = t("2021-04-15 23:59:59")
    assert rules.review_due(filed, POLICY) == date(2021, 4, 18)
    assert not rules.is_review_late(filed, POLICY, t("2021-04-18 23:59:59"))
    assert rules.is_review_late(filed, POLICY, t("2021-04-19 00:00"))


@pytest.mark.rule("STA-1")
@pytest.mark.parametrize(("state", "ok"), [("in_review", True), ("approved", False), ("rejected", False)])
def test_decided_once(state, ok):
    if ok:
        rules.check_undecided(state)
        return
    with refused("STA-1"):
        rules.check_undecided(state)


@pytest.mark.rule("DSP-3", "DLV-7")
@pytest.mark.parametrize(
    ("guarantee", "at", "waits"),
    [
        ("delivery", "2021-04-08 23:00", True),
        ("delivery", "2021-04-08 23:00:01", False),
        ("dispatch", "2021-04-08 23:00", False),
    ],
)
def test_approval_waits_while_dispatch_is_verified(guarantee, at, waits):
    sent = t("2021-04-06 23:00")
    facts = replace(LATE, promise=date(2021, 4, 6), parcels=(ParcelFacts(sent),), submitted_at=sent)
    if not waits:
        rules.check_decidable(facts, guarantee, t(at))
        return
    with refused("DSP-3"):
        rules.check_decidable(facts, guarantee, t(at))
