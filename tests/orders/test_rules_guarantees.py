"""What stands on the two guarantees, from facts alone: literal tables."""

from dataclasses import replace
from datetime import date

import pytest

from assurance.kernel.policy import Policy
from assurance.scenarios.reader import instant as t
from orders.rules import guarantees as g
from orders.rules.guarantees import Facts, ParcelFacts

POLICY = Policy()
# Paid on 1 April at 10:00; to be dispatched by the 6th and delivered by the 14th.
PAID = Facts(
    covered=True,
    can_deliver=True,
    clock_started_at=t("2021-04-01 10:00"),
    dispatch_due=date(2021, 4, 6),
    promise=date(2021, 4, 14),
)
LATE, TIMELY = t("2021-04-07 08:00"), t("2021-04-03 10:00")


def sent(*parcels: tuple[str, str | None, str | None], whole: bool = True, base: Facts = PAID) -> Facts:
    """Facts with parcels: submitted, first scan, delivered; the last one's submission is the order's."""
    made = tuple(ParcelFacts(t(a), t(b) if b else None, t(c) if c else None) for a, b, c in parcels)
    return replace(base, parcels=made, submitted_at=made[-1].submitted_at if whole else None)


@pytest.mark.rule("DSP-3")
@pytest.mark.parametrize(
    ("submitted", "scan", "at", "dispatched"),
    [
        # no scan: unknown through 48:00:00, the submission from the next second
        ("2021-04-03 10:00", None, "2021-04-05 10:00", None),
        ("2021-04-03 10:00", None, "2021-04-05 10:00:01", "2021-04-03 10:00"),
        # a scan within the 48 hours decides, at 48:00:00 still
        ("2021-04-03 10:00", "2021-04-04 09:00", "2021-04-04 09:00", "2021-04-04 09:00"),
        ("2021-04-03 10:00", "2021-04-05 10:00", "2021-04-08 00:00", "2021-04-05 10:00"),
        ("2021-04-03 10:00", "2021-04-05 10:00:01", "2021-04-08 00:00", "2021-04-03 10:00"),
        # a scan before the submission decides however long before
        ("2021-04-03 10:00", "2021-03-20 10:00", "2021-04-03 10:00", "2021-03-20 10:00"),
        # 48 elapsed hours over the night that is an hour short, and the one that is an hour long
        ("2021-03-13 12:00", "2021-03-15 13:00", "2021-03-16 00:00", "2021-03-15 13:00"),
        ("2021-03-13 12:00", "2021-03-15 13:00:01", "2021-03-16 00:00", "2021-03-13 12:00"),
        ("2021-03-13 12:00", None, "2021-03-15 13:00", None),
        ("2021-11-06 12:00", "2021-11-08 11:00", "2021-11-09 00:00", "2021-11-08 11:00"),
        ("2021-11-06 12:00", "2021-11-08 11:00:01", "2021-11-09 00:00", "2021-11-06 12:00"),
        ("2021-11-06 12:00", None, "2021-11-08 11:00:01", "2021-11-06 12:00"),
    ],
)
def test_dispatch_time_of_a_parcel(submitted, scan, at, dispatched):
    parcel = ParcelFacts(t(submitted), t(scan) if scan else None)
    assert g.dispatch_time(parcel, t(at), POLICY) == (t(dispatched) if dispatched else None)


@pytest.mark.rule("DSP-3")
def test_an_order_is_dispatched_with_its_last_parcel():
    both = sent(
        ("2021-04-03 10:00", "2021-04-03 12:00", None), ("2021-04-04 10:00", "2021-04-04 11:00", None)
    )
    assert g.dispatched_at(both, t("2021-04-05 00:00")) == t("2021-04-04 11:00")
    assert g.dispatched_at(replace(both, submitted_at=None), t("2021-04-05 00:00")) is None
    one_unknown = sent(("2021-04-03 10:00", "2021-04-03 12:00", None), ("2021-04-04 10:00", None, None))
    assert g.dispatched_at(one_unknown, t("2021-04-06 10:00")) is None
    assert g.dispatched_at(one_unknown, t("2021-04-06 10:00:01")) == t("2021-04-04 10:00")


