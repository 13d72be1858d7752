"""Files on an order: kept once, shown to its two sides and ops, never run."""

import pytest
from django.core.files.storage import default_storage

from assurance.kernel.events import Actor
from orders.models import Attachment, Purpose
from orders.queries import files as found
from orders.services import files
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    ming = make.person("ming")
    shop = make.seller(staff=ming)
    return make.order(make.person("alice"), {make.product(shop): 2})


def keep(order, *names: str) -> list[Attachment]:
    sent = [make.upload(name) for name in names]
    return files.keep(order, Purpose.MESSAGE, 7, sent, at=make.NOW, actor=Actor("buyer", order.buyer_id))


def test_a_picture_is_shown_in_the_page_and_a_document_downloaded(client, order):
    crate, waybill = keep(order, "crate.jpg", "waybill.pdf")
    client.force_login(order.buyer)
    shown = client.get(f"/files/{crate.key}/")
    assert (shown["Content-Type"], shown["Content-Disposition"]) == (
        "image/jpeg",
        'inline; filename="crate.jpg"',
    )
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    loaded = client.get(f"/files/{waybill.key}/")
    assert loaded["Content-Disposition"] == 'attachment; filename="waybill.pdf"'
    for answer in (shown, loaded):
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]


def test_a_stranger_finds_no_file(client, order):
    [crate] = keep(order, "crate.jpg")
    assert client.get(f"/files/{crate.key}/").status_code == 302, "nobody is asked to sign in"
    client.force_login(make.person("mallory"))
    assert client.get(f"/files/{crate.key}/").status_code == 404
    assert client.get("/files/0123/").status_code == 404


def test_a_row_whose_file_was_lost_is_not_found(client, order):
    [crate] = keep(order, "crate.jpg")
    default_storage.delete(crate.path)
    client.force_login(order.seller.staff.get().user)
    assert client.get(f"/files/{crate.key}/").status_code == 404


def test_files_come_with_what_they_were_sent_with(order, django_assert_num_queries):
    first, second = keep(order, "crate.jpg", "waybill.pdf")
    with django_assert_num_queries(1):
        assert found.of(order.pk, Purpose.MESSAGE) == {7: [first, second]}
    assert found.of(order.pk, Purpose.PROOF) == {}
