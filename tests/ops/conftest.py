"""The cast of operations: one person for each role, and an order that Ming dispatched too late for Alice."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client

from assurance.accounts import roles
from assurance.accounts.models import User
from assurance.kernel import clock
from assurance.kernel.events import Actor
from claims import services as claims
from claims.models import Claim
from orders.models import Order
from sellers.models import Seller
from tests import factories
from tests.factories import NOW

# Dispatch was due on 21 March; Alice claims on the 23rd, and ops look at it on the 24th.
FILED = NOW + timedelta(days=8)
REVIEWED = NOW + timedelta(days=9)


@pytest.fixture
def every_role(db: None) -> None:
    """The groups, also after a test that emptied all tables."""
    if Group.objects.count() < len(roles.NAMES):
        importlib.import_module("assurance.accounts.migrations.0003_roles").make_roles(apps, None)
        importlib.import_module("assurance.accounts.migrations.0005_statement_duties").add_duties(apps, None)
        importlib.import_module("assurance.accounts.migrations.0006_region_duty").add_duty(apps, None)
        importlib.import_module("assurance.accounts.migrations.0008_money_to_see").add_duties(apps, None)
        importlib.import_module("assurance.accounts.migrations.0009_taken_back_duties").add_duties(apps, None)
        importlib.import_module("assurance.accounts.migrations.0010_rate_duties").add_duties(apps, None)


@pytest.fixture
def without_second_factor(settings: Any) -> None:
    settings.OPS_NEED_SECOND_FACTOR = False


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Set the platform's clock; it stands at REVIEWED until told otherwise."""
    clock.use(lambda: REVIEWED)
    yield lambda instant: clock.use(lambda: instant)
    clock.use(None)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ops(every_role: None, without_second_factor: None, at: Any) -> Callable[..., Client]:
    """`ops("reviewer")`: somebody signed in who holds these roles."""

    def ops(*names: str) -> Client:
        user = factories.person("-".join(names) or "nobody")
        roles.assign(user, *names)
        return sign_in(user)

    return ops


@dataclass
class World:
    """Alice's late order with Ming, and the claim on it."""

    alice: User
    ming: User
    shop: Seller
    order: Order
    claim: Claim


@pytest.fixture
def world(db: None) -> World:
    alice, ming = factories.person("alice"), factories.person("ming")
    shop = factories.seller("Mingshen", staff=ming)
    return World(alice, ming, shop, *claimed(alice, shop))


def claimed(buyer: User, shop: Seller, price: int = 31_114) -> tuple[Order, Claim]:
    """A paid order that was never dispatched, and the claim on it: 311.14 USD give a coupon of 32."""
    line = factories.line()
    product = factories.product(shop, price=price, ships_by=factories.template(shop, line))
    order = factories.order(buyer, {product: 1}, by=line)
    claim = claims.file(
        order_id=order.pk,
        guarantee="dispatch",
        user_id=buyer.pk,
        at=FILED,
        actor=Actor("buyer", buyer.pk),
        note="The shop has been open for a week without goods.",
    )
    return order, claim


@pytest.fixture
def late(world: World) -> Order:
    """A late order on which nobody has claimed."""
    line = factories.line()
    product = factories.product(world.shop, ships_by=factories.template(world.shop, line))
    return factories.order(world.alice, {product: 1}, by=line)
