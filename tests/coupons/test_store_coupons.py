"""Store coupons on orders and in MA: taken at checkout, counted, given back, refused in words (ORD-7, ORD-3)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from coupons import services
from coupons.models import StoreCoupon
from orders.models import Order
from orders.services import closing, payment
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def shop():
    """A seller with a product of 10 dollars, and a way to order ten of them with a store coupon."""

    class Shop:
        staff = make.person("ming")
        buyer = make.person("alice")

        def __init__(self) -> None:
            self.seller = make.seller(staff=self.staff)
            self.line = make.line()
            self.mug = make.product(self.seller, ships_by=make.template(self.seller, self.line))

        def order(self, coupon, **more):
            number = coupon if isinstance(coupon, int) else coupon.pk
            return make.order(
                self.buyer, {self.mug: 10}, by=self.line, **{"paid": False, "store_coupon_id": number, **more}
            )

    return Shop()


def uses(coupon: StoreCoupon) -> int:
    return StoreCoupon.objects.get(pk=coupon.pk).used


@pytest.mark.rule("ORD-7", "CPN-3")
def test_it_lowers_the_contract_total_and_is_recorded(shop):
    coupon = make.store_coupon(shop.seller)
    order = shop.order(coupon)
    assert (order.discount, order.total) == (Money(10, "USD"), Money(90, "USD"))
    assert (order.store_coupon, order.discount_since, uses(coupon)) == (coupon, NOW, 1)


@pytest.mark.rule("ORD-3")
def test_unpaid_after_seven_days_the_use_is_free_whether_or_not_a_job_has_run(shop):
    coupon = make.store_coupon(shop.seller, limit=1)
    first = shop.order(coupon)
    with refused("ORD-7", field="store_coupon"):
        shop.order(coupon, at=NOW + 7 * DAY)
    second = shop.order(coupon, at=NOW + 8 * DAY)
    first.refresh_from_db()
    assert (first.state, first.closed_because) == ("closed", "unpaid")
    assert (second.discount, uses(coupon)) == (Money(10, "USD"), 1)


@pytest.mark.rule("ORD-7")
def test_a_cancelled_order_gives_the_use_back_once_and_a_paid_one_keeps_it(shop):
    coupon = make.store_coupon(shop.seller, limit=2)
    paid, cancelled = shop.order(coupon, paid=True), shop.order(coupon)
    closing.cancel(order_id=cancelled.pk, by="buyer", at=NOW)
    with refused("STA-1"):
        closing.cancel(order_id=cancelled.pk, by="buyer", at=NOW)
    assert (paid.cash, uses(coupon)) == (Money(90, "USD"), 1)


@pytest.mark.rule("ORD-7")
def test_ended_or_used_up_between_seeing_and_ordering(shop):
    coupon = make.store_coupon(shop.seller, limit=1)
    shop.order(coupon)
    with refused("ORD-7", field="store_coupon"):
        shop.order(coupon)
    services.end_store_coupon(coupon_id=coupon.pk, at=NOW)
    services.end_store_coupon(coupon_id=coupon.pk, at=NOW + DAY)
    with refused("ORD-7", field="store_coupon"):
        shop.order(coupon)
    assert StoreCoupon.objects.get().ended_at == NOW
    assert Order.objects.count() == 1


@pytest.mark.rule("ORD-7")
def test_another_sellers_coupon_and_one_that_is_none(shop):
    for coupon in (make.store_coupon(make.seller("Rival")), 10**15):
        with refused("ORD-7", field="store_coupon"):
            shop.order(coupon)


@pytest.mark.rule("CPN-3")
def test_a_platform_coupon_goes_beside_it(shop):
    order = shop.order(make.store_coupon(shop.seller))
    won = services.issue(
        owner_id=shop.buyer.pk,
        bearer_id=None,
        from_order_id=1,
        face=Money(20, "USD"),
        policy=Policy(),
        at=NOW,
    )
    attempt = payment.start(order_id=order.pk, method="tt", coupon_id=won.pk, at=NOW)
    assert (attempt.coupon_part, attempt.cash) == (Money(20, "USD"), Money(70, "USD"))


@pytest.mark.rule("ORD-7")
def test_made_twice_it_is_one_and_a_name_is_not_taken_for_another(shop):
    coupon = make.store_coupon(shop.seller, name="Spring")
    assert make.store_coupon(shop.seller, name="Spring") == coupon
    with refused("ORD-7", field="name"):
        make.store_coupon(shop.seller, name="Spring", limit=5)
    services.end_store_coupon(coupon_id=coupon.pk, at=NOW)
    assert make.store_coupon(shop.seller, name="Spring", limit=5) != coupon


class TestInMa:
    @pytest.fixture
    def ma(self, client: Client, shop):
        client.force_login(shop.staff)
        client.cookies["django_language"] = "en"
        with clock.frozen(NOW):
            yield client

    def values(self, **changes):
        return {
            "name": "Spring",
            "kind": "amount",
            "amount": "15",
            "percent": "",
            "least": "100",
            "first_day": "2021-03-15",
            "last_day": "2021-03-31",
            "limit": "20",
            **changes,
        }

    def test_a_coupon_is_made_listed_with_its_uses_and_ended(self, ma, shop):
        assert ma.post(reverse("ma:coupon-new"), self.values()).url == reverse("ma:coupons")
        made = StoreCoupon.objects.get()
        assert (made.amount, made.least, made.last_day) == (
            Money(15, "USD"),
            Money(100, "USD"),
            date(2021, 3, 31),
        )
        shop.order(made)
        page = ma.get(reverse("ma:coupons")).content.decode()
        assert "1 / 20" in page
        assert "Running" in page
        ma.post(reverse("ma:coupon-end", args=[made.pk]))
        assert "Running" not in ma.get(reverse("ma:coupons")).content.decode()

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"amount": ""}, "Enter the discount."),
            ({"least": "15"}, "so that something is left to pay"),
            ({"kind": "percent", "percent": "150"}, "At most 90."),
            ({"last_day": "2021-03-14"}, "The end is before the beginning."),
            ({"name": "", "last_day": "2021-03-14"}, "The end is before the beginning."),
            ({"limit": "0"}, "At least 1."),
            ({"amount": "1.234"}, "At most 2 decimal places."),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(self, ma, changes, says):
        answer = ma.post(reverse("ma:coupon-new"), self.values(**changes))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert says in page
        assert 'value="Spring"' in page or "name" in changes
        assert not StoreCoupon.objects.exists()

    def test_another_sellers_coupon_is_not_there_to_end(self, ma):
        other = make.store_coupon(make.seller("Rival"))
        assert ma.post(reverse("ma:coupon-end", args=[other.pk])).status_code == 404
        other.refresh_from_db()
        assert other.ended_at is None

    def test_the_list_costs_the_same_for_many(self, ma, shop, django_assert_num_queries):
        make.store_coupon(shop.seller)
        ma.get(reverse("ma:coupons"))
        with CaptureQueriesContext(connection) as few:
            ma.get(reverse("ma:coupons"))
        for _n in range(25):
            make.store_coupon(shop.seller)
        with django_assert_num_queries(len(few)):
            assert "?after=" in ma.get(reverse("ma:coupons")).content.decode()
