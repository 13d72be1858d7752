"""F2: one order is paid from many windows, refunded by many hands, refunded while it is received, all at once."""

from datetime import timedelta

import pytest

from assurance.kernel.money import USD, Money
from assurance.ledger.models import Transfer
from orders.models import Order, PaymentState, Refund
from orders.services import dispatch, payment, receipt, refunds
from tests import factories
from tests.concurrency.racing import FULL, race
from tests.properties import books

RUNNERS, ROUNDS = (32, 200) if FULL else (8, 6)
AT = factories.NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("live_db")


def _orders(*, paid: bool) -> list[int]:
    alice = factories.person()
    seller, line = factories.seller(staff=factories.person("ming")), factories.line()
    product = factories.product(seller, ships_by=factories.template(seller, line))
    return [factories.order(alice, {product: 5}, by=line, paid=paid).pk for _ in range(ROUNDS)]


@pytest.mark.rule("PAY-1")
def test_a_notice_that_comes_many_times_at_once_counts_once() -> None:
    orders = _orders(paid=False)
    told = [payment.start(order_id=pk, method="visa", at=AT).reference for pk in orders]

    def tell(runner: int, round_: int) -> None:
        payment.settle(reference=told[round_], outcome="succeeded", at=AT)

    for outcomes in race(RUNNERS, ROUNDS, tell):
        assert outcomes == ["done"] * RUNNERS
    assert Transfer.objects.count() == ROUNDS
    assert books.faults() == []


@pytest.mark.rule("PAY-1", "STA-1")
def test_an_order_that_many_windows_pay_at_once_is_paid_once() -> None:
    """The attempts replace one another; money that came for a replaced one goes back."""
    orders = _orders(paid=False)

    def pay(runner: int, round_: int) -> None:
        method = ("visa", "paypal", "boleto")[runner % 3]
        attempt = payment.start(order_id=orders[round_], method=method, at=AT)
        payment.settle(reference=attempt.reference, outcome="succeeded", at=AT)

    for outcomes in race(RUNNERS, ROUNDS, pay):
        assert outcomes.count("done") >= 1
        assert set(outcomes) <= {"done", "STA-1"}
    for order in Order.objects.all():
        counted = order.payments.filter(state=PaymentState.SUCCEEDED, returned_minor=0)
        assert [one.cash for one in counted] == [order.cash] == [order.total]
    assert books.faults() == []


@pytest.mark.rule("RFD-3", "CPN-6")
def test_an_order_that_many_refund_at_once_is_refunded_once() -> None:
    orders = _orders(paid=True)

    def refund(runner: int, round_: int) -> None:
        amount = Money(30, USD) if runner % 2 else None  # of 50: either one part, or part and rest, or all
        refunds.agreed(order_id=orders[round_], amount=amount, at=AT)

    for outcomes in race(RUNNERS, ROUNDS, refund):
        assert 1 <= outcomes.count("done") <= 2
        assert set(outcomes) <= {"done", "STA-1", "CPN-6"}
    for order in Order.objects.all():
        assert (order.state, order.refunded) == ("closed", order.cash)
        assert sum(refund.paid_minor for refund in Refund.objects.filter(order=order)) == order.cash_minor
    assert books.faults() == []


@pytest.mark.rule("PAY-4", "RFD-3")
def test_a_refund_that_races_the_receipt_takes_the_money_from_where_it_is() -> None:
    orders = _orders(paid=True)
    for pk in orders:
        dispatch.dispatch(order_id=pk, carrier="DHL", number=f"race {pk}", last=True, at=factories.NOW)

    def act(runner: int, round_: int) -> None:
        if runner % 2:
            receipt.receive(order_id=orders[round_], at=AT)
        else:
            refunds.agreed(order_id=orders[round_], amount=Money(20, USD), at=AT)

    for outcomes in race(4, ROUNDS, act):
        assert sorted(outcomes) == ["STA-1", "done", "done", "done"]
    assert set(Order.objects.values_list("state", "refunded_minor")) == {("completed", 4_000)}
    assert books.faults() == []
