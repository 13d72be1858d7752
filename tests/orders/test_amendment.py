"""A proposed dispatch day: what moves, how it lapses, and what both sides read of it (DSP-6)."""

from datetime import date, timedelta

import pytest

from assurance import schedule
from assurance.kernel import clock
from assurance.kernel.days import start_of
from assurance.kernel.events import Actor
from assurance.kernel.models import Event
from assurance.kernel.rules import RuleViolation
from assurance.notices.models import Notice
from claims import services as claims
from orders.queries.buyer import detail
from orders.rules.amendments import Moves
from orders.services import amendment, dispatch, refunds
from orders.views import proposals
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Ordered and paid on 15 March: due on the 21st, promised for the 29th.
NEW = date(2021, 3, 25)
BEFORE, LATE, LAPSED = start_of(NEW) - timedelta(seconds=1), start_of(date(2021, 3, 23)), start_of(NEW)


@pytest.fixture
def order():
    buyer, supplier = make.person("alice"), make.person("ming")
    seller, line = make.seller(staff=supplier), make.line()
    mug = make.product(seller, ships_by=make.template(seller, line))
    return make.order(buyer, {mug: 10}, by=line)


def propose(order, day=NEW, reason="Kiln", at=make.NOW):
    staff = order.seller.staff.get().user
    return amendment.propose(
        order_id=order.pk, day=day, reason=reason, at=at, actor=Actor("seller", staff.pk)
    )


def stand(order, at):
    order.refresh_from_db()
    return detail(order, at)


def test_what_moves_is_told_before_it_is_accepted(order):
    propose(order)
    assert stand(order, make.NOW).moves == Moves(
        date(2021, 3, 21), NEW, date(2021, 3, 29), date(2021, 4, 2), False, False, False
    )


def test_an_overdue_mark_and_an_open_entrance_go_as_was_told(order):
    propose(order)
    told = stand(order, LATE).moves
    assert (told.overdue_goes, told.late_goes, told.entrance_closes) == (True, False, True)
    assert stand(order, LATE).view.entrance
    amendment.accept(order_id=order.pk, day=NEW, at=LATE)
    after = stand(order, LATE).view
    assert (after.overdue, after.entrance, after.dispatch_due, after.promise) == (
        False,
        False,
        told.new_due,
        told.new_promise,
    )


def test_without_the_delivery_guarantee_no_promise_moves(order):
    order.can_deliver, order.promise = False, None
    order.save()
    propose(order)
    assert stand(order, make.NOW).moves.new_promise is None


@pytest.mark.parametrize("swept", [True, False])
def test_unanswered_it_lapses_when_its_day_comes(order, swept):
    propose(order)
    assert stand(order, BEFORE).proposal is not None
    if swept:
        schedule.run_all(LAPSED + DAY)
    known = stand(order, LAPSED + DAY)
    assert known.proposal is None
    (line,) = proposals.lines(known)
    assert (line.outcome, line.ended_at) == ("Lapsed: not answered before that day", LAPSED)
    with pytest.raises(RuleViolation, match="DSP-6"):
        amendment.accept(order_id=order.pk, at=LAPSED)
    with pytest.raises(RuleViolation, match="STA-1"):
        amendment.refuse(order_id=order.pk, at=LAPSED)
    assert order.dispatch_due == date(2021, 3, 21)


def test_it_lapses_once_whether_a_job_or_the_next_proposal_finds_it(order):
    propose(order)
    schedule.run_all(BEFORE)
    assert not Event.objects.filter(kind="date_lapsed").exists()
    propose(order, NEW + 3 * DAY, at=LAPSED + DAY)
    schedule.run_all(LAPSED + DAY)
    assert Event.objects.get(kind="date_lapsed").happened_at == LAPSED
    assert Notice.objects.get(kind="date_lapsed").user == order.seller.staff.get().user
    assert list(order.proposals.order_by("id").values_list("answer", "answered_at")) == [
        ("lapsed", LAPSED),
        ("", None),
    ]


def _dispatch(order):
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="JD1", last=True, at=LATE)


ENDINGS = {
    "Lapsed: the order was wholly dispatched": _dispatch,
    "Lapsed: a claim was filed": lambda o: claims.file(
        order_id=o.pk, guarantee="dispatch", user_id=o.buyer_id, at=LATE
    ),
    "Lapsed: the order was exempted for force majeure": lambda o: claims.exempt_order(
        order_id=o.pk, platform_bears=False, reason="Typhoon", at=LATE
    ),
    "Lapsed: the order was closed": lambda o: refunds.agreed(order_id=o.pk, amount=None, at=LATE),
    "Accepted by Alice": lambda o: amendment.accept(order_id=o.pk, at=LATE),
    "Refused by Alice": lambda o: amendment.refuse(order_id=o.pk, at=LATE),
    "Replaced by the next proposal": lambda o: propose(o, NEW + DAY, at=LATE),
}


@pytest.mark.parametrize("outcome", ENDINGS)
def test_the_history_says_what_became_of_it_when_and_by_whom(order, outcome):
    propose(order)
    ENDINGS[outcome](order)
    schedule.run_all(LAPSED + DAY)
    line = proposals.lines(stand(order, LAPSED + DAY))[-1]
    assert (line.outcome, line.day, line.by, line.reason) == (outcome, NEW, "Ming", "Kiln")
    assert line.ended_at == LATE


def test_at_the_platforms_cost_an_open_proposal_stays(order):
    propose(order)
    claims.exempt_order(order_id=order.pk, platform_bears=True, reason="Typhoon", at=make.NOW)
    assert stand(order, make.NOW).proposal is not None


def test_both_pages_show_until_when_and_what_was_proposed_before(order, client):
    propose(order, NEW + DAY, reason="Glaze <b>late</b>")
    propose(order)
    client.cookies["django_language"] = "en"
    with clock.frozen(LATE):
        client.force_login(order.buyer)
        page = client.get(f"/orders/{order.number}/").content.decode()
        client.force_login(order.seller.staff.get().user)
        office = client.get(f"/ma/orders/{order.number}/").content.decode()
    assert "You can accept until 24 Mar 2021 23:59:59 PDT" in page
    assert "dispatch is in time again until the new day ends" in page
    assert "It is open now and closes." in page
    for html in (page, office):
        assert "24 Mar 2021 23:59:59 PDT" in html
        assert "Glaze &lt;b&gt;late&lt;/b&gt;" in html
