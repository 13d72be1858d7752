"""States, sums of money on an order, and what the clock alone does to it: literal tables."""

from datetime import date
from decimal import Decimal

import pytest
from moneyed import Money

from assurance.kernel.money import USD
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from assurance.scenarios.reader import instant as t
from orders.rules import lifecycle as life
from orders.rules.lifecycle import Funds

POLICY = Policy()

# Which states allow a verb, written out from ORD-1, ORD-2, ORD-8, PAY-2, DSP-6, DSP-7, DLV-6 and STA-1.
STATES = [
    "draft",
    "awaiting_supplier",
    "awaiting_buyer",
    "awaiting_payment",
    "initial_payment_short",
    "initial_payment_to_confirm",
    "awaiting_dispatch",
    "partly_dispatched",
    "awaiting_receipt",
    "completed",
    "closed",
]
TABLE = """
                   draft suppl buyer payme short confi dispa partl recei compl close
edit               yes   yes   yes   -     -     -     -     -     -     -     -
confirm_supplier   -     yes   -     -     -     -     -     -     -     -     -
confirm_buyer      -     -     yes   -     -     -     -     -     -     -     -
decline_supplier   -     yes   -     -     -     -     -     -     -     -     -
decline_buyer      -     -     yes   -     -     -     -     -     -     -     -
cancel             yes   yes   yes   yes   -     -     -     -     -     -     -
pay                -     -     -     yes   yes   yes   yes   yes   yes   yes   -
accept_short       -     -     -     -     yes   yes   -     -     -     -     -
ask_rest           -     -     -     -     -     yes   -     -     -     -     -
dispatch           -     -     -     -     -     -     yes   yes   -     -     -
number             -     -     -     -     -     -     -     yes   yes   yes   -
receive            -     -     -     -     -     -     -     -     yes   -     -
extend             -     -     -     -     -     -     -     -     yes   -     -
address            -     yes   yes   yes   yes   yes   yes   yes   yes   yes   -
propose            -     -     -     -     yes   yes   yes   yes   -     -     -
refund             -     -     -     -     yes   yes   yes   yes   yes   yes   -
exempt             yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   -
review             -     -     -     -     -     -     -     -     -     yes   -
"""
CELLS = [
    (state, row.split()[0], word == "yes")
    for row in TABLE.strip().splitlines()[1:]
    for state, word in zip(STATES, row.split()[1:], strict=True)
]


@pytest.mark.rule("STA-1", "ORD-2")
@pytest.mark.parametrize(("state", "verb", "allowed"), CELLS)
def test_every_state_and_every_verb(state, verb, allowed):
    if allowed:
        life.check_allows(state, verb)
        return
    with pytest.raises(RuleViolation) as refused:
        life.check_allows(state, verb)
    assert refused.value.rule_id == "STA-1"


def test_the_table_is_whole():
    assert {verb for _state, verb, _allowed in CELLS} == set(life.ALLOWED)
    assert set(STATES) == set(life.STATE_NAMES)


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize(
    ("by_seller", "all_rts", "sent", "state"),
    [
        (False, True, True, "awaiting_payment"),
        (False, False, True, "awaiting_supplier"),
        (True, True, True, "awaiting_buyer"),
        (True, False, True, "awaiting_buyer"),
        (True, True, False, "draft"),
    ],
)
def test_where_an_order_begins(by_seller, all_rts, sent, state):
    assert life.first_state(by_seller=by_seller, all_rts=all_rts, sent=sent) == state


@pytest.mark.rule("ORD-3")
@pytest.mark.parametrize(
    ("state", "since", "discount", "closes"),
    [
        ("draft", "2021-04-01 10:00", None, None),
        ("awaiting_supplier", "2021-04-01 23:59:59", None, ("2021-05-02 00:00", "unanswered")),
        (
            "awaiting_supplier",
            "2021-04-01 23:59:59",
            "2021-04-01 23:59:59",
            ("2021-05-02 00:00", "unanswered"),
        ),
        ("awaiting_buyer", "2021-04-01 00:00", None, ("2021-05-02 00:00", "unanswered")),
        ("awaiting_payment", "2021-04-01 10:00", None, ("2021-06-01 00:00", "unpaid")),
        # the later of the discount and the state, and whichever limit comes first
        ("awaiting_payment", "2021-04-01 10:00", "2021-04-01 10:00", ("2021-04-09 00:00", "unpaid")),
        ("awaiting_payment", "2021-04-01 10:00", "2021-03-01 10:00", ("2021-04-09 00:00", "unpaid")),
        ("awaiting_payment", "2021-04-01 10:00", "2021-04-20 10:00", ("2021-04-28 00:00", "unpaid")),
        ("awaiting_payment", "2021-04-01 10:00", "2021-05-30 10:00", ("2021-06-01 00:00", "unpaid")),
        ("initial_payment_to_confirm", "2021-04-01 10:00", "2021-04-01 10:00", None),
        ("awaiting_dispatch", "2021-04-01 10:00", None, None),
        ("completed", "2021-04-01 10:00", None, None),
        ("closed", "2021-04-01 10:00", None, None),
        # over both clock changes, the leap day and the turn of the year
        ("awaiting_payment", "2021-03-10 10:00", "2021-03-10 10:00", ("2021-03-18 00:00", "unpaid")),
        ("awaiting_payment", "2021-11-03 10:00", "2021-11-03 10:00", ("2021-11-11 00:00", "unpaid")),
        ("awaiting_supplier", "2024-02-01 10:00", None, ("2024-03-03 00:00", "unanswered")),
        ("awaiting_supplier", "2021-12-15 10:00", None, ("2022-01-15 00:00", "unanswered")),
    ],
)
def test_when_an_order_left_alone_closes(state, since, discount, closes):
    found = life.closes_at(state, t(since), discount_since=t(discount) if discount else None, policy=POLICY)
    assert found == ((t(closes[0]), closes[1]) if closes else None)


