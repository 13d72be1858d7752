"""A supplier changes an order that carries a store coupon: the amount is theirs, the use is given back once (ORD-7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.models import Deadline
from assurance.kernel.money import Money
from coupons.models import StoreCoupon
from orders.models import Order
from orders.queries import contract as contracts
from orders.services import closing, contract
from orders.services.start import Draft
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-7")]
DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)


def usd(amount):
    return Money(amount, "USD")


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def vase(shop):
    return make.product(shop, rts=False)


@pytest.fixture
def coupon(shop) -> StoreCoupon:
    """Ten per cent off, for one order alone."""
    return make.store_coupon(shop, limit=1)


@pytest.fixture
def intent(vase, coupon) -> Order:
    """A buyer's order of ten vases for 10 dollars each, less ten per cent."""
    return make.order(make.person("alice"), {vase: 10}, paid=False, store_coupon_id=coupon.pk)


@pytest.fixture
def change(intent, vase):
    """The supplier writes the order anew."""

    def carry_out(discount, *, quantity=10, at=LATER, seen=None) -> Order:
        off = usd(discount) if discount else None
        draft = Draft({vase.pk: quantity}, None, "US", shipping=usd(0), discount=off)
        return contract.change(order_id=intent.pk, draft=draft, seen=seen, at=at)

    return carry_out


def uses(coupon):
    return StoreCoupon.objects.get(pk=coupon.pk).used


@pytest.mark.parametrize(("discount", "quantity"), [(10, 12), (25, 10), (1, 10), (10, 2)])
def test_while_any_discount_stands_the_use_is_counted_and_the_amount_is_the_suppliers(
    change, coupon, intent, discount, quantity
):
    changed = change(discount, quantity=quantity)
    assert (changed.discount, changed.total) == (usd(discount), usd(10 * quantity - discount))
    assert (changed.store_coupon, uses(coupon)) == (coupon, 1)
    assert changed.discount_since == NOW, "the seven days count from the first discount (ORD-3)"


def test_without_a_discount_the_use_is_free_for_another_order(change, coupon, intent, vase):
    with refused("ORD-7", field="store_coupon"):
        make.order(make.person(), {vase: 10}, paid=False, store_coupon_id=coupon.pk)
    for _twice in range(2):
        changed = change(0)
    assert (changed.store_coupon, changed.discount_since, uses(coupon)) == (None, None, 0)
    other = make.order(make.person(), {vase: 10}, paid=False, store_coupon_id=coupon.pk)
    assert (other.discount, uses(coupon)) == (usd(10), 1)
    closing.cancel(order_id=intent.pk, by="buyer", at=LATER)
    assert uses(coupon) == 1, "what was given back is not given back again"


def test_a_discount_given_again_is_the_suppliers_own_and_counts_no_use(change, coupon, intent):
    change(0)
    changed = change(5, at=LATER + DAY)
    assert (changed.discount, changed.store_coupon, uses(coupon)) == (usd(5), None, 0)
    assert changed.discount_since == LATER + DAY


@pytest.mark.parametrize("discount", [100, 101])
def test_a_refused_change_gives_nothing_back(change, coupon, intent, discount):
    with refused("ORD-7", field="discount"):
        change(discount)
    change(9, seen=1)
    with refused("ORD-1"):
        change(0, seen=1)
    assert uses(coupon) == 1


def test_both_sides_read_that_the_discount_has_changed(change, intent):
    newest, _first = contracts.versions(change(4))
    told = [(said.what, said.before, said.after) for said in newest.changes]
    assert told == [("discount", usd(10), usd(4)), ("total", usd(90), usd(96))]


@pytest.mark.rule("ORD-3")
def test_a_changed_order_left_alone_gives_the_use_back_once(change, coupon, intent):
    change(4)
    closing.confirm(order_id=intent.pk, by="buyer", at=LATER)
    assert Deadline.objects.get(kind="left_alone", subject_id=intent.pk).due_at < LATER + 9 * DAY
    for _twice in range(2):
        with refused("STA-1"):
            closing.confirm(order_id=intent.pk, by="buyer", at=LATER + 10 * DAY)
    closed_by_now = make.order(
        make.person(),
        {intent.lines.get().product: 10},
        paid=False,
        store_coupon_id=coupon.pk,
        at=LATER + 10 * DAY,
    )
    assert (closed_by_now.store_coupon, uses(coupon)) == (coupon, 1)


def test_a_changed_order_that_is_paid_keeps_its_use(change, coupon, intent):
    change(4)
    closing.confirm(order_id=intent.pk, by="buyer", at=LATER)
    make.pay(intent, at=LATER)
    intent.refresh_from_db()
    assert (intent.cash, uses(coupon)) == (usd(96), 1)


def test_the_form_says_which_coupon_the_discount_is_of(client: Client, ming, intent, coupon):
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    with clock.frozen(LATER):
        page = client.get(reverse("ma:order-edit", args=[intent.number])).content.decode()
    assert f"Of your store coupon “{coupon.name}”" in page
