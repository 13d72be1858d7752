"""Notices of the gateway in every order: repeated, late, out of order, for a replaced attempt, for a closed order."""

import pytest

from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance
from orders.models import Order, Return
from orders.services import closing, payment
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PAY-1", "ORD-3")]


@pytest.fixture
def order() -> Order:
    shop = make.seller()
    return make.order(make.person("alice"), {make.product(shop): 10}, paid=False)


# Steps: s, f, p are notices for the first attempt; S, F, P for the one that replaced it; + starts that one,
# x cancels the order. Then: states of the attempts, cash on the order, money to be returned.
@pytest.mark.parametrize(
    ("steps", "states", "cash", "returned"),
    [
        ("s", ["succeeded"], 100, 0),
        ("sss", ["succeeded"], 100, 0),
        ("ps", ["succeeded"], 100, 0),
        ("sp", ["succeeded"], 100, 0),
        ("sf", ["succeeded"], 100, 0),
        ("f", ["failed"], 0, 0),
        ("ffpf", ["failed"], 0, 0),
        ("fs", ["failed"], 0, 103),
        ("fss", ["failed"], 0, 103),
        ("+S", ["replaced", "succeeded"], 100, 0),
        ("+sS", ["replaced", "succeeded"], 100, 103),
        ("+Ss", ["replaced", "succeeded"], 100, 103),
        ("+Sssf", ["replaced", "succeeded"], 100, 103),
        ("+fpS", ["replaced", "succeeded"], 100, 0),
        ("f+S", ["failed", "succeeded"], 100, 0),
        ("f+Fs", ["failed", "failed"], 0, 103),
        ("xs", ["replaced"], 0, 103),
        ("xfpss", ["replaced"], 0, 103),
        ("fxs", ["failed"], 0, 103),
        ("+xSs", ["replaced", "replaced"], 0, 206.4),
    ],
)
def test_whatever_the_order_of_notices_money_counts_once(order, steps, states, cash, returned):
    outcomes = {"s": "succeeded", "f": "failed", "p": "pending"}
    attempts = [payment.start(order_id=order.pk, method="visa", at=NOW)]
    for step in steps:
        if step == "+":
            attempts.append(payment.start(order_id=order.pk, method="paypal", at=NOW))
        elif step == "x":
            closing.cancel(order_id=order.pk, by="buyer", at=NOW)
        else:
            told = attempts[1 if step.isupper() else 0]
            payment.settle(reference=told.reference, outcome=outcomes[step.lower()], at=NOW)
    order.refresh_from_db()
    assert [attempt.state for attempt in order.payments.order_by("id")] == states
    assert order.cash == Money(cash, "USD")
    assert sum(row.amount.amount for row in Return.objects.all()) == Money(str(returned), "USD").amount
    if order.closed_at:
        assert {row.rule for row in Return.objects.all()} == {"ORD-3"}


def test_a_refused_notice_leaves_the_books_alone(order):
    before = balance(AccountKind.ORDER, order.pk)
    attempt = payment.start(order_id=order.pk, method="visa", at=NOW)
    payment.settle(reference=attempt.reference, outcome="pending", at=NOW)
    payment.settle(reference=attempt.reference, outcome="pending", at=NOW)
    assert balance(AccountKind.ORDER, order.pk) == before
