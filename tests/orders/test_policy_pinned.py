"""An order keeps the figures under which its contract became effective (POL-1)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from moneyed import Money

from assurance import schedule
from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.models import PolicyVersion
from assurance.kernel.queries import policy_at
from claims import services as claims
from orders.queries.buyer import views
from orders.queries.facts import policy_of
from orders.queries.seller import rows
from orders.services import elapse
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


@pytest.mark.rule("ORD-3", "TIM-3")
@pytest.mark.parametrize("days", [20, 90])
@pytest.mark.parametrize("swept", [True, False])
def test_a_version_that_begins_while_an_order_waits_does_not_move_its_end(days, swept):
    """Under shorter days it is not closed as of a day before they began; under longer ones it does not escape."""
    buyer, line = make.person(), make.line()
    goods = make.product(make.seller(), ships_by=make.template(make.seller(), line))
    old = make.order(buyer, {goods: 1}, by=line, paid=False)
    begins = NOW + timedelta(days=40)
    PolicyVersion.objects.create(starts_at=begins, figures={"unpaid_days": days}, note="others")
    new = make.order(buyer, {goods: 1}, by=line, paid=False, at=begins)
    due = {old.pk: start_of(plus(day_of(NOW), 61)), new.pk: start_of(plus(day_of(begins), days + 1))}
    moments = {begins + timedelta(days=1), *due.values(), *(at - timedelta(seconds=1) for at in due.values())}
    for at in sorted(moments):
        if swept:
            schedule.run_all(at)
        for order in (old, new):
            order.refresh_from_db()
            is_over = at >= due[order.pk]
            (row,) = rows([order], at, version=policy_at(at))
            for shown in (views([order], at)[order.pk], row.view):
                assert shown.state == ("closed" if is_over else "awaiting_payment")
                assert shown.closes_at == (None if is_over else due[order.pk])
    for order in (old, new):
        assert elapse.locked(order.pk, max(moments)).closed_at == due[order.pk]


@pytest.mark.rule("ORD-3")
def test_lists_read_the_versions_once_for_all_that_wait_since_an_older_one():
    buyer, line, seller = make.person(), make.line(), make.seller()
    goods = make.product(seller, ships_by=make.template(seller, line))
    waiting = [make.order(buyer, {goods: 1}, by=line, paid=False) for _ in range(3)]
    PolicyVersion.objects.create(starts_at=CHANGE, figures={"unpaid_days": 5}, note="shorter")
    version = policy_at(CHANGE)
    with CaptureQueriesContext(connection) as asked:
        rows(waiting, CHANGE, version=version)
        views(waiting, CHANGE)
    assert len(asked) == 2
