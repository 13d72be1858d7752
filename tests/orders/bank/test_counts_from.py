"""Money counts from when its statement was asked for, unless its order has changed since (PAY-2, TIM-3)."""

from datetime import timedelta

import pytest

from assurance.kernel.days import day_of, end_of
from assurance.kernel.money import Money
from orders.models import Order
from orders.services import intake, payment, production, receipt, statements
from tests import factories
from tests.factories import NOW
from tests.orders.bank.test_statements import AT, Shop, ref
from tests.orders.bank.writing import Paid, mt940

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PAY-2", "TIM-3", "DSP-2")]
MIDNIGHT = end_of(day_of(NOW))
BEFORE, AFTER, LATE = (
    MIDNIGHT - timedelta(minutes=1),
    MIDNIGHT + timedelta(minutes=1),
    NOW + timedelta(days=1),
)


def words(order: Order) -> None:
    production.show(order_id=order.pk, stage="making", words="Fired", token="t", at=AFTER)


def pending(order: Order) -> None:
    attempt = payment.start(order_id=order.pk, method="visa", at=AFTER)
    payment.settle(reference=attempt.reference, outcome="pending", at=AFTER)


def address(order: Order) -> None:
    receipt.change_address(order_id=order.pk, address={"city": "Boston", "country": "US"}, at=AFTER)


@pytest.mark.parametrize(("act", "counts_from"), [(words, BEFORE), (pending, BEFORE), (address, AFTER)])
def test_what_changes_nothing_of_the_order_moves_no_clock(act, counts_from):
    shop = Shop()
    order = factories.order(shop.alice, {shop.product: 1}, by=shop.line, paid=False, initial=Money(10, "USD"))
    factories.pay(order, at=NOW)
    statement, _ = statements.upload(name="a", data=mt940(Paid("70.00", ref(order))), at=AT)
    statements.take_in(statement_id=statement.pk, reason="r", at=BEFORE)
    act(order)
    intake.take_due(LATE)
    order.refresh_from_db()
    assert (order.full_met_at, order.clock_started_at) == (counts_from, counts_from)
