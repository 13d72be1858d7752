"""*Make a claim*: what it pays, worked out; one claim; and then its progress (CLM, CPN-1)."""

import re
from datetime import datetime, timedelta

import pytest

from assurance.kernel import clock
from assurance.kernel.units import ZONE
from claims import services
from claims.models import Claim
from orders.services import refunds
from tests import factories as make

LATE = datetime(2021, 3, 22, 0, 0, tzinfo=ZONE)


@pytest.fixture
def order(db):
    """A mug for 100.01 dollars, paid on 15 Mar 2021, to be dispatched by the 21st."""
    seller, way = make.seller(), make.line()
    mug = make.product(seller, price=10001, ships_by=make.template(seller, way))
    return make.order(make.person("alice"), {mug: 1}, by=way)


@pytest.fixture
def shop(client, order):
    client.force_login(order.buyer)
    with clock.frozen(LATE):
        yield client


def page(order):
    return f"/orders/{order.number}/claim/"


def said(answer):
    return " ".join(answer.content.decode().split()).replace("\xa0", " ")


FORM = {"guarantee": "dispatch", "note": "Our shop opens on 30 April.", "understood": "on"}


def test_the_amount_is_worked_out_in_numbers(shop, order):
    table = re.search(r'<table class="working">.*?</table>', said(shop.get(page(order)))).group()
    figures = re.findall(r"</span> ([\d,.]+)</span></td>", table)
    assert figures == ["100.01", "10.00", "11.00", "100.00", "11.00"], "total, 10%, raised, at most, coupon"


def test_the_guarantee_that_is_not_late_cannot_be_chosen_and_says_why(shop, order):
    html = said(shop.get(page(order)))
    options = re.findall(r'<input type="radio" name="guarantee" value="(\w+)"( checked)?( disabled)?>', html)
    assert options == [("dispatch", " checked", ""), ("delivery", "", " disabled")]
    assert '<span class="rule-id">DLV-4</span>' in html


def test_it_is_made_and_then_shows_its_progress(shop, order):
    answer = shop.post(page(order), FORM, follow=True)
    claim = Claim.objects.get()
    assert (claim.guarantee, claim.note, claim.filed_at) == ("dispatch", FORM["note"], LATE)
    html = said(answer)
    assert "Your claim is made." in html
    assert "by 25 Mar 2021 23:59:59 PDT" in html
    assert "Our shop opens on 30 April." in html


def test_made_twice_the_second_is_refused_and_nothing_is_lost(shop, order):
    shop.post(page(order), FORM)
    answer = shop.post(page(order), FORM)
    assert answer.status_code == 409
    assert '<span class="rule-id">CLM-1</span>' in said(answer)
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"understood": ""}, "understood"),
        ({"note": "x" * 501}, "note"),
        ({"guarantee": "both"}, None),
        ({"guarantee": ""}, None),
    ],
)
def test_wrong_values_are_told_and_nothing_is_lost(shop, order, data, field):
    answer = shop.post(page(order), FORM | data)
    assert answer.status_code == 422
    html = said(answer)
    if field:
        assert f'id="id_{field}_error"' in html
    else:
        assert "guarantee-error" in html
    assert "note" in data or FORM["note"] in html
    assert not Claim.objects.exists()


def test_before_the_deadline_it_is_refused_with_its_rule(shop, order):
    with clock.frozen(LATE - timedelta(microseconds=1)):
        assert "DSP-4" in said(shop.get(page(order)))
        answer = shop.post(page(order), FORM)
    assert answer.status_code == 409
    assert "The guaranteed date has not been missed." in said(answer)
    assert not Claim.objects.exists()


def test_after_a_full_refund_nothing_can_be_claimed(shop, order):
    refunds.agreed(order_id=order.pk, amount=None, at=LATE)
    answer = shop.post(page(order), FORM)
    assert answer.status_code == 409
    assert "CLM-3" in said(answer)


def test_the_decision_and_its_reason(shop, order):
    shop.post(page(order), FORM)
    services.approve(claim_id=Claim.objects.get().pk, reason="Late by the scan", at=LATE)
    html = said(shop.get(page(order)))
    assert "A platform coupon of USD 11.00 is yours." in html
    assert "Late by the scan" in html
    assert "valid through 20 Jun 2021" in html


def test_a_rejection_says_its_reason_and_what_is_left(shop, order):
    shop.post(page(order), FORM)
    services.reject(claim_id=Claim.objects.get().pk, reason="Dispatched in time", at=LATE)
    html = said(shop.get(page(order)))
    assert "The reason: Dispatched in time" in html
    assert "A refund can still be applied for" in html


def test_a_review_past_its_time_says_so(shop, order):
    shop.post(page(order), FORM)
    with clock.frozen(LATE + timedelta(days=5)):
        assert "The review is past its time." in said(shop.get(page(order)))


def test_a_stranger_gets_404_and_a_visitor_signs_in(client, order):
    assert "/account/login/" in client.post(page(order), FORM).url
    client.force_login(make.person("bob"))
    with clock.frozen(LATE):
        assert client.get(page(order)).status_code == 404
        assert client.post(page(order), FORM).status_code == 404
    assert not Claim.objects.exists()