@pytest.mark.rule("DSP-1", "DSP-2", "DSP-3", "DSP-4", "DSP-7", "RFD-3")
@pytest.mark.parametrize(
    ("facts", "at", "state"),
    [
        (replace(PAID, covered=False), "2021-04-20 00:00", "none"),
        (replace(PAID, clock_started_at=None), "2021-04-20 00:00", "pending"),
        (replace(PAID, clock_started_at=None, dispatch_due=None), "2021-04-20 00:00", "pending"),
        (PAID, "2021-04-06 23:59:59", "active"),
        (PAID, "2021-04-07 00:00", "late"),
        # a part is not enough
        (sent(("2021-04-03 10:00", "2021-04-03 11:00", None), whole=False), "2021-04-06 23:59:59", "active"),
        (sent(("2021-04-03 10:00", "2021-04-03 11:00", None), whole=False), "2021-04-07 00:00", "late"),
        # submitted in time and not yet known
        (sent(("2021-04-06 23:59:59", None, None)), "2021-04-06 23:59:59", "active"),
        (sent(("2021-04-06 23:59:59", None, None)), "2021-04-07 00:00", "verifying"),
        (sent(("2021-04-06 23:59:59", None, None)), "2021-04-08 23:59:59", "verifying"),
        (sent(("2021-04-06 23:59:59", None, None)), "2021-04-09 00:00", "kept"),
        # known: in time, at the deadline, after it
        (sent(("2021-04-03 10:00", "2021-04-06 23:59:59", None)), "2021-04-07 00:00", "kept"),
        (sent(("2021-04-06 10:00", "2021-04-07 00:00", None)), "2021-04-07 00:00", "late"),
        (sent(("2021-04-06 10:00", "2021-04-06 11:00", None)), "2021-04-06 12:00", "kept"),
        # submitted too late: late, unless the carrier had it in time
        (sent(("2021-04-07 00:00", None, None)), "2021-04-07 00:00", "late"),
        (sent(("2021-04-07 00:00", "2021-04-06 23:59:59", None)), "2021-04-07 00:00", "kept"),
        # one parcel unknown while another is known to be late
        (
            sent(("2021-04-06 20:00", "2021-04-07 08:00", None), ("2021-04-06 22:00", None, None)),
            "2021-04-08 22:00",
            "verifying",
        ),
        (
            sent(("2021-04-06 20:00", "2021-04-07 08:00", None), ("2021-04-06 22:00", None, None)),
            "2021-04-08 22:00:01",
            "late",
        ),
        # exempted: what was not kept then; the platform bearing it changes no state
        (replace(PAID, exempted_at=LATE), "2021-04-07 07:59:59", "late"),
        (replace(PAID, exempted_at=LATE), "2021-04-07 08:00", "exempted"),
        (replace(PAID, exempted_at=TIMELY), "2021-04-07 08:00", "exempted"),
        (replace(PAID, exempted_at=LATE, platform_bears=True), "2021-04-07 08:00", "late"),
        (replace(PAID, clock_started_at=None, exempted_at=TIMELY), "2021-04-04 00:00", "exempted"),
        (
            sent(("2021-04-02 10:00", "2021-04-02 11:00", None), base=replace(PAID, exempted_at=TIMELY)),
            "2021-04-20 00:00",
            "kept",
        ),
        # closed by a refund: undecided ends, late and kept stay
        (replace(PAID, closed_at=TIMELY, refunded_at=TIMELY), "2021-04-20 00:00", "ended"),
        (replace(PAID, clock_started_at=None, closed_at=TIMELY), "2021-04-20 00:00", "ended"),
        (replace(PAID, closed_at=LATE, refunded_at=LATE), "2021-04-20 00:00", "late"),
        (
            sent(("2021-04-02 10:00", "2021-04-02 11:00", None), base=replace(PAID, closed_at=TIMELY)),
            "2021-04-20 00:00",
            "kept",
        ),
        (replace(PAID, exempted_at=TIMELY, closed_at=LATE), "2021-04-20 00:00", "exempted"),
    ],
)
def test_dispatch_guarantee(facts, at, state):
    assert g.dispatch_state(facts, t(at)) == state


@pytest.mark.rule("DLV-1")
@pytest.mark.parametrize(
    ("covered", "rts", "line", "drafted", "self_export", "carries"),
    [
        (True, True, True, False, True, True),
        (True, True, True, False, False, True),
        (True, True, True, True, True, True),
        (True, True, True, True, False, False),
        (False, True, True, False, True, False),
        (True, False, True, False, True, False),
        (True, True, False, False, True, False),
    ],
)
def test_who_carries_the_delivery_guarantee(covered, rts, line, drafted, self_export, carries):
    assert carries == g.carries_delivery(
        covered=covered,
        all_rts=rts,
        line_guaranteed=line,
        seller_drafted=drafted,
        self_export=self_export,
    )


