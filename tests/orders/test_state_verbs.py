"""F6: an order brought through the services into every state, and there every verb, against a literal table."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from assurance.ledger.queries import faults
from claims import services as claims
from coupons import services as coupons
from logistics.models import Parcel
from orders.models import Order
from orders.services import (
    amendment,
    bank,
    closing,
    contract,
    dispatch,
    messages,
    payment,
    production,
    receipt,
    refunds,
    reviews,
    start,
)
from orders.services.reviews import Stars
from orders.services.start import Draft
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

# `yes` is done, anything else the rule that refuses. The columns are the states, in the rulebook's order;
# an order closes cancelled or refunded, which refuse differently, and one that awaits dispatch may be late or have
# another day proposed. What is funded awaits payment, and its money is on the bank statement.
TABLE = """
          draft supplier buyer payment short confirm dispatch partly receipt completed closed refunded proposed late  funded
confirm_s STA-1 yes      STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
confirm_b STA-1 STA-1    yes   STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
decline_s STA-1 yes      STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
decline_b STA-1 STA-1    yes   STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
cancel    yes   yes      yes   yes     STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 yes
pay       STA-1 STA-1    STA-1 yes     yes   yes     STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 yes
coupon    STA-1 STA-1    STA-1 yes     yes   yes     yes      yes    yes     yes       STA-1  STA-1    yes      yes   yes
associate STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     ORD-3  ORD-3    STA-1    STA-1 yes
accept_sh STA-1 STA-1    STA-1 STA-1   yes   yes     STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
ask_rest  STA-1 STA-1    STA-1 STA-1   STA-1 yes     STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
dispatch  STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   yes      yes    STA-1   STA-1     STA-1  STA-1    yes      yes   STA-1
number    STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    yes    yes     yes       STA-1  STA-1    STA-1    STA-1 STA-1
receive   STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  yes     STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
extend    STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  yes     STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
propose   DSP-6 DSP-6    DSP-6 DSP-6   DSP-6 DSP-6   yes      yes    DSP-6   DSP-6     STA-1  STA-1    yes      yes   DSP-6
accept    STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    yes      STA-1 STA-1
refuse    STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    yes      STA-1 STA-1
address   STA-1 yes      yes   yes     yes   yes     yes      yes    yes     yes       STA-1  STA-1    yes      yes   yes
claim     DSP-1 DSP-1    DSP-1 DSP-1   DSP-4 DSP-4   DSP-4    DSP-4  DSP-4   DSP-4     DSP-1  CLM-3    DSP-4    yes   DSP-1
claim_dlv DLV-1 DLV-1    DLV-1 DLV-1   DLV-4 DLV-4   DLV-4    DLV-4  DLV-4   DLV-4     DLV-1  CLM-3    DLV-4    DLV-4 DLV-1
exempt    yes   yes      yes   yes     yes   yes     yes      yes    yes     yes       STA-1  STA-1    yes      yes   yes
refund    RFD-1 RFD-1    RFD-1 RFD-1   CPN-6 CPN-6   yes      yes    yes     yes       STA-1  STA-1    yes      yes   RFD-1
dispute   RFD-1 RFD-1    RFD-1 RFD-1   CPN-6 CPN-6   yes      yes    yes     yes       STA-1  STA-1    yes      yes   RFD-1
change    yes   yes      yes   STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
review    STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   yes       STA-1  STA-1    STA-1    STA-1 STA-1
reply     STA-1 STA-1    STA-1 STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
show      STA-1 STA-1    STA-1 STA-1   yes   yes     yes      yes    STA-1   STA-1     STA-1  STA-1    yes      yes   STA-1
write     STA-1 yes      yes   yes     yes   yes     yes      yes    yes     yes       yes    yes      yes      yes   yes
send      yes   STA-1    yes   STA-1   STA-1 STA-1   STA-1    STA-1  STA-1   STA-1     STA-1  STA-1    STA-1    STA-1 STA-1
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(state, row[0], answer) for row in ROWS[1:] for state, answer in zip(ROWS[0], row[1:], strict=True)]

NEW_DAY = date(2021, 4, 10)


