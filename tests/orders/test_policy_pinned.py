"""An order keeps the figures under which its contract became effective (POL-1)."""

from datetime import date, timedelta

import pytest
from moneyed import Money

from assurance.kernel.models import PolicyVersion
from claims import services as claims
from orders.queries.facts import policy_of
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.rule("POL-1")]

CHANGE = NOW + timedelta(days=1)


def test_a_later_version_changes_no_effective_order():
    buyer, line = make.person(), make.line()
    goods = make.product(make.seller(), price=10_000, ships_by=make.template(make.seller(), line))
    old = make.order(buyer, {goods: 1}, by=line, shipping=Money(0, "USD"))
    unpaid = make.order(buyer, {goods: 1}, by=line, paid=False, shipping=Money(0, "USD"))
    figures = {"compensation_percent": "25", "coupon_days": 10}
    PolicyVersion.objects.create(starts_at=CHANGE, figures=figures, note="dearer")
    make.pay(unpaid, at=CHANGE)
    unpaid.refresh_from_db()

    late = CHANGE + timedelta(days=30)
    assert (policy_of(old, late).coupon_days, policy_of(unpaid, late).coupon_days) == (90, 10)
    for order, face, last_day in (
        (old, 10, date(2021, 7, 14)),
        (unpaid, 25, date(2021, 4, 25)),
    ):
        claim = claims.file(order_id=order.pk, guarantee="dispatch", user_id=buyer.pk, at=late)
        assert claim.amount == Money(face, "USD")
        approved = claims.approve(claim_id=claim.pk, reason="late", at=late)
        assert approved.coupon is not None
        assert approved.coupon.last_day == last_day


def test_before_a_version_starts_the_one_before_is_in_force():
    buyer, line = make.person(), make.line()
    goods = make.product(make.seller(), ships_by=make.template(make.seller(), line))
    PolicyVersion.objects.create(starts_at=CHANGE, figures={"coupon_days": 10}, note="shorter")
    order = make.order(buyer, {goods: 1}, by=line, paid=False, shipping=Money(0, "USD"))
    assert policy_of(order, CHANGE - timedelta(microseconds=1)).coupon_days == 90
    assert policy_of(order, CHANGE).coupon_days == 10