SENT = ("2021-04-03 10:00", "2021-04-03 11:00")


@pytest.mark.rule("DLV-2", "DLV-3", "DLV-4", "DLV-6", "DSP-7", "RFD-3")
@pytest.mark.parametrize(
    ("facts", "at", "state"),
    [
        (replace(PAID, can_deliver=False), "2021-04-20 00:00", "none"),
        (replace(PAID, covered=False), "2021-04-20 00:00", "none"),
        (replace(PAID, clock_started_at=None), "2021-04-20 00:00", "pending"),
        (PAID, "2021-04-14 23:59:59", "active"),
        (PAID, "2021-04-15 00:00", "late"),
        (sent((*SENT, "2021-04-14 23:59:59")), "2021-04-15 00:00", "kept"),
        (sent((*SENT, "2021-04-15 00:00")), "2021-04-15 00:00", "late"),
        (sent((*SENT, "2021-04-10 00:00"), (*SENT, None)), "2021-04-14 23:59:59", "active"),
        (sent((*SENT, "2021-04-10 00:00"), (*SENT, None)), "2021-04-15 00:00", "late"),
        (sent((*SENT, "2021-04-10 00:00"), (*SENT, "2021-04-14 23:59:59")), "2021-04-20 00:00", "kept"),
        (sent((*SENT, "2021-04-10 00:00"), whole=False), "2021-04-15 00:00", "late"),
        # the buyer's own receipt, and automatic receipt
        (replace(PAID, confirmed_at=t("2021-04-14 23:59:59")), "2021-04-20 00:00", "kept"),
        (replace(PAID, confirmed_at=t("2021-04-15 00:00")), "2021-04-20 00:00", "late"),
        (replace(PAID, received_at=t("2021-04-10 00:00")), "2021-04-20 00:00", "late"),
        (
            sent((*SENT, "2021-04-10 00:00"), base=replace(PAID, confirmed_at=LATE)),
            "2021-04-08 00:00",
            "kept",
        ),
        # a changed address ends it, unless it was delivered or late by then
        (replace(PAID, address_changed_at=TIMELY), "2021-04-03 09:59:59", "active"),
        (replace(PAID, address_changed_at=TIMELY), "2021-04-03 10:00", "ended"),
        (replace(PAID, address_changed_at=TIMELY), "2021-04-20 00:00", "ended"),
        (replace(PAID, address_changed_at=t("2021-04-15 00:00")), "2021-04-20 00:00", "late"),
        (
            sent((*SENT, "2021-04-10 00:00"), base=replace(PAID, address_changed_at=t("2021-04-10 00:00"))),
            "2021-04-20 00:00",
            "kept",
        ),
        (
            sent(
                (*SENT, "2021-04-10 00:00"), base=replace(PAID, address_changed_at=t("2021-04-09 23:59:59"))
            ),
            "2021-04-20 00:00",
            "ended",
        ),
        (replace(PAID, address_changed_at=TIMELY, exempted_at=LATE), "2021-04-20 00:00", "ended"),
        (replace(PAID, exempted_at=TIMELY, address_changed_at=LATE), "2021-04-20 00:00", "exempted"),
        (replace(PAID, closed_at=LATE, refunded_at=LATE), "2021-04-20 00:00", "ended"),
        (replace(PAID, closed_at=t("2021-04-15 00:00")), "2021-04-20 00:00", "late"),
    ],
)
def test_delivery_guarantee(facts, at, state):
    assert g.delivery_state(facts, t(at)) == state


RECEIVED = replace(PAID, received_at=t("2021-04-20 23:59:59"))
UNSTARTED = replace(PAID, clock_started_at=None, can_deliver=False, promise=None)


@pytest.mark.rule("DLV-6")
@pytest.mark.parametrize(
    ("facts", "at", "carries", "ends"),
    [
        (PAID, "2021-04-14 23:59:59", True, True),
        (PAID, "2021-04-15 00:00", True, False),
        (replace(PAID, exempted_at=TIMELY), "2021-04-08 10:00", True, True),
        (replace(PAID, exempted_at=TIMELY), "2021-04-15 00:00", True, False),
        (replace(PAID, can_deliver=False, promise=None), "2021-04-08 10:00", True, False),
        (UNSTARTED, "2021-04-08 10:00", True, True),
        (UNSTARTED, "2021-04-08 10:00", False, False),
        (replace(UNSTARTED, address_changed_at=TIMELY), "2021-04-08 10:00", True, False),
        (replace(PAID, received_at=TIMELY), "2021-04-08 10:00", True, False),
        (sent(("2021-04-02 10:00", None, "2021-04-05 10:00")), "2021-04-08 10:00", True, False),
    ],
)
def test_what_a_changed_address_ends(facts, at, carries, ends):
    assert g.address_ends_delivery(facts, t(at), carries=carries) is ends


