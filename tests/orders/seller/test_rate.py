"""The on-time dispatch rate: one SQL statement that has to say what the rules say (STD-1, DSP-3)."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from logistics.models import Parcel
from orders.models import Order
from orders.queries import rate
from orders.queries.facts import facts, parcels_of
from orders.rules import guarantees
from orders.rules.standing import on_time_rate, rate_days
from orders.services import dispatch
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

POLICY = Policy()
DAY = timedelta(days=1)


def sold(days: int = 6, at: datetime = NOW) -> Order:
    seller = make.seller()
    return make.order(make.person(), {make.product(seller, dispatch_days=days): 10}, at=at)


def tally(order: Order, at: datetime) -> rate.Tally:
    return rate.tallies(order.seller_id, [day_of(at)], POLICY, at)[0]


def test_the_window_is_the_ninety_days_before_today():
    today = day_of(NOW)
    assert rate_days(today, POLICY) == (plus(today, -90), plus(today, -1))
    order = sold()
    due = order.dispatch_due
    assert due is not None
    for day, counted in ((due, 0), (plus(due, 1), 1), (plus(due, 90), 1), (plus(due, 91), 0)):
        assert tally(order, start_of(day) + DAY / 2).counted == counted


def test_four_decimals_half_up_and_none_without_orders():
    assert on_time_rate(0, 0) is None
    assert on_time_rate(2, 3) == Decimal("0.6667")
    assert on_time_rate(1, 20000) == Decimal("0.0001")


def test_an_order_counts_on_time_late_or_not_yet():
    order = sold()
    assert order.dispatch_due is not None
    after = start_of(plus(order.dispatch_due, 1))
    assert tally(order, after) == rate.Tally(0, 1)
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="1", last=True, at=after - timedelta(hours=1))
    assert tally(order, after) == rate.Tally(0, 0), "being verified"
    assert tally(order, after + timedelta(hours=48)) == rate.Tally(1, 1)
    dispatch.track(carrier="DHL", number="1", kind="picked_up", happened_at=after, at=after)
    assert tally(order, after) == rate.Tally(0, 1)


def test_exempted_orders_and_those_closed_before_are_left_out():
    order = sold()
    assert order.dispatch_due is not None
    after = start_of(plus(order.dispatch_due, 1))
    Order.objects.update(state="closed", closed_because="refunded", closed_at=after - DAY)
    assert tally(order, after).counted == 0
    Order.objects.update(closed_at=after)
    assert tally(order, after).counted == 1
    Order.objects.update(exempted_at=after)
    assert tally(order, after).counted == 0


def test_a_scan_counts_for_the_hours_of_the_orders_own_policy():
    order = sold()
    assert order.dispatch_due is not None and order.policy is not None
    after = start_of(plus(order.dispatch_due, 1))
    sent = after - timedelta(hours=1)
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="1", last=True, at=sent)
    dispatch.track(carrier="DHL", number="1", kind="picked_up", happened_at=sent + DAY, at=sent + DAY)
    assert tally(order, sent + 3 * DAY) == rate.Tally(0, 1), "scanned within 48 hours, after the deadline"
    short = type(order.policy).objects.create(starts_at=NOW, figures={"scan_hours": 12}, note="")
    Order.objects.update(policy=short)
    assert tally(order, sent + 3 * DAY) == rate.Tally(1, 1), "scanned too late to count"


def _random_facts(order: Order, dice: Random) -> tuple[Order, list[Parcel]]:
    """A copy of an order whose facts fall anywhere around its deadline, which is day 0."""

    def some(*chances: float) -> datetime | None:
        return None if dice.random() < chances[0] else NOW + timedelta(hours=dice.uniform(-60, 60))

    submitted, closed = some(0.2), some(0.8)
    if dice.random() < 0.1:
        submitted = start_of(plus(day_of(NOW), 1))  # the very instant of the deadline
    copy = Order.objects.get(pk=order.pk)
    copy.pk, copy.number = None, str(dice.randrange(10**16, 10**17))
    copy.dispatch_due = day_of(NOW)
    copy.submitted_at, copy.exempted_at = submitted, some(0.9)
    if closed:
        copy.state, copy.closed_because, copy.closed_at = "closed", "refunded", closed
    parcels = []
    named_later = dice.random() < 0.5
    for place in range(dice.randint(1, 3) if submitted else 0):
        before = dice.uniform(0, 30) if place or named_later else 0
        sent = (submitted or NOW) - timedelta(hours=before)
        scan = None if dice.random() < 0.4 else sent + timedelta(hours=dice.choice([-5, 20, 48, 48.001, 60]))
        parcels.append(Parcel(carrier="X", number=str(dice.random()), submitted_at=sent, first_scan_at=scan))
    return copy, parcels


def _by_the_rules(order: Order, at: datetime) -> rate.Tally:
    known = facts(order, parcels_of(order.pk), at)
    deadline = known.deadline
    assert deadline is not None
    left_out = order.exempted_at is not None or (order.closed_at and order.closed_at < deadline)
    if left_out or guarantees.is_verifying(known, at):
        return rate.Tally()
    done = guarantees.dispatched_at(known, at)
    return rate.Tally(int(done is not None and done < deadline), 1)


@pytest.mark.parametrize("seed", range(6))
def test_the_statement_says_what_the_rules_say(seed):
    dice = Random(seed)
    base = sold()
    at = start_of(plus(day_of(NOW), 1)) + timedelta(hours=dice.uniform(0, 100))
    wanted = rate.Tally()
    Order.objects.filter(pk=base.pk).update(dispatch_due=plus(day_of(NOW), 300))
    for _ in range(120):
        copy, parcels = _random_facts(base, dice)
        copy.submitted_at = min(copy.submitted_at, at) if copy.submitted_at else None
        copy.save(force_insert=True)
        for parcel in parcels:
            parcel.order_id = copy.pk
        Parcel.objects.bulk_create(parcels)
        found = _by_the_rules(copy, at)
        wanted = rate.Tally(wanted.on_time + found.on_time, wanted.counted + found.counted)
    assert 10 < wanted.on_time < wanted.counted
    assert tally(base, at) == wanted


def test_what_membership_would_have_cost():
    seller, buyer = make.seller(), make.person()
    mug = make.product(seller, price=1001)
    for quantity in (1, 10):
        make.order(buyer, {mug: quantity}, at=NOW)
    on_time = make.order(buyer, {mug: 100}, at=NOW)
    dispatch.dispatch(order_id=on_time.pk, carrier="DHL", number="1", last=True, at=NOW)
    later = NOW + 20 * DAY
    found = rate.cost(seller.pk, day_of(later), POLICY, later)
    assert found.tally == rate.Tally(1, 3)
    assert found.turnover == Money("1111.11", "USD")
    assert found.compensation == Money(2 + 11, "USD")
    assert found.share is not None and round(found.share, 4) == Decimal("0.0117")


def test_one_query_however_many_weeks(django_assert_num_queries):
    order = sold()
    with django_assert_num_queries(1):
        found = rate.tallies(order.seller_id, rate.weeks(day_of(NOW), 13), POLICY, NOW)
    assert len(found) == 13
