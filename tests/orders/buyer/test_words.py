"""What a buyer reads of states, and of an order that the supplier has changed (ORD-1)."""

import pytest

from assurance.kernel.money import Money
from orders.services import contract
from orders.services.start import Draft
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-1")]


def test_an_order_that_the_supplier_changed_was_not_drafted_by_them(shop, trade, text):
    vase = make.product(trade.seller, rts=False)
    order = make.order(trade.buyer, {vase: 10}, paid=False)
    contract.change(
        order_id=order.pk, draft=Draft({vase.pk: 12}, None, "US", shipping=Money(0, "USD")), at=make.NOW
    )
    page = text(shop.get(f"/orders/{order.number}/"))
    assert "The supplier changed your order." in page
    assert "drafted" not in page


def test_the_states_to_choose_are_the_buyers_own(shop, text):
    page = text(shop.get("/orders/?filters=open"))
    assert ">Awaiting you</option>" in page
    assert ">Awaiting the buyer</option>" not in page and ">Draft</option>" not in page
    assert "Awaiting you" in text(shop.get("/orders/?state=awaiting_buyer"))
