"""Exempting every order of a region and period (DSP-7): which, since when, once, and also later ones."""

from datetime import date, timedelta

import pytest
from django.db import connection

from assurance import schedule
from assurance.kernel.days import start_of
from assurance.kernel.events import Actor
from assurance.kernel.models import Event
from assurance.kernel.rules import RuleViolation
from assurance.notices.models import Notice
from claims import queries, rules, services
from claims.models import ExemptedOrder
from orders.queries.facts import parcels_of, view
from orders.queries.rate import tallies
from orders.services import amendment, dispatch, receipt, refunds
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Ordered on 15 March: to be dispatched by the 21st, promised for the 29th.
FIRST, LAST = date(2021, 3, 20), date(2021, 3, 25)
LATE = start_of(date(2021, 3, 23))


@pytest.fixture
def trade():
    class Trade:
        buyer, supplier, ops = make.person("alice"), make.person("ming"), make.person("olivia")
        seller = make.seller(staff=supplier)
        line = make.line(guaranteed=("US", "CA"))
        mug = make.product(seller, ships_by=make.template(seller, line))

        def order(self, destination="US", at=NOW, **more):
            return make.order(
                self.buyer, {self.mug: 10}, by=self.line, destination=destination, at=at, **more
            )

        def draft(self, *countries, at=NOW, first=FIRST, last=LAST, bears=False, line=None):
            return services.draft_region(
                countries=countries or ("US",),
                due_from=first,
                due_to=last,
                platform_bears=bears,
                reason="Typhoon",
                line_id=line.pk if line else None,
                at=at,
                actor=Actor("ops", self.ops.pk),
            )

        def region(self, *countries, at=NOW, **more):
            return services.carry_out(
                exemption_id=self.draft(*countries, at=at, **more).pk, at=at, actor=Actor("ops", self.ops.pk)
            )

    return Trade()


def stand(order, at):
    order.refresh_from_db()
    return view(order, parcels_of(order.pk), at)


def test_a_draft_exempts_nothing(trade):
    order = trade.order()
    region = trade.draft()
    schedule.run_all(LATE)
    assert stand(order, LATE).overdue
    assert [one.outcome for one in queries.preview(region, LATE, 10)] == [rules.EXEMPTS]


def test_its_orders_are_exempted_as_of_the_carrying_out_however_late_the_job(trade):
    inside, abroad = trade.order(), trade.order("CA")
    later = trade.order(at=NOW + 10 * DAY)
    trade.region()
    schedule.run_all(LATE)
    assert (stand(inside, LATE).dispatch, stand(inside, LATE).delivery) == ("exempted", "exempted")
    assert inside.exempted_at == NOW
    assert stand(abroad, LATE).overdue
    assert later.exempted_at is None
    event = Event.objects.get(kind="exempted")
    assert (event.happened_at, event.actor_id, event.data["reason"]) == (NOW, trade.ops.pk, "Typhoon")
    told = Notice.objects.filter(kind="order_exempted").values_list("user", flat=True)
    assert set(told) == {trade.buyer.pk, trade.supplier.pk}
    assert tallies(trade.seller.pk, [LAST], order_policy(inside), LATE)[0].counted == 1


def order_policy(order):
    return order.policy.policy


def test_the_promised_day_counts_as_well_and_a_kept_dispatch_stays_kept(trade):
    order = trade.order()
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="JD1", last=True, at=NOW)
    trade.region(first=date(2021, 3, 28), last=date(2021, 3, 30), at=NOW + 5 * DAY)
    schedule.run_all(LATE + 9 * DAY)
    assert (stand(order, LATE).dispatch, stand(order, LATE).delivery) == ("kept", "exempted")


def test_only_the_line_that_is_held_up(trade):
    other = make.line("air")
    trade.region(line=other)
    order = trade.order()
    schedule.run_all(LATE)
    assert stand(order, LATE).overdue


def _claim(trade, order):
    services.file(order_id=order.pk, guarantee="dispatch", user_id=trade.buyer.pk, at=LATE)


def _deliver(trade, order):
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="JD1", last=True, at=NOW)
    receipt.receive(order_id=order.pk, at=NOW + DAY)


LEFT_OUT = {
    rules.CLAIMED: _claim,
    rules.CLOSED: lambda _trade, order: refunds.agreed(order_id=order.pk, amount=None, at=NOW),
    rules.ALREADY: lambda _trade, order: services.exempt_order(
        order_id=order.pk, platform_bears=True, reason="Flood", at=NOW
    ),
    rules.NOTHING_LEFT: _deliver,
}


@pytest.mark.parametrize("outcome", LEFT_OUT)
def test_what_is_left_out_and_why_in_the_preview_and_on_record(trade, outcome):
    order = trade.order()
    LEFT_OUT[outcome](trade, order)
    order.refresh_from_db()
    before = (order.exempted_at, order.platform_bears)
    draft = trade.draft(at=LATE)
    assert [one.outcome for one in queries.preview(draft, LATE, 10)] == [outcome]
    services.carry_out(exemption_id=draft.pk, at=LATE)
    schedule.run_all(LATE)
    assert queries.came_to(draft) == {outcome: 1}
    order.refresh_from_db()
    assert (order.exempted_at, order.platform_bears) == before


def test_what_was_late_before_the_period_stays_late(trade):
    order = trade.order()
    trade.region(first=date(2021, 3, 28), last=date(2021, 3, 30), at=LATE + 6 * DAY)
    schedule.run_all(LATE + 6 * DAY)
    assert stand(order, LATE + 6 * DAY).overdue
    assert ExemptedOrder.objects.get().outcome == rules.EARLIER


