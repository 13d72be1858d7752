"""What a seller's order list finds (ORD-9)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from claims import services as claims
from orders.models import Order
from orders.queries import counting, exposure, filters, seller
from orders.queries.filters import Wanted
from orders.services import dispatch, receipt, refunds
from sellers.models import Seller
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
POLICY = Policy()


def found(of: Seller, at: datetime = NOW, **wanted: object) -> list[Order]:
    orders, keys = seller.listed(of.pk, replace(Wanted(), **wanted), at)  # type: ignore[arg-type]
    return list(orders.order_by(*keys))


def send(order: Order, at: datetime, *, last: bool = True) -> None:
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number=f"{order.pk}-{last}", last=last, at=at)


@pytest.fixture
def world():
    """One order in each state that a buyer's own order comes through, of one seller."""
    of, buyer = make.seller(), make.person("alice", company="Harbor & Pine")
    mug = make.product(of, name="Enamel mug", name_zh="搪瓷杯")
    bowl = make.product(of, rts=False, name="Bowl")
    orders = {
        "to_confirm": make.order(buyer, {bowl: 1}, paid=False),
        "to_pay": make.order(buyer, {mug: 1}, paid=False),
        "to_dispatch": make.order(buyer, {mug: 2}),
        "partly": make.order(buyer, {mug: 3}),
        "to_receive": make.order(buyer, {mug: 4}),
        "done": make.order(buyer, {mug: 5}),
    }
    send(orders["partly"], NOW, last=False)
    send(orders["to_receive"], NOW)
    send(orders["done"], NOW)
    receipt.receive(order_id=orders["done"].pk, at=NOW)
    make.order(buyer, {make.product(make.seller("Rival")): 1})
    return of, buyer, orders


def test_each_tab_holds_its_states_and_nothing_of_another_seller(world):
    of, _buyer, orders = world
    assert len(found(of)) == 6
    for tab in ("to_confirm", "to_pay", "to_receive", "done"):
        assert found(of, tab=tab) == [orders[tab]]
    assert found(of, tab="to_dispatch") == [orders["to_dispatch"], orders["partly"]]
    assert found(of, tab="after_sales") == []


def test_what_the_clock_has_done_counts_although_no_job_has_run(world):
    of, _buyer, orders = world
    later = start_of(plus(day_of(NOW), 100))
    assert found(of, later, tab="to_confirm") == found(of, later, tab="to_pay") == []
    assert found(of, later, tab="to_receive") == []
    done = found(of, later, tab="done")
    assert set(done) == {orders[name] for name in ("to_confirm", "to_pay", "to_receive", "done")}
    rows = seller.rows(done, later)
    assert {row.view.state for row in rows} == {"closed", "completed"}


def test_after_sales_holds_refunds_and_claims(world):
    of, buyer, orders = world
    refunds.apply(order_id=orders["to_dispatch"].pk, amount=None, reason="", at=NOW)
    late = start_of(plus(day_of(NOW), 7))
    claims.file(order_id=orders["partly"].pk, guarantee="dispatch", user_id=buyer.pk, at=late)
    assert set(found(of, late, tab="after_sales")) == {orders["to_dispatch"], orders["partly"]}


def test_orders_to_dispatch_stand_by_their_deadline(world):
    of, buyer, orders = world
    soon = make.order(buyer, {make.product(of, dispatch_days=1): 1})
    assert found(of, tab="to_dispatch")[0] == soon
    assert found(of)[0] == soon
    assert found(of)[-1] == orders["to_confirm"]


def test_chips(world):
    of, buyer, orders = world
    line = make.line()
    sure = make.order(buyer, {make.product(of, ships_by=make.template(of, line)): 1}, by=line, at=NOW + DAY)
    assert orders["to_pay"] not in found(of, dispatch=True)
    assert found(of, delivery=True) == [sure]
    after = start_of(plus(day_of(NOW), 7))
    assert found(of, after - DAY / 86400, overdue=True) == []
    assert set(found(of, after, overdue=True)) == {orders["to_dispatch"], orders["partly"]}
    assert seller.overdue_count(of.pk, after) == 2


@pytest.mark.parametrize("named", [300, 0])
@pytest.mark.parametrize("often", [5000, 1])
def test_search(world, monkeypatch, often, named):
    """What sells all the time, and what is too much to name, is looked for in ways of its own."""
    monkeypatch.setattr(filters, "_OFTEN", often)
    monkeypatch.setattr(filters, "_NAMED", named)
    of, buyer, orders = world
    number = orders["to_pay"].number
    assert found(of, text=f" {number[:4]} {number[4:8]} {number[8:12]} {number[12:]} ") == [orders["to_pay"]]
    assert found(of, text=buyer.email.upper()) == found(of)
    assert found(of, text=buyer.email.split("@")[0] + "@") == []
    assert found(of, text="搪瓷") == found(of, text="enamel") != found(of, text="bowl")
    assert found(of, text="harbor &") == found(of)
    assert found(of, text="nobody at all") == []