class Stage:
    """A member seller's goods, one order of them, and the ways to bring it into a state."""

    def __init__(self) -> None:
        self.buyer = make.person()
        self.seller = make.seller()
        self.line = make.line()
        template = make.template(self.seller, self.line)
        self.rts = make.product(self.seller, price=10_000, ships_by=template)
        self.made = make.product(self.seller, price=10_000, rts=False)

    def started(self, product=None) -> Order:
        return make.order(
            self.buyer, {product or self.rts: 1}, by=self.line, paid=False, shipping=Money(0, "USD")
        )

    def drafted(self, send: bool) -> Order:
        draft = Draft({self.rts.pk: 1}, self.line.pk, "US", shipping=Money(0, "USD"))
        return start.by_seller(
            seller_id=self.seller.pk, buyer_id=self.buyer.pk, draft=draft, at=NOW, send=send
        )

    def short(self, ask: bool) -> Order:
        order = self.started()
        make.pay(order, at=NOW, amount=Money(30, "USD"))
        return bank.ask_for_rest(order_id=order.pk, at=NOW) if ask else order

    def paid(self) -> Order:
        order = self.started()
        make.pay(order, at=NOW)
        return order

    def sent(self, last: bool) -> Order:
        order = self.paid()
        dispatch.dispatch(order_id=order.pk, carrier="DHL", number="1", last=last, at=NOW)
        return order

    def received(self) -> Order:
        return receipt.receive(order_id=self.sent(last=True).pk, at=NOW)

    def cancelled(self) -> Order:
        return closing.cancel(order_id=self.started().pk, by="buyer", at=NOW)

    def proposed(self) -> Order:
        order = self.paid()
        amendment.propose(order_id=order.pk, day=date(2021, 3, 30), reason="Kiln", at=NOW)
        return order

    def late(self) -> Order:
        return make.order(self.buyer, {self.rts: 1}, by=self.line, at=NOW - timedelta(days=10))

    def funded(self) -> Order:
        order = self.started()
        bank.arrive(order_id=order.pk, amount=order.total, bank_reference="1", at=NOW)
        return order

    def refunded(self) -> Order:
        order = self.paid()
        refunds.agreed(order_id=order.pk, amount=None, at=NOW)
        return order


BRING: dict[str, Callable[[Stage], Order]] = {
    "draft": lambda stage: stage.drafted(send=False),
    "supplier": lambda stage: stage.started(stage.made),
    "buyer": lambda stage: stage.drafted(send=True),
    "payment": lambda stage: stage.started(),
    "short": lambda stage: stage.short(ask=True),
    "confirm": lambda stage: stage.short(ask=False),
    "dispatch": lambda stage: stage.paid(),
    "partly": lambda stage: stage.sent(last=False),
    "receipt": lambda stage: stage.sent(last=True),
    "completed": lambda stage: stage.received(),
    "closed": lambda stage: stage.cancelled(),
    "refunded": lambda stage: stage.refunded(),
    "proposed": lambda stage: stage.proposed(),
    "late": lambda stage: stage.late(),
    "funded": lambda stage: stage.funded(),
}
SHOWN = {
    "supplier": "awaiting_supplier",
    "buyer": "awaiting_buyer",
    "payment": "awaiting_payment",
    "short": "initial_payment_short",
    "confirm": "initial_payment_to_confirm",
    "dispatch": "awaiting_dispatch",
    "partly": "partly_dispatched",
    "receipt": "awaiting_receipt",
    "refunded": "closed",
    "proposed": "awaiting_dispatch",
    "late": "awaiting_dispatch",
    "funded": "awaiting_payment",
}
AT = NOW + timedelta(minutes=1)
TOKEN = "5e2f9a5c-6a8f-4a52-9f3e-6a0f2f1f7f10"


def claimed(order: Order, guarantee: str) -> object:
    return claims.file(order_id=order.pk, guarantee=guarantee, user_id=order.buyer_id, at=AT)


def twice(order: Order) -> Draft:
    """The same goods, but two of each."""
    items = dict.fromkeys(order.lines.values_list("product_id", flat=True), 2)
    return Draft(items, order.line_id, "US", shipping=Money(0, "USD"))


def taken_off(order: Order) -> object:
    """A coupon off the order, as if one were reserved for it."""
    coupon = coupons.issue(
        owner_id=order.buyer_id,
        bearer_id=None,
        from_order_id=order.pk,
        face=Money(5, "USD"),
        policy=Policy(),
        at=NOW,
    )
    coupons.reserve(coupon=coupon, order_id=order.pk, until=None, at=NOW)
    return payment.take_off_coupon(order_id=order.pk, at=AT)


def numbered(order: Order) -> object:
    """A number for a parcel that has none, as if the order's own, if any, had been submitted by proof."""
    parcel = Parcel.objects.filter(order_id=order.pk).first() or Parcel(order_id=order.pk, submitted_at=AT)
    parcel.number, parcel.proof_digest = "", "proof"
    parcel.save()
    return dispatch.add_number(order_id=order.pk, parcel_id=parcel.pk, carrier="DHL", number="9", at=AT)


