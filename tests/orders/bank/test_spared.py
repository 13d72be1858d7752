"""An unpaid order's time is over, while a statement that was asked for before may still hold its money (ORD-3, TIM-3)."""

from datetime import datetime, timedelta

import pytest

from assurance.kernel.models import Deadline
from assurance.kernel.money import Money
from claims import services as claims
from coupons import queries as coupons
from coupons.models import Coupon
from orders.models import Order, Return
from orders.queries.facts import view
from orders.services import bank, closing, elapse, intake, payment, receipt, statements, sweeps
from tests import factories
from tests.factories import NOW
from tests.orders.bank.test_statements import AT, Shop, ref
from tests.orders.bank.writing import Paid, mt940
from tests.orders.buyer.test_checkout import coupon_of
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-3", "TIM-3", "PAY-2")]
SOON = timedelta(seconds=9)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def unpaid(shop: Shop, at: datetime = NOW) -> Order:
    return factories.order(shop.alice, {shop.product: 1}, by=shop.line, paid=False, at=at)


def asked_just_before(order: Order, amount: str = "80.00") -> datetime:
    """Finance asks for a statement with the order's money at the last moment; returns when the order closes."""
    closes = Deadline.objects.get(kind="left_alone", subject_id=order.pk).due_at
    statement, _ = statements.upload(name="a", data=mt940(Paid(amount, ref(order))), at=AT)
    statements.take_in(statement_id=statement.pk, reason="r", at=closes - SOON)
    return closes


@pytest.mark.parametrize("notice", ["failed", "pending"])
def test_a_notice_of_another_attempt_does_not_close_it(shop: Shop, notice: str) -> None:
    order = unpaid(shop)
    attempt = payment.start(order_id=order.pk, method="visa", at=NOW)
    closes = asked_just_before(order)
    payment.settle(reference=attempt.reference, outcome=notice, at=closes + timedelta(seconds=3))
    assert sweeps.close_left_alone(closes + SOON) == 0
    intake.take_due(closes + SOON)
    order.refresh_from_db()
    assert (order.state, order.full_met_at) == ("awaiting_dispatch", closes - SOON)


def test_nothing_else_is_done_with_it_after_its_time(shop: Shop) -> None:
    order = unpaid(shop)
    attempt = payment.start(order_id=order.pk, method="visa", at=NOW)
    bank.arrive(order_id=order.pk, amount=Money(5, "USD"), bank_reference="EARLIER", at=NOW)
    closes = asked_just_before(order, amount="1.00")
    with refused("STA-1"):
        payment.start(order_id=order.pk, method="paypal", at=closes)
    with refused("STA-1"):
        closing.cancel(order_id=order.pk, by="buyer", at=closes)
    with refused("STA-1"):
        receipt.change_address(order_id=order.pk, at=closes, address={"city": "Boston", "country": "US"})
    with refused("STA-1"):
        claims.exempt_order(order_id=order.pk, platform_bears=False, reason="Flood", at=closes)
    with refused("ORD-3"):
        bank.associate(order_id=order.pk, at=closes)
    payment.settle(reference=attempt.reference, outcome="succeeded", at=closes)
    assert (Return.objects.get().amount, Return.objects.get().rule) == (attempt.charge, "ORD-3")


@pytest.mark.rule("DSP-7")
@pytest.mark.parametrize("bears", [False, True])
@pytest.mark.parametrize("by_bank", [False, True])
def test_an_order_is_exempted_while_its_money_is_being_taken_in(
    shop: Shop, bears: bool, by_bank: bool
) -> None:
    """It becomes effective exempted: its clock starts, but nothing is ever late, unless the platform bears it."""
    order = unpaid(shop)
    attempt = payment.start(order_id=order.pk, method="visa", at=NOW)
    if by_bank:
        statement, _ = statements.upload(name="a", data=mt940(Paid("80.00", ref(order))), at=AT)
        statements.take_in(statement_id=statement.pk, reason="r", at=NOW)
    else:
        payment.settle(reference=attempt.reference, outcome="pending", at=NOW)
    claims.exempt_order(order_id=order.pk, platform_bears=bears, reason="Flood", at=NOW + SOON)
    if by_bank:
        intake.take_due(NOW + 2 * SOON)
    else:
        payment.settle(reference=attempt.reference, outcome="succeeded", at=NOW + 2 * SOON)
    order.refresh_from_db()
    shown = view(order, [], NOW + 2 * SOON)
    assert (order.state, order.clock_started_at is not None) == ("awaiting_dispatch", True)
    assert {shown.dispatch, shown.delivery} == {"active" if bears else "exempted"}
    kinds = set(Deadline.objects.filter(subject_id=order.pk).values_list("kind", flat=True))
    assert kinds == ({"dispatch", "dispatch_near", "delivery"} if bears else set())
    assert {g.state for g in order.guarantees.all()} == {shown.dispatch}


def test_money_that_does_not_save_it_closes_it_as_of_its_time(shop: Shop) -> None:
    order = unpaid(shop)
    closes = asked_just_before(order, amount="1.00")
    assert not elapse.elapse(order_id=order.pk, kind="left_alone", at=closes)
    intake.take_due(closes + SOON)
    assert sweeps.close_left_alone(closes + SOON) == 1
    order.refresh_from_db()
    assert (order.state, order.closed_at, Return.objects.get().amount) == (
        "closed",
        closes,
        Money(1, "USD"),
    )


def test_what_was_asked_for_at_its_very_end_is_too_late(shop: Shop) -> None:
    order = unpaid(shop)
    closes = Deadline.objects.get(kind="left_alone", subject_id=order.pk).due_at
    statement, _ = statements.upload(name="a", data=mt940(Paid("80.00", ref(order))), at=AT)
    statements.take_in(statement_id=statement.pk, reason="r", at=closes)
    intake.take_due(closes)
    order.refresh_from_db()
    assert (order.state, Return.objects.get().amount) == ("closed", Money(80, "USD"))


@pytest.mark.rule("CPN-4")
@pytest.mark.parametrize("fails", [False, True])
def test_its_coupon_waits_with_it(shop: Shop, fails: bool) -> None:
    order, other = unpaid(shop), unpaid(shop, at=NOW + timedelta(days=7))
    coupon = coupon_of(order.buyer, order)
    attempt = payment.start(order_id=order.pk, method="visa", coupon_id=coupon.pk, at=NOW)
    closes = asked_just_before(order, amount="60.00")
    if fails:
        payment.settle(reference=attempt.reference, outcome="failed", at=closes)
    with refused("CPN-4"):
        payment.start(order_id=other.pk, method="visa", coupon_id=coupon.pk, at=closes + SOON)
    intake.take_due(closes + SOON)
    order.refresh_from_db()
    assert (order.cash, order.coupon_part) == (Money(60, "USD"), Money(20, "USD"))
    assert coupons.state(Coupon.objects.get(), closes + SOON) == "redeemed"
