"""The inbox: every kind of notice has words in both languages, and each person reads their own."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from assurance.kernel import clock
from assurance.kernel.units import ZONE
from assurance.notices import wording
from assurance.notices.models import Notice
from assurance.notices.services import tell
from orders.services import amendment
from tests import factories as make

LATE = datetime(2021, 3, 22, 0, 0, tzinfo=ZONE)
# What a notice may carry; every kind takes its own from here.
DATA = {
    "number": "80916059001026709",
    "because": "unpaid",
    "guarantee": "dispatch",
    "amount": "10.00",
    "open": "4.00",
    "face": "10",
    "day": "2021-04-01",
    "last_day": "2021-06-20",
    "currency": "USD",
    "key": "5d2e6a0e-7a53-4b0e-8a3b-0d8f4c1f7b11",
}


@pytest.fixture
def order(db):
    seller, way = make.seller(staff=make.person("ming")), make.line()
    mug = make.product(seller, ships_by=make.template(seller, way))
    return make.order(make.person("alice"), {mug: 1}, by=way)


@pytest.fixture
def shop(client, order):
    client.force_login(order.buyer)
    with clock.frozen(LATE):
        yield client


def said(answer):
    return " ".join(answer.content.decode().split()).replace("\xa0", " ")


def told(order, kind="order_dispatched", **data):
    tell([order.buyer_id], kind, about="order", about_id=order.pk, at=make.NOW, number=order.number, **data)
    return Notice.objects.latest("pk")


def test_every_kind_that_is_told_has_words():
    """Kinds are read from the services: one that is added must be said too."""
    apps = ("orders", "claims", "coupons", "sellers")
    files = [
        path
        for app in apps
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
        if "views" not in path.parts
    ]
    source = "".join(path.read_text() for path in files)
    found = set(re.findall(r'(?:tell_\w+|tell)\(\s*(?:[\w\[\]., ()*]+,\s*)?"(\w+)"', source))
    assert len(found) > 15
    assert found <= wording.KINDS


PAIRS = [(kind, side) for side, said in wording._TABLES.items() for kind in sorted(said)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("kind", "side"), PAIRS)
def test_words_are_whole_in_both_languages(kind, side, language):
    notice = Notice(kind=kind, about="order", about_id=1, data=DATA | {"side": side}, happened_at=make.NOW)
    with translation.override(language):
        title, body, _page = wording.words(notice)
    assert title
    assert body
    assert "%(" not in title + body


def test_the_newest_comes_first_and_unread_ones_are_counted(shop, order):
    told(order)
    amendment.propose(order_id=order.pk, day=date(2021, 3, 25), reason="Kiln", at=make.NOW)
    answer = shop.get("/notices/")
    assert "another dispatch day is proposed" in answer.context["rows"][0].title
    assert 'aria-label="2 unread"' in said(answer)


def test_following_a_notice_reads_it_once(shop, order):
    notice = told(order)
    assert shop.get(f"/notices/{notice.pk}/").url == f"/orders/{order.number}/"
    notice.refresh_from_db()
    assert notice.read_at == LATE
    with clock.frozen(LATE.replace(hour=9)):
        shop.get(f"/notices/{notice.pk}/")
    notice.refresh_from_db()
    assert notice.read_at == LATE


def test_all_are_read_with_one_button(shop, order):
    told(order)
    told(order)
    shop.get("/notices/read/")
    assert Notice.objects.filter(user=order.buyer, read_at=None).count() == 2, "a GET does nothing"
    answer = shop.post("/notices/read/", follow=True)
    assert "All notices are marked as read." in said(answer)
    assert not Notice.objects.filter(user=order.buyer, read_at=None).exists()
    assert "Nothing unread" in said(shop.get("/notices/?unread"))


def test_the_sellers_office_shows_the_same_inbox_in_its_own_frame(client, order):
    ming = order.seller.staff.get().user
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    with clock.frozen(LATE):
        answer = client.get("/ma/notices/")
        assert "New order" in answer.context["rows"][-1].title
        assert 'href="/ma/orders/"' in said(answer)
        done = client.post("/ma/notices/read/", follow=True)
    assert done.redirect_chain[-1][0] == "/ma/notices/"
    assert not Notice.objects.filter(user=ming, read_at=None).exists()
    client.force_login(order.buyer)
    assert client.get("/ma/notices/").status_code == 404


def test_another_persons_notice_is_not_there(client, order):
    notice = told(order)
    client.force_login(make.person("bob"))
    assert client.get(f"/notices/{notice.pk}/").status_code == 404
    assert client.get("/notices/99999999999999999999/").status_code == 404
    client.post("/notices/read/")
    notice.refresh_from_db()
    assert notice.read_at is None
    assert order.number not in said(client.get("/notices/"))


def test_a_visitor_signs_in(client, db):
    for path in ("/notices/", "/notices/1/", "/notices/read/"):
        assert "/account/login/" in client.get(path).url


def test_queries_do_not_grow_with_the_notices(shop, order, django_assert_max_num_queries):
    for _ in range(20):
        told(order)
    shop.get("/notices/")
    with django_assert_max_num_queries(7):
        shop.get("/notices/")