@pytest.mark.rule("DSP-4", "DSP-5", "DLV-4", "CLM-2")
@pytest.mark.parametrize(
    ("facts", "at", "dispatch", "delivery", "both"),
    [
        (PAID, "2021-04-06 23:59:59", (False, None), (False, None), (False, None)),
        (PAID, "2021-04-07 00:00", (True, None), (False, None), (True, None)),
        (PAID, "2021-04-15 00:00", (True, None), (True, date(2021, 5, 14)), (True, None)),
        (PAID, "2021-05-15 00:00", (True, None), (False, date(2021, 5, 14)), (True, None)),
        (
            RECEIVED,
            "2021-04-21 00:00",
            (True, date(2021, 5, 20)),
            (True, date(2021, 5, 14)),
            (True, date(2021, 5, 20)),
        ),
        (
            RECEIVED,
            "2021-05-20 23:59:59",
            (True, date(2021, 5, 20)),
            (False, date(2021, 5, 14)),
            (True, date(2021, 5, 20)),
        ),
        (RECEIVED, "2021-05-21 00:00", (False, date(2021, 5, 20)), (False, date(2021, 5, 14)), (False, None)),
        (replace(PAID, claimed=True), "2021-04-20 00:00", (False, None), (False, None), (False, None)),
        (replace(PAID, refunded_at=LATE), "2021-04-20 00:00", (False, None), (False, None), (False, None)),
    ],
)
def test_entrances(facts, at, dispatch, delivery, both):
    assert g.dispatch_entrance(facts, t(at)) == dispatch
    assert g.delivery_entrance(facts, t(at)) == delivery
    assert g.entrance(facts, t(at)) == both


@pytest.mark.rule("DLV-7")
@pytest.mark.parametrize(
    ("facts", "at", "bears"),
    [
        (PAID, "2021-04-20 00:00", True),
        (sent(("2021-04-06 10:00", "2021-04-06 23:59:59", None)), "2021-04-20 00:00", False),
        (sent(("2021-04-06 10:00", "2021-04-07 00:00", None)), "2021-04-20 00:00", True),
        (sent(("2021-04-07 10:00", None, None)), "2021-04-20 00:00", True),
        (replace(PAID, exempted_at=LATE, platform_bears=True), "2021-04-20 00:00", False),
        # a refund since then does not change what happened
        (
            sent(("2021-04-06 10:00", "2021-04-06 23:00", None), base=replace(PAID, closed_at=TIMELY)),
            "2021-04-20 00:00",
            False,
        ),
    ],
)
def test_who_bears(facts, at, bears):
    assert g.seller_bears(facts, t(at)) is bears


@pytest.mark.rule("TIM-3")
@pytest.mark.parametrize(
    ("facts", "at", "turns"),
    [
        (PAID, "2021-04-02 00:00", ("2021-04-07 00:00", None, "2021-04-15 00:00")),
        (PAID, "2021-04-08 00:00", ("2021-04-07 00:00", None, "2021-04-15 00:00")),
        (
            sent(("2021-04-06 20:00", None, None)),
            "2021-04-06 21:00",
            (None, "2021-04-08 20:00:01", "2021-04-15 00:00"),
        ),
        (
            sent(("2021-04-06 20:00", "2021-04-07 08:00", None), ("2021-04-06 22:00", None, None)),
            "2021-04-07 09:00",
            ("2021-04-08 22:00:01", "2021-04-08 22:00:01", "2021-04-15 00:00"),
        ),
        (
            sent(("2021-04-03 10:00", "2021-04-03 11:00", None)),
            "2021-04-03 12:00",
            (None, None, "2021-04-15 00:00"),
        ),
        (replace(PAID, covered=False), "2021-04-02 00:00", (None, None, None)),
        (replace(PAID, exempted_at=TIMELY), "2021-04-04 00:00", (None, None, None)),
    ],
)
def test_when_the_clock_alone_turns_a_state(facts, at, turns):
    wanted = [t(one) if one else None for one in turns]
    found = g.turns(facts, t(at))
    assert [found.dispatch_late, found.verify, found.delivery_late] == wanted
