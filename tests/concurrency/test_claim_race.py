"""F2: many claims at once on one order; two reviewers who decide opposite ways."""

from datetime import timedelta

import pytest

from claims import services as claims
from claims.models import Claim
from coupons.models import Coupon
from tests import factories
from tests.concurrency.racing import FULL, race

RUNNERS, ROUNDS = (32, 200) if FULL else (12, 8)
LATE = factories.NOW + timedelta(days=10)


def _late_orders() -> tuple[int, list[int]]:
    alice = factories.person()
    seller, line = factories.seller(), factories.line()
    product = factories.product(seller, ships_by=factories.template(seller, line))
    return alice.pk, [factories.order(alice, {product: 5}, by=line).pk for _ in range(ROUNDS)]


@pytest.mark.rule("CLM-1")
@pytest.mark.usefixtures("live_db")
def test_an_order_is_claimed_once() -> None:
    alice, orders = _late_orders()

    def file(runner: int, round_: int) -> None:
        claims.file(order_id=orders[round_], guarantee="dispatch", user_id=alice, at=LATE)

    for outcomes in race(RUNNERS, ROUNDS, file):
        assert outcomes.count("done") == 1
        assert set(outcomes) == {"done", "CLM-1"}
    assert Claim.objects.count() == ROUNDS


@pytest.mark.rule("CLM-5", "CLM-6")
@pytest.mark.usefixtures("live_db")
def test_a_claim_is_decided_once() -> None:
    alice, orders = _late_orders()
    filed = [claims.file(order_id=order, guarantee="dispatch", user_id=alice, at=LATE).pk for order in orders]

    def decide(runner: int, round_: int) -> None:
        act = claims.approve if runner % 2 else claims.reject
        act(claim_id=filed[round_], reason="race", at=LATE)

    for outcomes in race(2, ROUNDS, decide):
        assert sorted(outcomes) == ["STA-1", "done"]
    approved = Claim.objects.filter(state="approved").count()
    assert approved + Claim.objects.filter(state="rejected").count() == ROUNDS
    assert Coupon.objects.count() == approved
