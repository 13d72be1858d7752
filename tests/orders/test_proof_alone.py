"""A parcel handed over with proof alone: own truck, or a forwarder without tracking (DSP-3, DLV-3)."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from assurance.kernel import clock, uploads
from assurance.kernel.days import end_of
from assurance.kernel.models import Event
from logistics.models import Parcel
from orders.models import Attachment, Guarantee, Order
from orders.queries.facts import parcels_of, view
from orders.rules import terms
from orders.services import dispatch, receipt, sweeps
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WAYBILL = [make.upload("waybill.pdf")]


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def order(ming) -> Order:
    """Covered by both guarantees, paid now."""
    shop, line = make.seller(staff=ming), make.line()
    mug = make.product(shop, ships_by=make.template(shop, line))
    return make.order(make.person("alice"), {mug: 10}, by=line)


def hand_over(order, at=NOW, *, proof=WAYBILL, last=True, carrier="Own truck", number=""):
    return dispatch.dispatch(order_id=order.pk, carrier=carrier, number=number, last=last, proof=proof, at=at)


def seen(order, at):
    order.refresh_from_db()
    return view(order, parcels_of(order.pk), at)


def deadline(order):
    return end_of(order.dispatch_due)


@pytest.mark.rule("DSP-3")
@pytest.mark.parametrize(
    ("number", "has_proof", "is_refused"),
    [("", False, True), ("", True, False), ("JD1", False, False), ("JD1", True, False)],
)
def test_a_parcel_needs_a_number_or_a_proof(number, has_proof, is_refused):
    if is_refused:
        with refused("DSP-3", field="number"):
            terms.check_identified(number, has_proof=has_proof)
    else:
        terms.check_identified(number, has_proof=has_proof)


@pytest.mark.rule("DSP-3")
def test_neither_is_refused_and_nothing_is_written(order):
    with refused("DSP-3", field="number"):
        hand_over(order, proof=())
    assert not Parcel.objects.exists()
    with pytest.raises(IntegrityError):
        Parcel.objects.create(order_id=order.pk, carrier="Own truck", submitted_at=NOW)


@pytest.mark.rule("DSP-3")
def test_the_same_proof_twice_is_one_parcel_and_another_is_another(order):
    first = hand_over(order, last=False)
    again = hand_over(order, NOW + HOUR, last=False, proof=[uploads.check("copy.pdf", WAYBILL[0].content)])
    other = hand_over(order, NOW + HOUR, last=False, proof=[make.upload("crate.jpg")])
    assert (again.pk, again.submitted_at) == (first.pk, NOW)
    assert other.pk != first.pk
    assert Attachment.objects.count() == Event.objects.filter(kind="parcel_submitted").count() == 2
    hand_over(order, NOW + 2 * HOUR)
    order.refresh_from_db()
    assert (order.state, order.submitted_at) == ("awaiting_receipt", NOW + 2 * HOUR)
    assert Attachment.objects.count() == 2


@pytest.mark.rule("DSP-3", "DSP-4")
def test_submitted_in_time_it_is_verified_after_the_deadline_and_kept_after_48_hours(order):
    handed = deadline(order) - HOUR
    hand_over(order, handed)
    assert [seen(order, at).dispatch for at in (handed, deadline(order))] == ["active", "verifying"]
    assert seen(order, handed + 2 * DAY).dispatch == "verifying"
    known = handed + 2 * DAY + timedelta(seconds=1)
    assert (seen(order, known).dispatch, seen(order, known).dispatched_at) == ("kept", handed)
    sweeps.elapse_orders("verify", known)
    assert Guarantee.objects.get(kind="dispatch").state == "kept"


@pytest.mark.rule("DSP-3", "DSP-4")
def test_submitted_too_late_it_stays_late(order):
    hand_over(order, deadline(order))
    assert seen(order, deadline(order) + 3 * DAY).dispatch == "late"


@pytest.mark.rule("DLV-3", "DLV-4")
def test_it_is_delivered_by_the_buyers_receipt_alone(order):
    hand_over(order)
    promised = order.promise
    assert seen(order, end_of(promised) - HOUR).delivery == "active"
    assert seen(order, end_of(promised)).delivery == "late"
    received = end_of(promised) - 2 * HOUR
    receipt.receive(order_id=order.pk, at=received)
    assert (seen(order, end_of(promised)).delivery, seen(order, received).delivered_at) == ("kept", received)


@pytest.mark.rule("DLV-3")
def test_beside_a_tracked_parcel_the_carriers_delivery_is_not_the_whole(order):
    hand_over(order, last=False)
    hand_over(order, number="JD1", carrier="DHL", proof=())
    dispatch.track(carrier="DHL", number="JD1", kind="delivered", happened_at=NOW + DAY, at=NOW + DAY)
    assert seen(order, NOW + DAY).delivered_at is None


class TestANumberLater:
    def add(self, order, at, number="JD9", carrier="DHL"):
        parcel = Parcel.objects.get(order_id=order.pk, proof_digest__gt="")
        return dispatch.add_number(
            order_id=order.pk, parcel_id=parcel.pk, carrier=carrier, number=number, at=at
        )

    def scan(self, at, learnt, kind="picked_up"):
        dispatch.track(carrier="DHL", number="JD9", kind=kind, happened_at=at, at=learnt)

    @pytest.mark.rule("DSP-3")
    @pytest.mark.parametrize(("hours", "state"), [(1, "kept"), (47, "late"), (49, "kept")])
    def test_scans_count_against_the_submission_of_the_proof(self, order, hours, state):
        """A scan within the 48 hours decides although it is after the deadline; a later one changes nothing."""
        handed = deadline(order) - 2 * HOUR
        hand_over(order, handed)
        learnt = handed + 5 * DAY
        assert seen(order, learnt).dispatch == "kept"
        self.add(order, learnt)
        self.scan(handed + hours * HOUR, learnt)
        assert seen(order, learnt).dispatch == state
        assert Parcel.objects.get().submitted_at == handed

    @pytest.mark.rule("DLV-3")
    def test_the_carrier_can_report_delivery(self, order):
        hand_over(order)
        self.add(order, NOW + DAY)
        self.scan(NOW + 2 * DAY, NOW + 3 * DAY, "delivered")
        assert seen(order, NOW + 3 * DAY).delivered_at == NOW + 2 * DAY

    @pytest.mark.rule("DSP-3")
    def test_the_same_number_again_changes_nothing_and_another_is_refused(self, order):
        hand_over(order)
        self.add(order, NOW + DAY)
        self.add(order, NOW + 2 * DAY)
        assert Event.objects.filter(kind="parcel_numbered").count() == 1
        with refused("DSP-3", field="number"):
            self.add(order, NOW + 2 * DAY, number="JD10")

    @pytest.mark.rule("DSP-3")
    def test_a_number_in_use_is_refused(self, order):
        hand_over(order, last=False)
        hand_over(order, number="JD9", carrier="DHL", proof=())
        with refused("DSP-3", field="number"):
            self.add(order, NOW + DAY)
        assert Parcel.objects.filter(number="").count() == 1

    @pytest.mark.rule("DSP-3")
    def test_the_proof_sent_again_is_still_the_same_parcel(self, order):
        first = hand_over(order, last=False)
        self.add(order, NOW + HOUR)
        assert hand_over(order, NOW + DAY, last=False).pk == first.pk


@pytest.mark.rule("DSP-3")
def test_no_carrier_speaks_of_a_parcel_without_a_number(order):
    hand_over(order)
    with refused("DSP-3", field="number"):
        dispatch.track(carrier="Own truck", number="", kind="delivered", happened_at=NOW, at=NOW)


class TestPages:
    @pytest.fixture
    def office(self, client: Client, ming):
        client.force_login(ming)
        client.cookies["django_language"] = "en"
        with clock.frozen(NOW):
            yield client

    def submit(self, office, order, *files, number=""):
        given = {"carrier": "Own truck", "number": number, "last": "on", "proof": list(files)}
        return office.post(reverse("ma:dispatch", args=[order.number]), given)

    def proof(self):
        return SimpleUploadedFile("waybill.jpg", make.picture())

    def test_neither_is_refused_beside_the_field_with_what_was_typed(self, office, order):
        answer = self.submit(office, order)
        page = answer.content.decode()
        assert answer.status_code == 422
        [error] = re.findall(r'id="parcel_number_error">.*?</span></span>', page)
        assert "A parcel needs a tracking number or a proof of dispatch." in error
        assert 'value="Own truck"' in page

    def test_both_sides_see_what_it_is(self, office, order):
        for _twice in range(2):
            self.submit(office, order, self.proof())
        parcel = Parcel.objects.get()
        page = office.get(reverse("ma:order", args=[order.number])).content.decode()
        assert "None; submitted by proof" in page and "waybill.jpg" in page
        buyer = Client()
        buyer.force_login(order.buyer)
        page = buyer.get(reverse("orders:detail", args=[order.number])).content.decode()
        assert "No tracking" in page and "confirm receipt when you have it" in page
        where = reverse("ma:parcel-number", args=[order.number])
        refused = office.post(where, {"parcel": parcel.pk, "carrier": "DHL", "number": "?"})
        assert refused.status_code == 422
        assert "3 to 60 letters" in refused.content.decode()
        office.post(where, {"parcel": parcel.pk, "carrier": "DHL", "number": "jd 77"})
        parcel.refresh_from_db()
        assert str(parcel) == "DHL JD77"
        page = buyer.get(reverse("orders:detail", args=[order.number])).content.decode()
        assert "No tracking" not in page and "Proof of dispatch submitted" in page
        assert (
            "Add a tracking number"
            not in office.get(reverse("ma:order", args=[order.number])).content.decode()
        )