def test_filters_and_all_together(world):
    of, _buyer, orders = world
    assert found(of, state="partly_dispatched") == [orders["partly"]]
    assert found(of, destination="DE") == []
    assert found(of, currency="USD", export="self", destination="US") == found(of)
    today = day_of(NOW)
    assert found(of, created_from=plus(today, 1)) == found(of, created_to=plus(today, -1)) == []
    assert found(of, created_from=today, created_to=today) == found(of)
    assert found(of, tab="to_dispatch", text="mug", dispatch=True, state="partly_dispatched") == [
        orders["partly"]
    ]


def test_all_counts_come_in_one_query(world, django_assert_num_queries):
    of, _buyer, _orders = world
    after = start_of(plus(day_of(NOW), 7))
    with django_assert_num_queries(1):
        assert seller.counts(of.pk, Wanted(tab="to_dispatch"), after).matching == 2
    wanted = Wanted(tab="to_dispatch", text="partly")
    matching = seller.matching(of.pk, wanted, after)
    with django_assert_num_queries(1):
        counts = seller.counts(of.pk, wanted, after, matching)
    assert counts.matching == 0
    assert counts.tabs == {
        "all": 6,
        "to_confirm": 1,
        "to_pay": 1,
        "to_dispatch": 2,
        "to_receive": 1,
        "after_sales": 0,
        "done": 1,
    }
    assert counts.overdue == 2
    assert counts.chips == {"loan": 0, "dispatch": 2, "delivery": 0, "overdue": 2}


@pytest.mark.parametrize("tab", seller.TABS)
@pytest.mark.parametrize("chip", seller.CHIPS)
def test_a_chip_alone_says_how_many_match(world, tab, chip):
    """Each chip is counted in its own way; each finds what the list of it holds."""
    of, buyer, orders = world
    line = make.line()
    make.order(buyer, {make.product(of, price=2_000_00, ships_by=make.template(of, line)): 1}, by=line)
    after = start_of(plus(day_of(NOW), 7))
    Order.objects.filter(pk=orders["partly"].pk).update(seller_deleted_at=after)
    wanted = Wanted(tab=tab, **{chip: True})
    matching = seller.matching(of.pk, wanted, after)
    counts = seller.counts(of.pk, wanted, after, matching)
    assert counts.matching == counts.chips[chip] == len(matching) == len(found(of, after, **vars(wanted)))


def test_nothing_is_counted_further_than_shown(world, monkeypatch):
    of, _buyer, _orders = world
    monkeypatch.setattr(counting, "MOST", 4)
    seller._counting.cache_clear()
    assert seller.counts(of.pk, Wanted(), NOW).tabs["all"] == 4
    seller._counting.cache_clear()


def test_exposure_counts_what_can_be_claimed_at_the_sellers_expense(world, django_assert_num_queries):
    of, buyer, orders = world
    on_time = start_of(plus(day_of(NOW), 6))
    after = start_of(plus(day_of(NOW), 7))
    assert exposure.claimable(of.pk, on_time, in_force=POLICY) == exposure.Exposure(0, Money(0, "USD"))
    with django_assert_num_queries(2):
        now = exposure.claimable(of.pk, after, in_force=POLICY)
    assert now == exposure.Exposure(2, Money(2 + 3, "USD"))
    claims.file(order_id=orders["partly"].pk, guarantee="dispatch", user_id=buyer.pk, at=after)
    assert exposure.claimable(of.pk, after, in_force=POLICY).orders == 1


def test_exposure_leaves_out_what_the_platform_bears_and_entrances_that_closed():
    of, buyer, line = make.seller(), make.person(), make.line()
    mug = make.product(of, price=10000, ships_by=make.template(of, line))
    kept, late = (make.order(buyer, {mug: 1}, by=line) for _ in range(2))
    send(kept, NOW)
    assert late.dispatch_due is not None and late.promise is not None
    send(late, start_of(plus(late.dispatch_due, 2)))
    missed = start_of(plus(late.promise, 1))
    assert exposure.claimable(of.pk, missed, in_force=POLICY) == exposure.Exposure(1, Money(10, "USD"))
    receipt.receive(order_id=late.pk, at=missed)
    assert exposure.claimable(of.pk, missed + 30 * DAY, in_force=POLICY).orders == 1
    assert exposure.claimable(of.pk, missed + 31 * DAY, in_force=POLICY).orders == 0


def test_exposure_says_when_it_is_a_lower_bound(world, monkeypatch):
    of, _buyer, _orders = world
    monkeypatch.setattr(exposure, "MOST", 1)
    now = exposure.claimable(of.pk, start_of(plus(day_of(NOW), 7)), in_force=POLICY)
    assert now.more and now.orders == 1
