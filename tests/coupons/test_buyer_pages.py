"""*My coupons*: states by the clock, where they came from and where they went (CPN-2, CPN-4)."""

from datetime import date, datetime, timedelta

import pytest

from assurance.kernel import clock
from assurance.kernel.units import ZONE
from claims import services as claims
from coupons.models import Coupon
from orders.services import payment
from tests import factories as make

LATE = datetime(2021, 3, 22, 0, 0, tzinfo=ZONE)


@pytest.fixture
def world(db):
    seller, way = make.seller(), make.line()
    return make.person("alice"), make.product(seller, ships_by=make.template(seller, way)), way


@pytest.fixture
def shop(client, world):
    client.force_login(world[0])
    with clock.frozen(LATE):
        yield client


def coupon(world):
    """Got for an order that was late."""
    buyer, mug, way = world
    order = make.order(buyer, {mug: 10}, by=way)
    made = claims.file(order_id=order.pk, guarantee="dispatch", user_id=buyer.pk, at=LATE)
    return claims.approve(claim_id=made.pk, reason="Late", at=LATE).coupon


def unpaid(world):
    buyer, mug, way = world
    return make.order(buyer, {mug: 10}, by=way, at=LATE, paid=False)


def said(answer):
    return " ".join(answer.content.decode().split()).replace("\xa0", " ")


def states(answer):
    return [row.state for row in answer.context["rows"]]


def test_each_state_with_where_it_came_from_and_went(shop, world):
    active, reserved, used, ended = (coupon(world) for _ in range(4))
    waits, paid = unpaid(world), unpaid(world)
    payment.start(order_id=waits.pk, method="visa", coupon_id=reserved.pk, at=LATE)
    make.pay(paid, coupon_id=used.pk, at=LATE)
    Coupon.objects.filter(pk=ended.pk).update(last_day=date(2021, 3, 21))
    answer = shop.get("/coupons/")
    assert states(answer) == ["active", "reserved", "redeemed", "void"], "first what can be used"
    html = said(answer)
    for order in (waits, paid):
        assert f"/orders/{order.number}/" in html
    assert "late dispatch, claim approved 22 Mar 2021" in html
    assert "in 90 days" in html
    counts = {name: count for name, _label, count in answer.context["tabs"]}
    assert counts == {"all": 4, "active": 1, "reserved": 1, "redeemed": 1, "void": 1}
    for state in ("active", "reserved", "redeemed", "void"):
        assert states(shop.get("/coupons/", {"tab": state})) == [state]
    assert len(states(shop.get("/coupons/", {"tab": "none-such"}))) == 4
    assert active.pk == answer.context["rows"][0].coupon.pk


@pytest.mark.parametrize(("at", "state"), [(-timedelta(microseconds=1), "active"), (timedelta(0), "void")])
def test_it_is_void_from_the_first_instant_after_its_last_day(shop, world, at, state):
    coupon(world)
    end = datetime(2021, 6, 21, 0, 0, tzinfo=ZONE)
    with clock.frozen(end + at):
        assert states(shop.get("/coupons/")) == [state]


def test_a_reservation_ends_with_its_order_though_no_job_has_run(shop, world):
    reserved = coupon(world)
    order = unpaid(world)
    payment.start(order_id=order.pk, method="visa", coupon_id=reserved.pk, at=LATE)
    end = datetime(2021, 3, 30, 0, 0, tzinfo=ZONE)
    with clock.frozen(end - timedelta(microseconds=1)):
        assert states(shop.get("/coupons/", {"tab": "reserved"})) == ["reserved"]
    with clock.frozen(end):
        answer = shop.get("/coupons/", {"tab": "active"})
        assert states(answer) == ["active"]
        assert order.number not in said(answer)


def test_one_that_ends_soon_comes_first_on_the_page(shop, world):
    coupon(world)
    assert shop.get("/coupons/").context["soonest"] is None
    with clock.frozen(datetime(2021, 6, 18, 9, 0, tzinfo=ZONE)):
        assert "A coupon ends" in said(shop.get("/coupons/"))


def test_only_ones_own(shop, world, client):
    coupon(world)
    client.force_login(make.person("bob"))
    answer = client.get("/coupons/")
    assert states(answer) == []
    assert "No coupons here" in said(answer)


def test_the_bar_counts_what_can_be_used(shop, world):
    coupon(world)
    assert 'aria-label="1 active"' in said(shop.get("/coupons/"))
    with clock.frozen(LATE + timedelta(days=100)):
        assert 'aria-label="1 active"' not in said(shop.get("/coupons/"))


def test_queries_do_not_grow_with_the_coupons(shop, world, django_assert_max_num_queries):
    for _ in range(6):
        coupon(world)
    shop.get("/coupons/")
    with django_assert_max_num_queries(10):
        shop.get("/coupons/")


def test_a_visitor_signs_in(client, db):
    assert "/account/login/" in client.get("/coupons/").url
