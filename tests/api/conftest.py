"""The cast: Alice buys, Ming's shop sells and is a member, Fang's is a rival, Zoe is a stranger."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from assurance.accounts.models import User
from assurance.accounts.services import tokens
from assurance.kernel import clock
from assurance.kernel.money import USD, Money
from orders.models import Order
from sellers.models import PayoutAccount, Seller
from sellers.services import funds, withdrawals
from sellers.services.withdrawals import Destination
from tests import factories
from tests.factories import NOW


@dataclass
class Caller:
    """A program with a token. Answers come as (status, body)."""

    token: str | None
    client: Client

    def headers(self, **more: str) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | more

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        answer = self.client.get(f"/api/v1/{path}", query, headers=self.headers())
        return answer.status_code, answer.json()

    def send(self, path: str, body: Any = None, **headers: str) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        return self.client.post(
            f"/api/v1/{path}", text, content_type="application/json", headers=self.headers(**headers)
        )

    def post(self, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        answer = self.send(path, body, **({"Idempotency-Key": key} if key else {}))
        return answer.status_code, answer.json()


def caller(user: User | None) -> Caller:
    plain = tokens.make(user_id=user.pk, label="test", at=NOW)[1] if user else None
    return Caller(plain, Client())


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.API_RATES = {"read": None, "write": None}


@pytest.fixture
def now() -> Iterator[None]:
    """The platform's clock stands at NOW, also for threads of the test."""
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def at() -> Iterator[Any]:
    """Sets the platform's clock: `at(NOW)`, `at(NOW, days=3)`."""

    def stand(start: datetime, **later: float) -> datetime:
        moment = start + timedelta(**later)
        clock.use(lambda: moment)
        return moment

    yield stand
    clock.use(None)


def make_world() -> SimpleNamespace:
    w = SimpleNamespace()
    w.alice, w.ming, w.fang, w.zoe = (factories.person(name) for name in ("alice", "ming", "fang", "zoe"))
    w.line = factories.line("express")
    w.shop = factories.seller("Mingshen", staff=w.ming)
    w.rival = factories.seller("Fangda", staff=w.fang)
    w.mug = factories.product(w.shop, ships_by=factories.template(w.shop, w.line))
    w.lamp = factories.product(w.rival, ships_by=factories.template(w.rival, w.line))
    w.buyer, w.seller, w.other, w.stranger = (caller(u) for u in (w.alice, w.ming, w.fang, w.zoe))
    w.nobody = caller(None)
    return w


@pytest.fixture
def world(db: None, now: None) -> SimpleNamespace:
    return make_world()


def started(w: SimpleNamespace, **fields: Any) -> Order:
    """Ten mugs, ordered by Alice and paid."""
    return factories.order(w.alice, {w.mug: 10}, by=w.line, **fields)


def wanted(w: SimpleNamespace, **fields: Any) -> dict[str, Any]:
    """The body that starts an order of ten mugs."""
    address = {"recipient": "Alice Moreno", "street": "211 Throop Ave", "city": "New York"}
    items = [{"product": w.mug.pk, "quantity": 10}]
    return {"items": items, "line": w.line.pk, "destination": "US", "address": address} | fields


def paid_out_before(seller: Seller, *, balance: int = 50) -> PayoutAccount:
    """A shop with a balance and a bank account that a dollar went to."""
    funds.deposit(seller_id=seller.pk, amount=Money(balance + 1, USD), reference="", at=NOW)
    to = Destination("Mingshen Trading", "Sample Bank", "DE02120300000000202051", "SMPLDE33XXX")
    made = withdrawals.withdraw(
        seller_id=seller.pk, amount=Money(1, USD), to=to, key=secrets.token_hex(16), at=NOW
    )
    return made.account
