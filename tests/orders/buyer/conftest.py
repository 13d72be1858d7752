"""A buyer in front of the shop, with a supplier whose mugs cost 10 dollars, at a moment that stands still."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from assurance.accounts.models import Address, User
from assurance.accounts.services import addresses
from assurance.kernel import clock
from logistics.models import Line
from sellers.models import Product, Seller
from tests import factories as make


@dataclass
class Trade:
    buyer: User
    supplier: User
    seller: Seller
    line: Line
    mug: Product
    address: Address
    at: datetime = make.NOW

    def order(self, quantity: int = 10, **more: Any):
        return make.order(
            self.buyer, {self.mug: quantity}, by=self.line, address=self.address.as_text(), **more
        )

    def checkout(self, **choice: Any) -> dict[str, Any]:
        """What the form of a reviewed checkout sends: ten mugs for 100 dollars."""
        return {
            "product": self.mug.pk,
            "quantity": 10,
            "line": self.line.pk,
            "address": self.address.pk,
            "start": "0123456789abcdef",
            "method": "visa",
            "coupon": "none",
            "total": "USD 100.00",
            **choice,
        }


@pytest.fixture
def trade(db):
    buyer, supplier = make.person("alice"), make.person("ming")
    seller = make.seller(staff=supplier)
    line = make.line()
    mug = make.product(seller, ships_by=make.template(seller, line), name="Enamel mug", name_zh="搪瓷杯")
    address = addresses.save(
        user_id=buyer.pk,
        values={"recipient": "Alice Moreno", "street": "211 Throop Ave", "city": "New York", "country": "US"},
    )
    return Trade(buyer, supplier, seller, line, mug, address)


@pytest.fixture
def still(trade):
    """The clock stands at the trade's moment."""
    with clock.frozen(trade.at):
        yield


@pytest.fixture
def shop(client: Client, trade, still):
    """The buyer's browser."""
    client.force_login(trade.buyer)
    return client


@pytest.fixture
def text():
    """What an answer says, without the spaces of its markup."""
    return lambda answer: " ".join(answer.content.decode().split())
