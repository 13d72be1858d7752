"""A store coupon on an order started through the API (ORD-7)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import USD, Money
from coupons.models import StoreCoupon
from orders.models import Order
from tests import factories
from tests.api.conftest import wanted
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-7")]


def ordered(w, coupon):
    """Ten mugs for USD 100 with a coupon."""
    return w.buyer.post("orders/", wanted(w, store_coupon=coupon.pk))


@pytest.mark.parametrize(
    ("terms", "off"),
    [
        ({"percent": Decimal("12.50")}, "12.50"),
        ({"amount": Money(30, USD), "least": Money(100, USD)}, "30.00"),
    ],
    ids=["percentage", "amount"],
)
def test_it_comes_off_the_goods_and_its_use_is_counted(world, terms, off):
    coupon = factories.store_coupon(world.shop, **terms)
    status, order = ordered(world, coupon)
    funds = order["funds"]
    assert (status, funds["store_coupon"]) == (201, coupon.pk)
    assert funds["discount"] == {"amount": off, "currency": "USD"}
    total = Decimal(funds["goods"]["amount"]) + Decimal(funds["shipping"]["amount"]) - Decimal(off)
    assert Decimal(funds["total"]["amount"]) == Decimal(funds["due_now"]["amount"]) == total
    coupon.refresh_from_db()
    assert coupon.used == 1


REFUSED = {
    "below its minimum": ({"least": Money(101, USD)}, 422),
    "over": ({"at": NOW - timedelta(days=40)}, 409),
    "not yet valid": ({"first_day": plus(day_of(NOW), 1)}, 422),
}


@pytest.mark.parametrize("why", REFUSED)
def test_one_that_does_not_fit_is_refused_and_no_order_made(world, why):
    terms, status = REFUSED[why]
    check_refused(world, factories.store_coupon(world.shop, **terms), status)


def check_refused(w, coupon, status):
    orders = Order.objects.count()
    answered, problem = ordered(w, coupon)
    assert (answered, problem["rule"], list(problem["errors"])) == (status, "ORD-7", ["store_coupon"])
    assert problem["advice"]
    assert Order.objects.count() == orders


def test_the_last_use_is_taken_once_and_free_again_when_its_order_is_cancelled(world):
    coupon = factories.store_coupon(world.shop, limit=1)
    number = ordered(world, coupon)[1]["number"]
    check_refused(world, coupon, 409)
    assert world.buyer.post(f"orders/{number}/cancel/")[0] == 200
    assert ordered(world, coupon)[0] == 201


def test_the_same_key_takes_one_use(world):
    coupon = factories.store_coupon(world.shop, limit=1)
    body = wanted(world, store_coupon=coupon.pk)
    first, again = (world.buyer.post("orders/", body, key="k") for _ in range(2))
    assert first == again and first[0] == 201
    assert StoreCoupon.objects.get().used == 1


def test_one_that_was_ended_one_of_another_seller_and_one_that_is_none(world):
    ended = factories.store_coupon(world.shop)
    StoreCoupon.objects.filter(pk=ended.pk).update(ended_at=NOW)
    check_refused(world, ended, 409)
    check_refused(world, factories.store_coupon(world.rival), 422)
    check_refused(world, StoreCoupon(pk=999_999), 422)


def test_shipping_options_name_the_coupon_that_an_order_can_take(world):
    coupon = factories.store_coupon(world.shop)
    options = world.nobody.get(f"products/{world.mug.pk}/shipping-options/", country="US", quantity=10)[1]
    assert [offer["id"] for offer in options["store_coupons"]] == [coupon.pk]
