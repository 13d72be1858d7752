"""Files sent as Base64: what is taken, what is refused, and that a file is kept once."""

from base64 import b64encode

import pytest

from assurance.api.files import MOST_BASE64
from logistics.models import Parcel
from orders.models import Attachment, Purpose
from orders.services import closing, start
from tests import factories
from tests.api.conftest import started
from tests.api.verbs import CRATE, WAYBILL, given
from tests.factories import ADDRESS, NOW

pytestmark = pytest.mark.django_db

PARCEL = {"carrier": "DHL", "number": "JD1"}


def easy(w):
    """A paid order that Ming drafted with easy dispatch."""
    draft = start.Draft(
        items={w.mug.pk: 10}, line_id=w.line.pk, destination="US", address=ADDRESS, export="easy"
    )
    order = start.by_seller(seller_id=w.shop.pk, buyer_id=w.alice.pk, draft=draft, at=NOW)
    closing.confirm(order_id=order.pk, by="buyer", at=NOW)
    factories.pay(order, at=NOW)
    return order


def dispatch_of(order):
    return f"orders/{order.number}/dispatch/"


@pytest.mark.parametrize("proof", [CRATE, WAYBILL], ids=["picture", "pdf"])
def test_a_proof_of_dispatch_is_kept_with_its_parcel(world, proof):
    order = started(world)
    assert world.seller.post(dispatch_of(order), PARCEL | {"proof": [proof]})[0] == 200
    file = Attachment.objects.get()
    assert (file.name, file.purpose, file.about_id) == (proof["name"], Purpose.PROOF, Parcel.objects.get().pk)
    assert file.sent_by == world.ming


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (given("waybill.pdf", factories.picture()), "is not what its name says"),
        (given("crate.jpg", factories.picture("PNG")), "is not what its name says"),
        (given("crate.jpg", b"<html><script>1</script>"), "is not taken"),
        (given("waybill.exe", b"MZ\x90\x00"), "is not taken"),
        (given("crate.jpg", factories.picture()[:200]), "is damaged"),
        (CRATE | {"content": "not Base64!"}, "This is not Base64."),
        (CRATE | {"content": CRATE["content"][:-1]}, "This is not Base64."),
        (CRATE | {"content": "A" * (MOST_BASE64 + 4)}, "no more than 2000000 characters"),
    ],
    ids=["pdf", "png", "html", "exe", "cut", "text", "padding", "large"],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_no_parcel_written(world, file, says):
    order = started(world)
    status, problem = world.seller.post(dispatch_of(order), PARCEL | {"proof": [file]})
    assert (status, list(problem["errors"])) == (400, ["proof.0.content"])
    assert says in problem["errors"]["proof.0.content"][0]
    assert not Parcel.objects.exists() and not Attachment.objects.exists()


def test_as_many_proofs_go_with_a_parcel_as_on_the_page(world):
    address = dispatch_of(started(world))
    status, problem = world.seller.post(address, PARCEL | {"proof": [CRATE] * 4})
    assert (status, list(problem["errors"])) == (400, ["proof"])
    assert world.seller.post(address, PARCEL | {"proof": [CRATE, WAYBILL, CRATE]})[0] == 200
    assert Attachment.objects.count() == 3


def test_a_request_that_is_larger_than_any_is_refused_as_a_whole(world):
    content = b64encode(b"%PDF-" + b"0" * 2_000_000).decode()
    answer = world.seller.send(
        dispatch_of(started(world)), PARCEL | {"proof": [WAYBILL | {"content": content}]}
    )
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.rule("ORD-6")
def test_easy_dispatch_asks_for_a_proof(world):
    order = easy(world)
    status, problem = world.seller.post(dispatch_of(order), PARCEL)
    assert (status, problem["rule"], list(problem["errors"])) == (422, "ORD-6", ["proof"])
    assert (
        world.seller.post(dispatch_of(order), PARCEL | {"proof": [WAYBILL]})[1]["state"] == "awaiting_receipt"
    )


def test_a_parcel_sent_again_is_the_same_with_one_proof(world):
    order = started(world)
    body = PARCEL | {"proof": [WAYBILL]}
    first, again = (world.seller.send(dispatch_of(order), body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.content == again.content
    assert world.seller.post(dispatch_of(order), body)[0] == 200
    assert (Parcel.objects.count(), Attachment.objects.count()) == (1, 1)
