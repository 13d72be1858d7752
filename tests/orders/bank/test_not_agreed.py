"""Bank money for an order that its two sides have not agreed: it waits and never counts before they do (ORD-1, PAY-2)."""

from collections.abc import Callable

import pytest

from assurance.kernel.models import Event
from assurance.kernel.money import Money
from assurance.ledger.models import Transfer
from assurance.notices.models import Notice
from orders.models import BankLine, Order, Return
from orders.services import bank, closing, start
from orders.services.start import Draft
from tests import factories
from tests.factories import NOW
from tests.orders.bank.test_statements import AT, FINANCE, Shop, ref, take
from tests.orders.bank.writing import Paid, mt940
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-1", "PAY-2", "STA-1")]


def drafted(shop: Shop, *, send: bool) -> Order:
    draft = Draft({shop.product.pk: 1}, shop.line.pk, "US", factories.ADDRESS)
    return start.by_seller(seller_id=shop.seller.pk, buyer_id=shop.alice.pk, draft=draft, at=NOW, send=send)


def asked_for(shop: Shop) -> Order:
    made_to_order = factories.product(shop.seller, price=8000, rts=False)
    return factories.order(shop.alice, {made_to_order: 1}, paid=False)


NOT_AGREED: dict[str, Callable[[Shop], Order]] = {
    "draft": lambda shop: drafted(shop, send=False),
    "awaiting_buyer": lambda shop: drafted(shop, send=True),
    "awaiting_supplier": asked_for,
}


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize("state", NOT_AGREED)
def test_it_is_not_associated_and_makes_no_contract_effective(shop: Shop, state: str) -> None:
    order = NOT_AGREED[state](shop)
    assert order.state == state
    bank.arrive(order_id=order.pk, amount=order.total, bank_reference="B-1", at=NOW)
    with refused("STA-1"):
        bank.associate(order_id=order.pk, at=NOW)
    order.refresh_from_db()
    assert (order.state, order.effective_at, Transfer.objects.count()) == (state, None, 0)


@pytest.mark.parametrize("state", NOT_AGREED)
def test_a_statement_leaves_it_waiting_on_the_order(shop: Shop, state: str) -> None:
    order = NOT_AGREED[state](shop)
    paid = f"{order.total.amount}"
    assert take(mt940(Paid(paid, ref(order)))).counts == {"not_agreed": 1}
    line = BankLine.objects.get()
    assert (line.order, line.state, line.why) == (order, "open", "not_agreed")
    assert Notice.objects.get(about_id=order.pk, kind="funds_early").user == shop.ming
    assert Event.objects.filter(stream="order", key=order.pk, kind="funds_arrived").count() == 1
    assert Transfer.objects.count() == 0


def test_once_agreed_the_seller_is_told_and_associates_it(shop: Shop) -> None:
    order = drafted(shop, send=True)
    take(mt940(Paid(f"{order.total.amount}", ref(order))))
    closing.confirm(order_id=order.pk, by="buyer", at=AT)
    assert Notice.objects.get(kind="funds_waiting").user == shop.ming
    bank.associate(order_id=order.pk, at=AT)
    order.refresh_from_db()
    assert (order.state, order.cash) == ("awaiting_dispatch", order.total)


@pytest.mark.rule("ORD-3")
def test_it_goes_back_when_nobody_agrees(shop: Shop) -> None:
    order = asked_for(shop)
    take(mt940(Paid("80.00", ref(order))))
    closing.decline(order_id=order.pk, reason="terms", at=AT)
    due = Return.objects.get()
    assert (due.order, due.amount, due.rule) == (order, Money(80, "USD"), "ORD-3")


def test_what_finance_assigns_waits_alike(shop: Shop) -> None:
    order = drafted(shop, send=True)
    take(mt940(Paid("80.00", "GOODS")))
    line = BankLine.objects.get()
    bank.assign(line_id=line.pk, number=order.number, reason="the payer wrote", at=AT, actor=FINANCE)
    assert Notice.objects.get(kind="funds_early").user == shop.ming
    with refused("STA-1"):
        bank.associate(order_id=order.pk, at=AT)
    bank.set_aside(line_id=line.pk, reason="the payer wants it back", at=AT, actor=FINANCE)
    assert Return.objects.get().order == order
