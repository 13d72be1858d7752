"""*Apply for refund* in front of its buyer: what it says of the money, and which reasons it offers."""

from datetime import timedelta

import pytest

from assurance.kernel import clock
from assurance.kernel.money import Money
from orders.services import dispatch, receipt, refunds
from tests import factories as make

DAY = timedelta(days=1)
HELD = "The order’s money is held until it is decided"
RECOVERED = "recovered from the supplier’s balance"


@pytest.fixture
def page(shop, text):
    def open_page(order, at=make.NOW, path="refund/"):
        with clock.frozen(at):
            return text(shop.get(f"/orders/{order.number}/{path}")).replace("\xa0", " ")

    return open_page


def sent(order):
    dispatch.dispatch(order_id=order.pk, carrier="UPS", number="1Z1", last=True, at=make.NOW)


def test_in_full_says_how_much(trade, page):
    order = trade.order()
    assert "In full: USD 100.00; the order is then closed" in page(order)
    refunds.agreed(order_id=order.pk, amount=Money(30, "USD"), at=make.NOW)
    assert "In full: USD 70.00; the order is then closed" in page(order)
    refunds.apply(order_id=order.pk, amount=None, reason="Broken", at=make.NOW)
    assert "USD 70.00: everything; a full refund closes the order" in page(order)


def test_money_that_was_released_is_not_said_to_be_held(trade, page):
    order = trade.order()
    sent(order)
    assert HELD in page(order)
    receipt.receive(order_id=order.pk, at=make.NOW)
    assert HELD not in page(order)
    assert RECOVERED in page(order)
    refunds.apply(order_id=order.pk, amount=None, reason="Broken", at=make.NOW)
    assert RECOVERED in page(order)
    assert RECOVERED in page(order, path="")


@pytest.mark.parametrize(
    ("happened", "offered"),
    [
        ("paid", (True, True)),
        ("sent", (False, True)),
        ("lapsed", (False, True)),
        ("received", (False, False)),
    ],
)
def test_a_reason_that_cannot_be_is_not_offered(trade, page, shop, happened, offered):
    order, at = trade.order(), make.NOW
    if happened != "paid":
        sent(order)
    if happened == "received":
        receipt.receive(order_id=order.pk, at=make.NOW)
    if happened == "lapsed":
        at = make.NOW + 20 * DAY  # receipt is taken as given: it says nothing of an arrival
    html = page(order, at)
    assert ('value="not_dispatched"' in html, 'value="not_delivered"' in html) == offered
    assert 'value="damaged"' in html
    if happened == "received":
        asked = {"kind": "full", "cause": "not_delivered", "reason": "It never came"}
        with clock.frozen(at):
            assert shop.post(f"/orders/{order.number}/refund/", asked).status_code == 422
