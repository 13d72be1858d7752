"""Messages on an order: who reads them, one effect for one form, and who is told when."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.urls import reverse

from assurance.kernel import clock
from assurance.notices.models import Notice
from orders.models import Attachment, Message
from orders.queries import messages as found
from orders.services import closing, messages
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db
TOKEN = "0b3ddf0e-2c3b-4b0c-9d4b-3c2b1a0f9e8d"


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def order(ming):
    return make.order(make.person("alice"), {make.product(make.seller(staff=ming)): 2}, paid=False)


def send(order, token, *, side="buyer", at=NOW, **more):
    return messages.send(order_id=order.pk, side=side, words="Hello", token=token, at=at, **more)


def told(user):
    return Notice.objects.filter(user=user, kind="message_received").count()


def test_one_form_is_one_message_with_its_files(order):
    for _again in range(2):
        send(order, "one", uploads=[make.upload()])
    assert (Message.objects.count(), Attachment.objects.count()) == (1, 1)


def test_who_writes_several_in_a_row_rings_once(order, ming):
    for n, minutes in enumerate((0, 5, 19, 20)):
        send(order, f"a{n}", at=NOW + timedelta(minutes=minutes))
    assert told(ming) == 1
    send(order, "later", at=NOW + timedelta(minutes=35))
    assert (told(ming), told(order.buyer)) == (2, 0)
    send(order, "answer", side="supplier", at=NOW + timedelta(minutes=36))
    assert told(order.buyer) == 1


@pytest.mark.rule("STA-1")
def test_not_on_a_draft_but_on_a_closed_order(order):
    type(order).objects.filter(pk=order.pk).update(state="draft")
    with refused("STA-1"):
        send(order, "draft")
    type(order).objects.filter(pk=order.pk).update(state="awaiting_payment")
    closing.cancel(order_id=order.pk, by="buyer", at=NOW)
    assert send(order, "closed").words == "Hello"


def test_a_message_is_never_changed(order):
    send(order, "one")
    for change in (lambda: Message.objects.update(words=""), lambda: Message.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_many_are_read_a_page_at_a_time_in_two_queries(order, django_assert_num_queries):
    for n in range(found.PAGE + 2):
        send(order, f"n{n}")
    with django_assert_num_queries(2):
        first = found.page(order.pk)
    assert len(first.rows) == found.PAGE
    rest = found.page(order.pk, first.older)
    assert (len(rest.rows), rest.older) == (2, None)


@pytest.mark.parametrize("side", ["buyer", "supplier"])
def test_either_side_writes_and_both_read(client, order, ming, side):
    own, other = ("orders:messages", "ma:messages") if side == "buyer" else ("ma:messages", "orders:messages")
    people = {"orders:messages": order.buyer, "ma:messages": ming}
    client.cookies["django_language"] = "en"
    client.force_login(people[own])
    page = reverse(own, args=[order.number])
    with clock.frozen(NOW):
        file = SimpleUploadedFile("crate.jpg", make.picture())
        for _again in range(2):
            file.seek(0)
            client.post(page, {"words": "Is it <b>packed</b>?", "token": TOKEN, "attached": file})
        lies = SimpleUploadedFile("crate.jpg", b"MZ")
        wrong = client.post(page, {"words": "Kept words", "token": TOKEN, "attached": lies})
        assert wrong.status_code == 422
        assert "Kept words" in wrong.content.decode()
        assert client.post(page, {"words": " ", "token": TOKEN}).status_code == 422
        assert client.post(page, {"words": "x" * 2001, "token": TOKEN}).status_code == 422
        client.force_login(people[other])
        html = client.get(reverse(other, args=[order.number])).content.decode()
    assert "Is it &lt;b&gt;packed&lt;/b&gt;?" in html
    assert "crate.jpg" in html
    assert Message.objects.count() == 1