def test_an_order_that_comes_later_is_exempted_from_its_clock_start(trade):
    trade.region()
    schedule.run_all(NOW)
    order = trade.order(at=NOW + DAY)
    schedule.run_all(LATE)
    assert stand(order, LATE).dispatch == "exempted"
    assert order.exempted_at == NOW + DAY


def test_a_day_moved_into_the_period_counts(trade):
    region = trade.region(first=date(2021, 3, 24), last=date(2021, 3, 25))
    order = trade.order()
    schedule.run_all(NOW)
    assert queries.came_to(region) == {}
    amendment.propose(order_id=order.pk, day=date(2021, 3, 24), reason="Kiln", at=NOW)
    amendment.accept(order_id=order.pk, at=NOW)
    schedule.run_all(NOW)
    assert stand(order, NOW).dispatch == "exempted"


def test_a_claim_is_judged_as_if_the_job_had_come(trade):
    order = trade.order()
    trade.region()
    with pytest.raises(RuleViolation, match="DSP-7"):
        services.file(order_id=order.pk, guarantee="dispatch", user_id=trade.buyer.pk, at=LATE)


def test_at_the_platforms_cost_the_guarantees_run_on(trade):
    order = trade.order()
    trade.region(bears=True)
    schedule.run_all(LATE)
    assert stand(order, LATE).overdue
    assert order.platform_bears
    claim = services.file(order_id=order.pk, guarantee="dispatch", user_id=trade.buyer.pk, at=LATE)
    assert services.approve(claim_id=claim.pk, reason="Late", at=LATE).bearer is None


def test_carried_out_and_swept_twice_nothing_happens_twice(trade):
    order = trade.order()
    region = trade.region()
    for _ in range(2):
        services.carry_out(exemption_id=region.pk, at=NOW + DAY)
        services.exempt_due(NOW + DAY)
    assert Event.objects.filter(kind="exempted").count() == 1
    assert stand(order, NOW).dispatch == "exempted"


def test_a_killed_sweep_goes_on_where_it_stopped(trade, monkeypatch):
    orders = [trade.order() for _ in range(3)]
    region = trade.region()
    real = amendment.exempt
    seen: list[int] = []

    def dies(**given):
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(given["order_id"])
        return real(**given)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(amendment, "exempt", dies)
        services.exempt_due(NOW, batch=2)
    assert queries.left_to_look_at(region) == 2
    assert services.exempt_due(NOW, batch=2) == 2
    assert [stand(order, NOW).dispatch for order in orders] == ["exempted"] * 3


def test_ended_it_takes_in_no_further_order(trade):
    before = trade.order()
    region = trade.region()
    services.exempt_due(NOW)
    services.end_region(exemption_id=region.pk, reason="Port open", at=NOW + DAY)
    after = trade.order(at=NOW + DAY)
    schedule.run_all(LATE)
    assert (stand(before, LATE).dispatch, stand(after, LATE).dispatch) == ("exempted", "late")
    for verb in (services.end_region, services.carry_out):
        with pytest.raises(RuleViolation, match="STA-1"):
            verb(exemption_id=region.pk, reason="Again", at=LATE)


def test_an_uncovered_order_is_left_out_of_the_rate(trade):
    outside = make.seller(member=False)
    mug = make.product(outside, ships_by=make.template(outside, trade.line))
    order = make.order(trade.buyer, {mug: 1}, by=trade.line)
    trade.region()
    schedule.run_all(LATE)
    assert stand(order, LATE).dispatch == "none"
    assert tallies(outside.pk, [LAST], order_policy(order), LATE)[0].counted == 0


@pytest.mark.parametrize("last", [FIRST - DAY, FIRST + 366 * DAY])
def test_a_period_that_cannot_be(trade, last):
    with pytest.raises(RuleViolation, match="DSP-7"):
        trade.draft(last=last)


def _many(order):
    """So many copies of an order, on days of three years in five countries, that an index is worth while.

    A test's transaction cannot vacuum; what the planner would be told by one is told to it here.
    """
    own = {
        "id": "1000000 + n",
        "number": "(7e16::bigint + n)::text",
        "destination": "(ARRAY['US', 'CA', 'DE', 'FR', 'GB'])[1 + n % 5]",
        "dispatch_due": "date '2019-01-01' + n % 1000",
        "promise": "date '2019-01-09' + n % 1000",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'orders_order'")
        kept = [name for (name,) in cursor.fetchall() if name not in own and name != "request_key"]
        cursor.execute(
            f"INSERT INTO orders_order ({', '.join([*own, *kept])}) "
            f"SELECT {', '.join([*own.values(), *kept])} FROM orders_order, generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE orders_order")
        cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = 'orders_order'")


def test_what_is_left_is_found_in_two_indexes_and_no_order_is_read_for_it(trade):
    """The sweep asks every minute; it may read what falls due in the region, not what exists."""
    _many(trade.order())
    region = trade.region("US", "CA", first=date(2021, 3, 15))
    plan = queries.left_under(region).order_by("pk")[:200].explain()
    for index in ("order_due_in_region", "order_promised_in_region"):
        assert f"Index Only Scan using {index} " in plan
    assert "Seq Scan on orders_order" not in plan and "orders_order_pkey" not in plan
    found = queries.to_look_at(region, 200)
    assert found == sorted(queries.under(region).values_list("pk", flat=True))
    assert queries.left_to_look_at(region) == len(found) > 50
