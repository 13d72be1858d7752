"""Acts that need two accounts, or a seller's and that of money to go back: nobody waits in a circle."""

from datetime import timedelta

import pytest

from assurance.kernel.money import USD, Money
from coupons import services as coupons
from orders.models import Order, Return
from orders.queries.facts import policy_of
from orders.services import bank, dispatch, payment, receipt, refunds
from sellers.models import Seller
from tests import factories
from tests.concurrency.racing import FULL, race
from tests.factories import NOW
from tests.properties import books

ROUNDS = 60 if FULL else 12
SOON, LATER = NOW + timedelta(hours=1), NOW + timedelta(days=20)

pytestmark = pytest.mark.usefixtures("live_db")


def submitted(
    shop: Seller, *, number: str, bearer: Seller | None = None, initial: Money | None = None
) -> Order:
    """An order on its way, paid by card, and with a coupon that `bearer` pays for."""
    alice = factories.person()
    order = factories.order(alice, {factories.product(shop): 5}, paid=False, initial=initial)
    coupon = None
    if bearer is not None:
        coupon = coupons.issue(
            owner_id=alice.pk,
            bearer_id=bearer.pk,
            from_order_id=order.pk,
            face=Money(10, USD),
            policy=policy_of(order, NOW),
            at=NOW,
        )
    attempt = payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk if coupon else None, at=NOW)
    payment.settle(reference=attempt.reference, outcome="succeeded", at=NOW)
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number=number, last=True, at=NOW)
    return order


def received(shop: Seller, *, number: str, initial: Money | None) -> int:
    """An order that was received, and a transfer of 60.00 that came for it afterwards."""
    order = submitted(shop, number=number, initial=initial)
    receipt.receive(order_id=order.pk, at=NOW)
    bank.arrive(order_id=order.pk, amount=Money(60, USD), bank_reference=number, at=NOW)
    return order.pk


@pytest.mark.rule("PAY-2", "PAY-4", "RFD-3")
def test_too_much_comes_for_one_order_while_another_of_the_seller_is_refunded() -> None:
    shops = [factories.seller() for _ in range(ROUNDS)]
    owing = [received(shop, number=f"OWING {shop.pk}", initial=Money(10, USD)) for shop in shops]
    paid = [received(shop, number=f"PAID {shop.pk}", initial=None) for shop in shops]

    def act(runner: int, round_: int) -> None:
        if runner == 0:
            bank.associate(order_id=owing[round_], at=SOON)
        else:
            refunds.agreed(order_id=paid[round_], amount=None, at=SOON)

    assert race(2, ROUNDS, act) == [["done", "done"]] * ROUNDS
    assert Return.objects.count() == 2 * ROUNDS
    assert books.faults() == []


@pytest.mark.rule("ORD-8", "PAY-4", "REC-3")
def test_two_sellers_who_pay_for_coupons_on_each_others_orders_are_refunded_from_at_once() -> None:
    """The receipt of both has been due, so that each act first releases to its seller."""
    made: list[tuple[int, int]] = []
    for n in range(ROUNDS):
        one, other = factories.seller(), factories.seller()
        mine = submitted(one, bearer=other, number=f"ONE {n}")
        theirs = submitted(other, bearer=one, number=f"OTHER {n}")
        made.append((mine.pk, theirs.pk))

    def act(runner: int, round_: int) -> None:
        refunds.agreed(order_id=made[round_][runner], amount=None, at=LATER)

    assert race(2, ROUNDS, act) == [["done", "done"]] * ROUNDS
    assert books.faults() == []
