"""Proof of dispatch: easy dispatch asks for one, others may have one; a file is checked and kept once (ORD-6)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assurance.kernel import clock
from logistics.models import Parcel
from orders.models import Attachment, Order, Purpose
from orders.rules import terms
from orders.services import closing, dispatch, start
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def easy(ming) -> Order:
    """A paid order whose seller chose easy dispatch."""
    shop, line, alice = make.seller(staff=ming), make.line(), make.person("alice")
    mug = make.product(shop, ships_by=make.template(shop, line))
    draft = start.Draft(
        items={mug.pk: 10}, line_id=line.pk, destination="US", address=make.ADDRESS, export="easy"
    )
    order = start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=draft, at=NOW)
    closing.confirm(order_id=order.pk, by="buyer", at=NOW)
    make.pay(order, at=NOW)
    return order


def send(order, number="JD1", *, last=True, proof=()):
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number=number, last=last, proof=proof, at=NOW)


@pytest.mark.rule("ORD-6")
@pytest.mark.parametrize(
    ("export", "has_proof", "is_refused"),
    [("easy", False, True), ("easy", True, False), ("self", False, False), ("market", False, False)],
)
def test_who_must_prove_it(export, has_proof, is_refused):
    if is_refused:
        with refused("ORD-6", field="proof"):
            terms.check_proof(export, has_proof=has_proof)
    else:
        terms.check_proof(export, has_proof=has_proof)


@pytest.mark.rule("ORD-6", "DSP-3")
def test_the_last_parcel_is_not_taken_without_proof_and_nothing_is_written(easy):
    with refused("ORD-6", field="proof"):
        send(easy)
    assert not Parcel.objects.exists()
    send(easy, proof=[make.upload("waybill.pdf")])
    send(easy, proof=[make.upload("waybill.pdf")])
    file = Attachment.objects.get()
    assert (file.order, file.purpose, file.about_id) == (easy, Purpose.PROOF, Parcel.objects.get().pk)


@pytest.mark.rule("ORD-6")
def test_proof_sent_with_an_earlier_parcel_counts(easy):
    send(easy, "JD1", last=False, proof=[make.upload("crate.jpg")])
    send(easy, "JD2")
    easy.refresh_from_db()
    assert easy.state == "awaiting_receipt"


class TestPages:
    @pytest.fixture
    def office(self, client: Client, ming):
        client.force_login(ming)
        client.cookies["django_language"] = "en"
        with clock.frozen(NOW):
            yield client

    def post(self, office, order, *files):
        given = {"carrier": "DHL", "number": "JD 77", "last": "on", "proof": list(files)}
        return office.post(reverse("ma:dispatch", args=[order.number]), given)

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("", b"", "Easy dispatch asks for a proof of dispatch."),
            ("waybill.pdf", make.picture(), "is not what its name says"),
            ("waybill.exe", b"MZ\x90\x00", "is not taken"),
            ("waybill.jpg", b"<html><script>1</script>", "is not taken"),
        ],
    )
    def test_a_missing_or_lying_file_is_refused_beside_the_field(self, office, easy, name, content, says):
        files = [SimpleUploadedFile(name, content)] if name else []
        answer = self.post(office, easy, *files)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert says in page
        assert 'value="JD 77"' in page
        assert not Parcel.objects.exists()

    def test_both_sides_see_it(self, office, easy):
        assert self.post(office, easy, SimpleUploadedFile("crate.jpg", make.picture())).status_code == 302
        assert "crate.jpg" in office.get(reverse("ma:order", args=[easy.number])).content.decode()
        buyer = Client()
        buyer.force_login(easy.buyer)
        assert "crate.jpg" in buyer.get(reverse("orders:detail", args=[easy.number])).content.decode()
