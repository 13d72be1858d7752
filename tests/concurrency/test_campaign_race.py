"""A seller's colleagues confirm and draft easy dispatch at the same moment: a campaign counts five, never six."""

from datetime import date

import pytest

from assurance.kernel.money import Money
from orders.models import Order
from orders.services import closing, start
from tests import factories
from tests.concurrency.racing import FULL, race

RUNNERS, ROUNDS = (16, 40) if FULL else (8, 4)
PLACES = 5


@pytest.mark.rule("ORD-6")
@pytest.mark.usefixtures("live_db")
def test_five_places_are_taken_by_five() -> None:
    factories.campaign(date(2021, 3, 1), date(2021, 3, 31))
    alice = factories.person()
    shops = [factories.seller() for _ in range(ROUNDS)]
    vases = [factories.product(shop, price=10_000, rts=False) for shop in shops]
    intents = [[factories.order(alice, {vase: 51}, paid=False).pk for _ in range(RUNNERS)] for vase in vases]

    def choose(runner: int, round_: int) -> None:
        if runner % 2:
            order_id = intents[round_][runner]
            closing.confirm(order_id=order_id, by="supplier", export="easy", at=factories.NOW)
            return
        draft = start.Draft(
            {vases[round_].pk: 51}, None, "US", factories.ADDRESS, shipping=Money(0, "USD"), export="easy"
        )
        start.by_seller(seller_id=shops[round_].pk, buyer_id=alice.pk, draft=draft, at=factories.NOW)

    for outcomes in race(RUNNERS, ROUNDS, choose):
        assert sorted(outcomes) == ["ORD-6"] * (RUNNERS - PLACES) + ["done"] * PLACES
    for shop in shops:
        assert Order.objects.filter(seller=shop, export="easy").exclude(campaign=None).count() == PLACES