DO: dict[str, Callable[[Order], object]] = {
    "confirm_s": lambda o: closing.confirm(order_id=o.pk, by="supplier", at=AT),
    "confirm_b": lambda o: closing.confirm(order_id=o.pk, by="buyer", at=AT),
    "decline_s": lambda o: closing.decline(order_id=o.pk, by="supplier", reason="terms", at=AT),
    "decline_b": lambda o: closing.decline(order_id=o.pk, by="buyer", reason="terms", at=AT),
    "cancel": lambda o: closing.cancel(order_id=o.pk, by="buyer", at=AT),
    "pay": lambda o: make.pay(o, at=AT),
    "coupon": taken_off,
    "associate": lambda o: bank.associate(order_id=o.pk, at=AT),
    "accept_sh": lambda o: bank.accept_short(order_id=o.pk, at=AT),
    "ask_rest": lambda o: bank.ask_for_rest(order_id=o.pk, at=AT),
    "dispatch": lambda o: dispatch.dispatch(order_id=o.pk, carrier="DHL", number="9", last=True, at=AT),
    "number": numbered,
    "receive": lambda o: receipt.receive(order_id=o.pk, at=AT),
    "extend": lambda o: receipt.extend(order_id=o.pk, by="buyer", at=AT),
    "propose": lambda o: amendment.propose(order_id=o.pk, day=NEW_DAY, reason="x", at=AT),
    "accept": lambda o: amendment.accept(order_id=o.pk, at=AT),
    "refuse": lambda o: amendment.refuse(order_id=o.pk, at=AT),
    "address": lambda o: receipt.change_address(order_id=o.pk, at=AT),
    "claim": lambda o: claimed(o, "dispatch"),
    "claim_dlv": lambda o: claimed(o, "delivery"),
    "exempt": lambda o: claims.exempt_order(order_id=o.pk, platform_bears=False, reason="x", at=AT),
    "refund": lambda o: refunds.agreed(order_id=o.pk, amount=None, at=AT),
    "change": lambda o: contract.change(order_id=o.pk, draft=twice(o), at=AT),
    "send": lambda o: contract.send(order_id=o.pk, at=AT),
    "review": lambda o: reviews.review(order_id=o.pk, stars=Stars(5, 4, 3), words="Good", at=AT),
    "reply": lambda o: reviews.reply(order_id=o.pk, words="Thank you", at=AT),
    "show": lambda o: production.show(order_id=o.pk, stage="materials", words="Clay", token=TOKEN, at=AT),
    "write": lambda o: messages.send(order_id=o.pk, side="buyer", words="Hello", token=TOKEN, at=AT),
    "dispute": lambda o: refunds.apply(order_id=o.pk, amount=None, reason="x", at=AT),
}


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.rule("ORD-2", "STA-1")
@pytest.mark.parametrize("state", BRING)
def test_every_state_is_reached(stage, state):
    assert BRING[state](stage).pk
    assert Order.objects.get().state == SHOWN.get(state, state)


@pytest.mark.rule("ORD-2", "STA-1", "CLM-4", "RFD-1", "DSP-6")
@pytest.mark.parametrize(("state", "verb", "answer"), CELLS)
def test_every_verb_in_every_state(stage, state, verb, answer):
    order = BRING[state](stage)
    before = Order.objects.values().get()
    try:
        DO[verb](order)
    except RuleViolation as violation:
        assert violation.rule_id == answer
        assert Order.objects.values().get() == before
    else:
        assert answer == "yes"
    assert not faults()


def test_the_table_is_whole():
    assert {(state, verb) for state, verb, _answer in CELLS} == {(s, v) for s in BRING for v in DO}


# Acts on one order, its dispute or its claim; here, in `test_dispute_verbs.py` or, after the colon, elsewhere.
VERBS = """
orders.confirm orders.decline orders.cancel orders.start orders.associate orders.accept_short orders.ask_for_rest
orders.take_off_coupon orders.dispatch orders.add_number orders.receive orders.extend orders.change_address orders.propose orders.accept orders.refuse
orders.exempt claims.exempt_order claims.file claims.approve claims.reject
orders.counter orders.withdraw orders.add orders.review orders.reply orders.show
orders.agreed orders.apply orders.answer orders.escalate orders.rule orders.change orders.send
: orders.read orders.lapse orders.lock orders.locked orders.elapse orders.escalate_due orders.lapse orders.arrive
"""


def test_every_verb_of_the_services_is_tried():
    """One that is added without its row fails: give it one, or say where it is tried."""
    found = set()
    for package in ("orders.services", "claims.services"):
        top = importlib.import_module(package)
        below = pkgutil.iter_modules(getattr(top, "__path__", []), f"{package}.")
        for module in [top, *(importlib.import_module(info.name) for info in below)]:
            for name, act in inspect.getmembers(module, inspect.isfunction):
                own = act.__module__ == module.__name__ and not name.startswith("_")
                if own and {"order_id", "refund_id", "claim_id"} & set(inspect.signature(act).parameters):
                    found.add(f"{package.partition('.')[0]}.{name}")
    assert found == set(VERBS.split()) - {":"}
