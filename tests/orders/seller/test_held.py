"""The orders behind the figure "held until receipt": what each waits for, and until when (PAY-4, ORD-8)."""

from datetime import timedelta

import pytest

from assurance.kernel.money import Money
from orders.services import dispatch, receipt, refunds
from orders.views.seller import held
from tests import factories as make
from tests.factories import NOW
from tests.orders.seller.test_pages import DAY, Office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PAY-4")]


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def seller(ming):
    return make.seller(staff=ming)


@pytest.fixture
def alice():
    return make.person("alice")


@pytest.fixture
def mug(seller):
    return make.product(seller, price=10000)


@pytest.fixture
def office(client, ming, seller):
    return Office(client, ming)


def told(answer):
    return {row.order.pk: (str(row.why), row.rule, row.until) for row in answer.context["rows"]}


def sent(order):
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number=f"A{order.pk}", last=True, at=NOW)


def test_each_order_says_what_its_money_waits_for(office, alice, mug):
    _unpaid, paid, partly, away, disputed, done, late = (
        make.order(alice, {mug: 1}, paid=n > 0) for n in range(7)
    )
    short = make.order(alice, {mug: 1}, paid=False)
    make.pay(short, at=NOW, amount=Money(30, "USD"))
    dispatch.dispatch(order_id=partly.pk, carrier="DHL", number="P", last=False, at=NOW)
    for order in (away, disputed, done, late):
        sent(order)
    refunds.apply(order_id=disputed.pk, amount=Money(20, "USD"), reason="", at=NOW)
    receipt.receive(order_id=disputed.pk, at=NOW)
    receipt.receive(order_id=done.pk, at=NOW)
    refunds.apply(order_id=late.pk, amount=Money(5, "USD"), reason="", at=NOW)
    answer = office.get("held")
    away.refresh_from_db()
    assert told(answer) == {
        paid.pk: ("Dispatch, then the buyer’s receipt", "PAY-4", None),
        partly.pk: ("The rest to be dispatched, then the buyer’s receipt", "PAY-4", None),
        away.pk: ("The buyer’s receipt; automatic through that day", "ORD-8", away.receipt_due_at),
        disputed.pk: ("A refund is being decided", "RFD-2", None),
        late.pk: ("A refund is being decided", "RFD-2", None),
        short.pk: ("The initial payment is not complete", "PAY-4", None),
    }
    assert away.receipt_due_at is not None
    assert sum((row.amount for row in answer.context["rows"]), Money(0, "USD")) == Money(530, "USD")
    assert answer.context["sums"] == [Money(530, "USD")] == office.get("funds").context["held"]


def test_receipt_that_no_job_has_taken_yet_reads_as_about_to_be_released(office, alice, mug):
    """TIM-3: the page reads the clock; the money moves when the sweep comes."""
    order = make.order(alice, {mug: 1})
    sent(order)
    (row,) = office.get("held", at=NOW + timedelta(days=40)).context["rows"]
    assert (row.why, row.until) == (held._IN_A_MOMENT, None)


def test_only_ones_own_a_page_at_a_time_in_few_queries(office, alice, mug):
    make.order(alice, {make.product(make.seller("Rival")): 1})
    first = make.order(alice, {mug: 1})
    few = office.queries("held")
    mine = [first, *(make.order(alice, {mug: 1}) for _ in range(21))]
    assert office.queries("held") == few <= 10
    answer = office.get("held")
    assert [row.order.pk for row in answer.context["rows"]] == [order.pk for order in mine[:1:-1]]
    rest = office.client.get(f"/ma/funds/held/{answer.context['page'].next}")
    assert [row.order.pk for row in rest.context["rows"]] == [mine[1].pk, mine[0].pk]


def test_without_money_it_says_so_and_the_figure_leads_here(office, alice, mug):
    assert "No money is held" in office.get("held").content.decode()
    assert "/ma/funds/held/" not in office.get("funds").content.decode()
    make.order(alice, {mug: 1})
    assert "/ma/funds/held/" in office.get("funds", at=NOW + DAY).content.decode()
