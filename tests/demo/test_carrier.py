"""What the demo's carriers report follows from a parcel's number."""

from datetime import UTC, datetime, timedelta

import pytest

from assurance.demo import carrier
from assurance.demo.carrier import LOST, SILENT, SLOW, UNSCANNED, Journey, plan
from assurance.kernel.rules import RuleViolation
from logistics.models import Parcel, TrackingEvent
from orders.models import Order
from orders.queries.facts import parcels_of, view
from orders.services import dispatch
from tests import factories

SENT = datetime(2021, 3, 18, 20, 0, tzinfo=UTC)
WAY = Journey(shortest=6, longest=8)
DAY = timedelta(days=1)


class TestPlan:
    def test_the_same_number_has_the_same_way(self) -> None:
        assert plan("DM00011", SENT, WAY, "US") == plan("DM00011", SENT, WAY, "US")
        assert plan("DM00011", SENT, WAY, "US") != plan("DM00021", SENT, WAY, "US")

    def test_usually_scanned_within_a_day_and_delivered_in_time(self) -> None:
        for number in (f"X{n}{end}" for n in range(30) for end in "012345"):
            reports = plan(number, SENT, WAY, "US")
            assert [report.kind for report in reports] == ["picked_up", "delivered"]
            assert reports == sorted(reports)
            assert reports[0].happened_at < SENT + DAY
            assert SENT + 6 * DAY <= reports[-1].happened_at <= SENT + 8 * DAY

    def test_a_long_way_is_told_in_more_steps(self) -> None:
        reports = plan("X1", SENT, Journey(14, 20), "US")
        assert [report.kind for report in reports] == ["picked_up", "customs", "delivered"]
        assert reports == sorted(reports)

    def test_fates(self) -> None:
        assert plan("X" + SILENT, SENT, WAY, "US") == []
        assert [report.kind for report in plan("X" + LOST, SENT, WAY, "US")] == ["picked_up"]
        assert plan("X" + UNSCANNED, SENT, WAY, "US")[0].happened_at > SENT + timedelta(hours=48)
        assert plan("X" + SLOW, SENT, WAY, "US")[-1].happened_at == SENT + 17 * DAY


@pytest.mark.django_db
class TestReport:
    def _sent(self, number: str) -> int:
        lit, line = factories.seller(), factories.line()
        goods = factories.product(lit, ships_by=factories.template(lit, line))
        made = factories.order(factories.person(), {goods: 5}, by=line)
        dispatch.dispatch(order_id=made.pk, carrier="DHL", number=number, last=True, at=SENT)
        return made.pk

    def test_tells_what_was_seen_until_then_and_tells_it_once(self) -> None:
        self._sent("A1")
        assert carrier.report(since=SENT, until=SENT + DAY) == 1
        assert carrier.report(since=SENT + DAY, until=SENT + DAY) == 0
        assert carrier.report(since=SENT + DAY, until=SENT + 20 * DAY) == 1
        parcel = Parcel.objects.get()
        assert parcel.delivered_at == plan("A1", SENT, Journey(6, 8), "US")[-1].happened_at

    def test_arrives_as_it_happens_but_never_in_the_past(self) -> None:
        self._sent("A1")
        carrier.report(since=SENT + 3 * DAY, until=SENT + 20 * DAY)
        received = dict(TrackingEvent.objects.values_list("kind", "received_at"))
        assert received["picked_up"] == SENT + 3 * DAY
        assert received["delivered"] == Parcel.objects.get().delivered_at

    def test_a_slow_parcel_makes_the_delivery_late(self) -> None:
        order_id = self._sent("A" + SLOW)
        until = SENT + 30 * DAY
        carrier.report(since=SENT, until=until)
        made = Order.objects.get(pk=order_id)
        assert view(made, parcels_of(order_id), until).delivery == "late"

    def test_leaves_a_parcel_without_a_number_alone(self) -> None:
        order_id = self._sent("A1")
        Parcel.objects.create(order_id=order_id, carrier="Own truck", proof_digest="d", submitted_at=SENT)
        assert carrier.report(since=SENT, until=SENT + DAY) == 1
        assert carrier.report(since=SENT + DAY, until=SENT + 30 * DAY) == 1

    def test_goes_through_the_service_that_real_carriers_use(self) -> None:
        with pytest.raises(RuleViolation, match="DSP-3"):
            carrier.tell(plan("A1", SENT, WAY, "US")[0], carrier="DHL", number="A1", at=SENT + DAY)
