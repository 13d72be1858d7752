"""Cash goes back the way it came: neither the gateway nor the bank pays back more than came by it (MON-3, RFD-3)."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance, faults
from orders.models import Order
from orders.queries.refunds import came_by
from orders.services import bank, dispatch, receipt, refunds
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.rule("MON-3", "RFD-3")]

BANK, GATEWAY = AccountKind.BANK, AccountKind.GATEWAY


def usd(amount: object) -> Money:
    return Money(Decimal(str(amount)), "USD")


def paid(*parts: tuple[AccountKind, int]) -> Order:
    """An order of 100 dollars, paid in these parts."""
    order = make.order(make.person("alice"), {make.product(make.seller()): 10}, paid=False)
    for way, amount in parts:
        if way == BANK:
            bank.arrive(order_id=order.pk, amount=usd(amount), bank_reference=f"B-{order.pk}", at=NOW)
            bank.associate(order_id=order.pk, at=NOW)
        else:
            make.pay(order, at=NOW, amount=usd(amount))
    return order


def refund(order: Order, *amounts: int | None) -> None:
    for amount in amounts:
        refunds.agreed(order_id=order.pk, amount=None if amount is None else usd(amount), at=NOW)


def outside() -> tuple[Money, Money]:
    """What both ways still have brought in, without the fee of the card, which stays."""
    fee = balance(AccountKind.METHOD_FEE)
    return -balance(BANK), -balance(GATEWAY) - fee


def received(order: Order) -> Order:
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="1", last=True, at=NOW)
    return receipt.receive(order_id=order.pk, at=NOW)


MIXED = ((BANK, 90), (GATEWAY, 10))


@pytest.mark.parametrize("parts", [MIXED, MIXED[::-1], ((BANK, 100),), ((GATEWAY, 100),)])
@pytest.mark.parametrize("released", [False, True])
def test_a_full_refund_leaves_nothing_behind(
    parts: Sequence[tuple[AccountKind, int]], released: bool
) -> None:
    order = paid(*parts)
    if released:
        received(order)
    refund(order, None)
    assert outside() == (usd(0), usd(0))
    assert not faults()


@pytest.mark.parametrize("released", [False, True])
def test_refunds_in_part_go_to_the_card_first_then_to_the_bank(released: bool) -> None:
    order = paid(*MIXED)
    if released:
        received(order)
    for amount, left in ((4, (90, 6)), (20, (76, 0)), (30, (46, 0)), (None, (0, 0))):
        refund(order, amount)
        assert outside() == (usd(left[0]), usd(left[1])), amount
    assert not faults()


@pytest.mark.parametrize("parts", [((BANK, 60), (GATEWAY, 40)), ((GATEWAY, 40), (BANK, 75))])
def test_what_did_not_count_came_by_no_way(parts: Sequence[tuple[AccountKind, int]]) -> None:
    """A transfer that brought 15 too much: they wait to go back, and no refund has them."""
    order = paid(*parts)
    assert came_by(order) == {BANK: usd(60), GATEWAY: usd(40)}
    refund(order, 50)
    assert came_by(order) == {BANK: usd(50), GATEWAY: usd(0)}
