"""Production updates: shown once for one form, told to the buyer, while the goods are made."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assurance.kernel import clock
from assurance.notices.models import Notice
from orders.models import ProductionUpdate
from orders.services import dispatch, production
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db
TOKEN = "0b3ddf0e-2c3b-4b0c-9d4b-3c2b1a0f9e8d"


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def mug(ming):
    return make.product(make.seller(staff=ming))


def show(order, token="one"):
    return production.show(order_id=order.pk, stage="making", words="Fired", token=token, at=NOW)


@pytest.mark.rule("STA-1")
def test_while_the_goods_are_made(mug):
    buyer = make.person("alice")
    with refused("STA-1"):
        show(make.order(buyer, {mug: 1}, paid=False))
    order = make.order(buyer, {mug: 1})
    assert show(order) == show(order)
    assert Notice.objects.filter(user=buyer, kind="production_shown").count() == 1
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="W1", last=True, at=NOW)
    with refused("STA-1"):
        show(order, "two")


@pytest.mark.rule("STA-1")
def test_one_that_shows_nothing_new_is_refused(mug):
    order = make.order(make.person("alice"), {mug: 1})

    def show(token, stage, words="", uploads=()):
        return production.show(
            order_id=order.pk, stage=stage, words=words, uploads=uploads, token=token, at=NOW
        )

    assert show("one", "making") == show("one", "making")
    with refused("STA-1", field="words"):
        show("two", "making")
    show("three", "making", uploads=[make.upload()])
    show("four", "packing")
    assert ProductionUpdate.objects.count() == 3


def test_the_pages(client, mug, ming):
    order = make.order(make.person("alice"), {mug: 1})
    client.cookies["django_language"] = "en"
    client.force_login(ming)
    page = reverse("ma:production", args=[order.number])
    sent = {"stage": "packing", "words": "Packed <b>well</b>", "token": TOKEN}
    with clock.frozen(NOW):
        document = SimpleUploadedFile("list.pdf", b"%PDF-1.7\n%%EOF")
        wrong = client.post(page, sent | {"pictures": document})
        assert wrong.status_code == 422
        assert "Packed" in wrong.content.decode()
        for _again in range(2):
            client.post(page, sent | {"pictures": SimpleUploadedFile("crate.jpg", make.picture())})
        empty = {"stage": "packing", "token": "6f8f9ab2-8c3b-4c7e-9f33-0a3f2f6c0b11"}
        assert "choose another stage" in client.post(page, empty).content.decode()
        client.force_login(order.buyer)
        html = client.get(reverse("orders:production", args=[order.number])).content.decode()
    assert "Packed &lt;b&gt;well&lt;/b&gt;" in html
    assert "crate.jpg" in html
    assert ProductionUpdate.objects.count() == 1
