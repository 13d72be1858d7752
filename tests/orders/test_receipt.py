"""Automatic receipt on the pages of both sides: when it comes, who has put it off, and until when (ORD-8)."""

from datetime import timedelta

import pytest

from assurance.kernel import clock
from orders.services import dispatch, receipt
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def order():
    buyer, supplier = make.person("alice"), make.person("ming")
    seller, line = make.seller(staff=supplier), make.line()
    mug = make.product(seller, ships_by=make.template(seller, line))
    made = make.order(buyer, {mug: 10}, by=line)
    dispatch.dispatch(order_id=made.pk, carrier="DHL", number="JD1", last=True, at=make.NOW)
    return made


def pages(client, order, at=make.NOW):
    """The order's page as its buyer and as its supplier sees it."""
    client.cookies["django_language"] = "en"
    found = []
    with clock.frozen(at):
        for person, address in (
            (order.buyer, f"/orders/{order.number}/"),
            (order.seller.staff.get().user, f"/ma/orders/{order.number}/"),
        ):
            client.force_login(person)
            found.append(" ".join(client.get(address).content.decode().split()))
    return found


def test_both_see_when_it_comes_and_what_extending_would_make_of_it(client, order):
    bought, sold = pages(client, order)
    assert "30 Mar 2021 23:59:59 PDT" in bought
    assert "15 days later, after 14 Apr 2021 23:59:59 PDT" in bought
    assert "Receipt is confirmed automatically after 30 Mar 2021 23:59 PDT." in sold
    assert "Receipt is then confirmed automatically after 14 Apr 2021 23:59 PDT" in sold


def test_both_see_who_has_extended_and_who_has_cannot_again(client, order):
    receipt.extend(order_id=order.pk, by="supplier", at=make.NOW)
    bought, sold = pages(client, order)
    assert "14 Apr 2021 23:59:59 PDT" in bought
    assert "The supplier extended it." in bought
    assert 'data-dialog="extend"' in bought
    assert "You extended it." in sold
    assert 'data-dialog="extend"' not in sold
    receipt.extend(order_id=order.pk, by="buyer", at=make.NOW)
    bought, sold = pages(client, order)
    assert "You extended it." in bought
    assert "The buyer extended it. You extended it." in sold
    assert 'data-dialog="extend"' not in bought + sold


def test_once_it_has_come_nothing_of_it_is_offered_though_no_job_has_run(client, order):
    for page in pages(client, order, make.NOW + 16 * DAY):
        assert 'data-dialog="extend"' not in page
        assert "confirmed automatically after" not in page