@pytest.mark.rule("ORD-8")
@pytest.mark.parametrize(
    ("mode", "extensions", "due"),
    [
        ("express", 0, "2021-04-17 00:00"),
        ("air", 0, "2021-04-17 00:00"),
        ("land", 0, "2021-05-02 00:00"),
        ("sea", 0, "2021-05-17 00:00"),
        ("post", 0, "2021-06-01 00:00"),
        ("express", 1, "2021-05-02 00:00"),
        ("express", 2, "2021-05-17 00:00"),
    ],
)
def test_automatic_receipt(mode, extensions, due):
    for dispatched in ("2021-04-01 00:00", "2021-04-01 23:59:59"):
        found = life.receipt_due(t(dispatched), mode=mode, extensions=extensions, policy=POLICY)
        assert found == t(due)


@pytest.mark.rule("ORD-8")
@pytest.mark.parametrize(
    ("scans", "day"),
    [
        ([], date(2021, 4, 3)),
        ([("2021-04-03 10:00", None)], date(2021, 4, 3)),
        ([("2021-04-03 10:00", "2021-04-05 10:00")], date(2021, 4, 5)),
        ([("2021-04-03 10:00", "2021-04-05 10:00:01")], date(2021, 4, 3)),
        (
            [("2021-04-01 10:00", "2021-04-02 10:00"), ("2021-04-03 10:00", "2021-04-01 10:00")],
            date(2021, 4, 2),
        ),
        # an old parcel was named the last one on the 3rd
        ([("2021-04-01 10:00", "2021-04-01 12:00"), ("2021-04-02 10:00", None)], date(2021, 4, 3)),
    ],
)
def test_the_day_of_dispatch_if_nothing_more_is_learnt(scans, day):
    parcels = [(t(sent), t(scan) if scan else None) for sent, scan in scans]
    assert life.provisional_dispatch(t("2021-04-03 10:00"), parcels, 48).date() == day


def usd(amount: str) -> Money:
    return Money(Decimal(amount), USD)


def funds(paid: str, initial: str | None = None, **more: bool) -> Funds:
    return Funds(total=usd("1000"), initial=usd(initial) if initial else None, paid=usd(paid), **more)


@pytest.mark.rule("PAY-1", "PAY-2", "ORD-2")
@pytest.mark.parametrize(
    ("money", "due", "state"),
    [
        (funds("0", "300"), "300", None),
        (funds("1000"), "0", "awaiting_dispatch"),
        (funds("0.01"), "999.99", "initial_payment_to_confirm"),
        (funds("0.01", short_accepted=True), "999.99", "awaiting_dispatch"),
        (funds("200", "300"), "100", "initial_payment_to_confirm"),
        (funds("200", "300", rest_asked=True), "100", "initial_payment_short"),
        (funds("200", "300", short_accepted=True), "800", "awaiting_dispatch"),
        (funds("200", "300", short_accepted=True, rest_asked=True), "800", "awaiting_dispatch"),
        (funds("300", "300"), "700", "awaiting_dispatch"),
        (funds("1000", "300"), "0", "awaiting_dispatch"),
    ],
)
def test_what_is_due_and_the_state_of_money(money, due, state):
    assert life.due_now(money) == usd(due)
    if state:
        assert life.paid_state(money, submitted=False, any_parcel=False, received=False) == state


@pytest.mark.rule("ORD-2")
@pytest.mark.parametrize(
    ("submitted", "any_parcel", "received", "state"),
    [
        (False, False, False, "awaiting_dispatch"),
        (False, True, False, "partly_dispatched"),
        (True, True, False, "awaiting_receipt"),
        (True, True, True, "completed"),
    ],
)
def test_the_state_of_parcels(submitted, any_parcel, received, state):
    for money in (funds("1000"), funds("300", "300")):
        found = life.paid_state(money, submitted=submitted, any_parcel=any_parcel, received=received)
        assert found == state


@pytest.mark.rule("PAY-2", "PAY-3")
@pytest.mark.parametrize(
    ("cash", "coupon", "outstanding", "counted", "back"),
    [
        ("521.23", "30", "551.23", "521.23", "0"),
        ("551.23", "30", "551.23", "521.23", "30"),
        ("40", "0", "100", "40", "0"),
        ("120", "0", "100", "100", "20"),
        ("5", "0", "0", "0", "5"),
    ],
)
def test_what_arriving_money_counts(cash, coupon, outstanding, counted, back):
    found = life.counted(usd(cash), coupon=usd(coupon), outstanding=usd(outstanding))
    assert found == (usd(counted), usd(back))
