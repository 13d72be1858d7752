"""F3: the supplier answers, offers and the buyer escalates or withdraws at once: one of them decides."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assurance.kernel.money import USD, Money
from coupons import services as coupons
from orders.models import Order, Refund
from orders.queries.facts import policy_of
from orders.services import refunds
from tests import factories
from tests.concurrency.racing import race

RUNNERS, ROUNDS = 4, 6
AT = factories.NOW + timedelta(days=5)


@pytest.mark.django_db
@pytest.mark.rule("CPN-6", "REC-3")
def test_a_full_refund_locks_the_use_of_its_coupon_before_any_account() -> None:
    """Order, use of the coupon, accounts: as docs/locking.md says."""
    alice, shop = factories.person(), factories.seller()
    order = factories.order(alice, {factories.product(shop): 10}, paid=False)
    coupon = coupons.issue(
        owner_id=alice.pk,
        bearer_id=shop.pk,
        from_order_id=order.pk,
        face=Money(10, USD),
        policy=policy_of(order, factories.NOW),
        at=factories.NOW,
    )
    factories.pay(order, at=factories.NOW, coupon_id=coupon.pk)
    with CaptureQueriesContext(connection) as asked:
        refunds.agreed(order_id=order.pk, amount=None, at=factories.NOW)
    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    tables = ["orders_order", "coupons_redemption", "ledger_account"]
    first = [next(n for n, sql in enumerate(locks) if table in sql) for table in tables]
    assert first == sorted(first), "\n".join(locks)


@pytest.mark.rule("RFD-2")
@pytest.mark.usefixtures("live_db")
def test_answering_accepting_escalating_and_withdrawing_at_once() -> None:
    alice, mug = factories.person(), factories.product(factories.seller())
    made = []
    for _round in range(ROUNDS):
        order = factories.order(alice, {mug: 5})
        refund = refunds.apply(order_id=order.pk, amount=Money(20, USD), reason="", at=factories.NOW)
        refunds.counter(refund_id=refund.pk, offer=Money(5, USD), at=factories.NOW)
        made.append(refund.pk)

    def act(runner: int, round_: int) -> None:
        pk = made[round_]
        if runner == 0:
            refunds.answer(refund_id=pk, agree=True, at=AT)
        elif runner == 1:
            refunds.accept(refund_id=pk, seen=Money(5, USD), at=AT)
        elif runner == 2:
            refunds.escalate(refund_id=pk, at=AT)
        else:
            refunds.withdraw(refund_id=pk, at=AT)

    for outcomes in race(RUNNERS, ROUNDS, act):
        # Withdrawing may still follow an escalation; nothing follows anything else.
        assert outcomes.count("done") in (1, 2)
        assert set(outcomes) <= {"done", "STA-1"}
    for refund in Refund.objects.filter(pk__in=made):
        ends = list(refund.steps.exclude(kind__in=["applied", "countered"]).values_list("kind", flat=True))
        assert len(ends) == 1 or sorted(ends) == ["escalated", "withdrawn"]
        paid = {"agreed": 2000, "accepted": 500}.get(ends[0]) if len(ends) == 1 else None
        assert refund.paid_minor == paid
        assert Order.objects.get(pk=refund.order_id).refunded.amount == (paid or 0) / 100
