"""Messages on an order: who reads them, one effect for one form, and who is told when."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.urls import reverse

from assurance.kernel import clock
from assurance.notices.models import Notice
from orders.models import Attachment, Message, Unread
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


def test_a_form_sent_back_says_that_its_files_are_gone(client, order):
    """A browser keeps no file in a form that comes back; who does not notice sends the words without them."""
    client.cookies["django_language"] = "en"
    client.force_login(order.buyer)
    page, again = reverse("orders:messages", args=[order.number]), "choose your files again"
    for content, words, is_told in (
        (make.picture(), "x" * 2001, True),
        (b"MZ", "Here it is", False),  # its own error says which file
        (None, " ", False),
    ):
        sent: dict[str, object] = {"words": words, "token": TOKEN}
        if content is not None:
            sent["attached"] = SimpleUploadedFile("crate.jpg", content)
        with clock.frozen(NOW):
            answer = client.post(page, sent)
        assert answer.status_code == 422
        assert (again in answer.content.decode()) == is_told, words[:9]


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
            sent = client.post(page, {"words": "Is it <b>packed</b>?", "token": TOKEN, "attached": file})
        assert "Your message is sent." in client.get(sent.url).content.decode()
        lies = SimpleUploadedFile("crate.jpg", b"MZ")
        wrong = client.post(page, {"words": "Kept words", "token": TOKEN, "attached": lies})
        assert wrong.status_code == 422
        assert "Kept words" in wrong.content.decode()
        assert client.post(page, {"words": " ", "token": TOKEN}).status_code == 422
        long = client.post(page, {"words": "x" * 2001, "token": TOKEN})
        assert long.status_code == 422 and 'maxlength="2000"' not in long.content.decode()
        assert "x" * 2001 in long.content.decode() and "Nothing was sent" in long.content.decode()
        client.force_login(people[other])
        html = client.get(reverse(other, args=[order.number])).content.decode()
    assert "Is it &lt;b&gt;packed&lt;/b&gt;?" in html
    assert "crate.jpg" in html
    assert Message.objects.count() == 1


SIDES = {"buyer": ("orders", "orders:messages_read"), "supplier": ("ma", "ma:messages-read")}


class TestUnread:
    """What a side has not read is seen on its list and on the order, until the thread has been on screen."""

    @pytest.fixture
    def office(self, client, order, ming):
        client.cookies["django_language"] = "en"
        people = {"orders": order.buyer, "ma": ming}

        def show(part, name, *, post=None, htmx=False):
            client.force_login(people[part])
            path = reverse(name, args=[order.number] if name not in ("orders:list", "ma:orders") else [])
            headers = {"HX-Request": "true"} if htmx else {}
            with clock.frozen(NOW):
                return client.get(path) if post is None else client.post(path, post, headers=headers)

        return show

    def marks(self, office, part):
        """Whether the list and the order's page of a side say so."""
        pages = {"orders": ("orders:list", "orders:detail"), "ma": ("ma:orders", "ma:order")}[part]
        html = [office(part, name).content.decode() for name in pages]
        return "New message" in html[0], ">New<" in html[1]

    @pytest.mark.parametrize("side", SIDES)
    def test_the_other_side_sees_it_until_it_has_read(self, office, order, side):
        other = "supplier" if side == "buyer" else "buyer"
        (own, _read), (theirs, read) = SIDES[side], SIDES[other]
        send(order, "one", side=side)
        assert self.marks(office, theirs) == (True, True)
        assert self.marks(office, own) == (False, False)
        html = office(theirs, f"{theirs}:messages").content.decode()
        seen = Unread.objects.get().latest
        assert f'name="seen" value="{seen}"' in html
        assert ">New<" in html
        assert self.marks(office, theirs) == (True, True), "looking writes nothing"
        answer = office(theirs, read, post={"seen": seen}, htmx=True)
        assert (answer.status_code, "Marked as read" in answer.content.decode()) == (200, True)
        assert self.marks(office, theirs) == (False, False)
        assert 'name="seen"' not in office(theirs, f"{theirs}:messages").content.decode()

    def test_without_htmx_the_button_leads_back_to_the_thread(self, office, order):
        send(order, "one")
        answer = office("ma", "ma:messages-read", post={"seen": Unread.objects.get().latest})
        assert answer.url == reverse("ma:messages", args=[order.number])
        assert not Unread.objects.exists()

    def test_one_that_came_meanwhile_stays_unread(self, office, order):
        first = send(order, "one")
        seen = Unread.objects.get().latest
        second = send(order, "two")
        office("ma", "ma:messages-read", post={"seen": seen})
        row = Unread.objects.get()
        assert (row.first, row.latest) == (first.pk, second.pk)

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
    def test_what_is_no_stamp_marks_nothing(self, office, order, seen):
        send(order, "one")
        assert office("ma", "ma:messages-read", post={"seen": seen}).status_code == 302
        assert Unread.objects.exists()

    def test_each_side_has_its_own(self, order):
        send(order, "one")
        send(order, "two", side="supplier")
        messages.read(order_id=order.pk, side="buyer", seen=Unread.objects.get(side="buyer").latest)
        assert [row.side for row in Unread.objects.all()] == ["supplier"]

    def test_of_two_writers_at_once_the_one_that_is_seen_last_counts(self, order):
        """Ids are drawn before the commit: the page was made when only the later id could be seen."""
        first, second = send(order, "one"), send(order, "two")
        page = Unread.objects.get().latest
        messages._mark(order, "supplier", first)
        messages.read(order_id=order.pk, side="supplier", seen=page)
        assert (page, Unread.objects.get().latest) == (second.pk, first.pk)
