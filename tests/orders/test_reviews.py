"""Reviews: once, by the buyer, of a completed order; one reply; shown with an average."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.days import end_of
from assurance.notices.models import Notice
from orders.models import Review
from orders.queries.reviews import of_product
from orders.rules.reviews import last_day
from orders.services import dispatch, receipt, refunds, reviews
from orders.services.reviews import Stars
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db
GOOD = Stars(5, 4, 3)


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def mug(ming):
    return make.product(make.seller(staff=ming))


@pytest.fixture
def order(mug):
    return completed(mug)


def completed(mug):
    made = make.order(make.person("alice"), {mug: 2})
    dispatch.dispatch(order_id=made.pk, carrier="DHL", number=f"W{made.pk}", last=True, at=NOW)
    return receipt.receive(order_id=made.pk, at=NOW)


def review(order, stars=GOOD, words="Fine", at=NOW):
    return reviews.review(order_id=order.pk, stars=stars, words=words, at=at)


@pytest.mark.rule("STA-1")
def test_once_and_a_repeat_is_the_same(order, ming):
    assert review(order) == review(order)
    with refused("STA-1"):
        review(order, Stars(1, 1, 1))
    assert (Review.objects.get().product_stars, Notice.objects.filter(kind="order_reviewed").count()) == (
        5,
        1,
    )


@pytest.mark.rule("STA-1")
def test_only_once_completed_and_not_refunded(mug, order):
    with refused("STA-1"):
        review(make.order(make.person("bob"), {mug: 1}))
    refunds.agreed(order_id=order.pk, amount=None, at=NOW)
    with refused("STA-1"):
        review(order)


@pytest.mark.rule("STA-1")
def test_through_the_sixtieth_day(mug, order):
    end = end_of(last_day(NOW))
    with refused("STA-1"):
        review(order, at=end)
    review(order, at=end - timedelta(seconds=1))


@pytest.mark.rule("STA-1")
def test_one_reply(order):
    with refused("STA-1"):
        reviews.reply(order_id=order.pk, words="Thanks", at=NOW)
    review(order)
    for _again in range(2):
        reviews.reply(order_id=order.pk, words="Thanks", at=NOW)
    with refused("STA-1"):
        reviews.reply(order_id=order.pk, words="Other", at=NOW)
    assert Notice.objects.filter(kind="review_replied").count() == 1


def test_a_product_shows_the_latest_and_the_average_of_all_in_one_query(mug, django_assert_num_queries):
    for stars in (5, 4, 4, 5, 5, 2):
        review(completed(mug), Stars(stars, 5, 5))
    with django_assert_num_queries(1):
        found = of_product(mug.pk)
    assert (len(found.rows), found.count, found.average) == (5, 6, Decimal("4.2"))


def test_the_pages(client, order, mug, ming):
    client.cookies["django_language"] = "en"
    client.force_login(order.buyer)
    mine, theirs = (reverse(f"{site}:review", args=[order.number]) for site in ("orders", "ma"))
    with clock.frozen(NOW):
        wrong = client.post(mine, {"product": "6", "service": "4", "shipment": "3", "words": "Kept words"})
        assert wrong.status_code == 422
        assert "Kept words" in wrong.content.decode()
        sent = {"product": "5", "service": "4", "shipment": "3", "words": "A <b>fine</b> mug"}
        client.post(mine, sent)
        assert client.post(mine, sent | {"product": "1"}).status_code == 409
        client.force_login(ming)
        assert client.post(theirs, {"words": " "}).status_code == 422
        client.post(theirs, {"words": "Thank you"})
        client.logout()
        client.cookies["django_language"] = "en"
        html = client.get(reverse("shop:product", args=[mug.pk])).content.decode()
    assert "A &lt;b&gt;fine&lt;/b&gt; mug" in html
    assert "Thank you" in html
    assert order.buyer.name not in html


class TestRoute:
    """The last stop of the order's way, alike on the buyer's page and the supplier's."""

    @pytest.fixture(params=["orders:detail", "ma:order"])
    def stop(self, request, client, ming):
        client.cookies["django_language"] = "en"

        def shown(order, at=NOW):
            client.force_login(ming if request.param == "ma:order" else order.buyer)
            with clock.frozen(at):
                answer = client.get(reverse(request.param, args=[order.number]))
            last = answer.context["stops"][-1]
            values = last if isinstance(last, dict) else vars(last)
            return values["label"], values["state"], values["note"], bool(values.get("current"))

        return shown

    def test_it_lies_ahead_until_the_goods_are_received(self, stop, mug):
        assert stop(make.order(make.person("bob"), {mug: 1})) == ("Reviews", "", "", False)

    def test_it_is_the_present_one_until_the_last_day(self, stop, order):
        assert stop(order) == ("Reviews", "now", "by 14 May 2021", True)
        assert stop(order, end_of(last_day(NOW))) == ("Reviews", "off", "not written", False)

    def test_it_is_done_with_the_review(self, stop, order):
        review(order)
        assert stop(order) == ("Reviews", "done", "15 Mar 2021", False)

    def test_a_refunded_order_gets_none_and_keeps_the_one_that_it_has(self, stop, mug, order):
        other = completed(mug)
        review(other)
        for one in (order, other):
            refunds.agreed(order_id=one.pk, amount=None, at=NOW)
        assert stop(order)[1] == "off"
        assert stop(other)[1] == "done"
