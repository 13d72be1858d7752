"""F6: an application for a refund in every state, and a claim in every state, and there every verb, against tables."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation
from assurance.ledger.queries import faults
from claims import services as claims
from claims.models import Claim
from orders.models import Order, Refund
from orders.services import refunds
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

# `new` is with the supplier on its first day, `due` on day 4, `week` is left until day 7.
DISPUTES = """
           new   refused due   week  escalated agreed ruled denied closed offered
agree      yes   yes     yes   STA-1 STA-1     STA-1  STA-1 STA-1  STA-1  yes
refuse     yes   yes     yes   STA-1 STA-1     STA-1  STA-1 STA-1  STA-1  yes
counter    yes   yes     yes   STA-1 STA-1     STA-1  STA-1 STA-1  STA-1  yes
accept     STA-1 STA-1   STA-1 STA-1 STA-1     STA-1  STA-1 STA-1  STA-1  yes
decline    STA-1 STA-1   STA-1 STA-1 STA-1     STA-1  STA-1 STA-1  STA-1  yes
withdraw   yes   yes     yes   yes   yes       STA-1  STA-1 STA-1  STA-1  yes
add        yes   yes     yes   yes   yes       STA-1  STA-1 STA-1  STA-1  yes
escalate   RFD-2 RFD-2   yes   STA-1 STA-1     STA-1  STA-1 STA-1  STA-1  RFD-2
rule       STA-1 STA-1   STA-1 yes   yes       STA-1  STA-1 STA-1  STA-1  STA-1
deny       STA-1 STA-1   STA-1 yes   yes       STA-1  STA-1 STA-1  STA-1  STA-1
apply      RFD-2 RFD-2   RFD-2 RFD-2 RFD-2     yes    yes   yes    STA-1  RFD-2
settle     yes   yes     yes   yes   yes       yes    yes   yes    STA-1  yes
"""
CLAIMS = """
           in_review approved rejected
approve    yes       STA-1    STA-1
reject     yes       STA-1    STA-1
file       CLM-1     CLM-1    CLM-1
"""
PART, OFFER = Money(10, "USD"), Money(5, "USD")
DAY = timedelta(days=1)


def cells(table: str) -> list[tuple[str, str, str]]:
    head, *rows = (line.split() for line in table.strip().splitlines())
    return [(state, row[0], answer) for row in rows for state, answer in zip(head, row[1:], strict=True)]


def bought(at=NOW) -> Order:
    seller, line = make.seller(), make.line()
    mug = make.product(seller, price=10_000, ships_by=make.template(seller, line))
    return make.order(make.person(), {mug: 1}, by=line, at=at)


def applied(ago: int = 0) -> Refund:
    at = NOW - ago * DAY
    return refunds.apply(order_id=bought(at).pk, amount=PART, reason="Broken", at=at)


def refused() -> Refund:
    return refunds.answer(refund_id=applied().pk, agree=False, words="Not ours", at=NOW)


def agreed() -> Refund:
    return refunds.answer(refund_id=applied().pk, agree=True, at=NOW)


def escalated() -> Refund:
    return refunds.escalate(refund_id=applied(ago=5).pk, at=NOW)


def ruled(amount: Money) -> Refund:
    return refunds.rule(refund_id=escalated().pk, amount=amount, at=NOW)


def offered() -> Refund:
    return refunds.counter(refund_id=applied().pk, offer=OFFER, words="Half", at=NOW)


def closed() -> Refund:
    """Both sides agree on everything while an application is open."""
    refund = applied()
    refunds.agreed(order_id=refund.order_id, amount=None, at=NOW)
    return refund


DISPUTE: dict[str, Callable[[], Refund]] = {
    "new": applied,
    "refused": refused,
    "due": lambda: applied(ago=4),
    "week": lambda: applied(ago=7),
    "escalated": escalated,
    "agreed": agreed,
    "ruled": lambda: ruled(PART),
    "denied": lambda: ruled(PART * 0),
    "closed": closed,
    "offered": offered,
}
DO: dict[str, Callable[[Refund], object]] = {
    "agree": lambda r: refunds.answer(refund_id=r.pk, agree=True, at=NOW),
    "refuse": lambda r: refunds.answer(refund_id=r.pk, agree=False, words="No", at=NOW),
    "counter": lambda r: refunds.counter(refund_id=r.pk, offer=OFFER - Money(1, "USD"), at=NOW),
    "accept": lambda r: refunds.accept(refund_id=r.pk, seen=OFFER, at=NOW),
    "decline": lambda r: refunds.decline(refund_id=r.pk, seen=OFFER, at=NOW),
    "withdraw": lambda r: refunds.withdraw(refund_id=r.pk, at=NOW),
    "add": lambda r: refunds.add(refund_id=r.pk, side="buyer", words="See the label", at=NOW),
    "escalate": lambda r: refunds.escalate(refund_id=r.pk, at=NOW),
    "rule": lambda r: refunds.rule(refund_id=r.pk, amount=PART, at=NOW),
    "deny": lambda r: refunds.rule(refund_id=r.pk, amount=PART * 0, at=NOW),
    "apply": lambda r: refunds.apply(order_id=r.order_id, amount=PART, reason="Again", at=NOW),
    "settle": lambda r: refunds.agreed(order_id=r.order_id, amount=PART, at=NOW),
}


def claimed() -> Claim:
    order = bought(NOW - 10 * DAY)
    return claims.file(order_id=order.pk, guarantee="dispatch", user_id=order.buyer_id, at=NOW)


CLAIM: dict[str, Callable[[], Claim]] = {
    "in_review": claimed,
    "approved": lambda: claims.approve(claim_id=claimed().pk, reason="Late", at=NOW),
    "rejected": lambda: claims.reject(claim_id=claimed().pk, reason="In time", at=NOW),
}
DECIDE: dict[str, Callable[[Claim], object]] = {
    "approve": lambda c: claims.approve(claim_id=c.pk, reason="Late", at=NOW),
    "reject": lambda c: claims.reject(claim_id=c.pk, reason="In time", at=NOW),
    "file": lambda c: claims.file(order_id=c.order_id, guarantee="dispatch", user_id=c.filed_by_id, at=NOW),
}


def tried(model, thing, do, answer) -> None:
    before = model.objects.values().get(pk=thing.pk), Order.objects.values().get()
    try:
        do(thing)
    except RuleViolation as violation:
        assert violation.rule_id == answer
        assert (model.objects.values().get(pk=thing.pk), Order.objects.values().get()) == before
    else:
        assert answer == "yes"
    assert not faults()


@pytest.mark.rule("RFD-2", "STA-1", "TIM-3")
@pytest.mark.parametrize(("state", "verb", "answer"), cells(DISPUTES))
def test_every_verb_in_every_state_of_a_dispute(state, verb, answer):
    tried(Refund, DISPUTE[state](), DO[verb], answer)


@pytest.mark.rule("CLM-1", "CLM-5", "STA-1")
@pytest.mark.parametrize(("state", "verb", "answer"), cells(CLAIMS))
def test_every_verb_in_every_state_of_a_claim(state, verb, answer):
    tried(Claim, CLAIM[state](), DECIDE[verb], answer)


def test_the_tables_are_whole():
    assert {(s, v) for s, v, _ in cells(DISPUTES)} == {(s, v) for s in DISPUTE for v in DO}
    assert {(s, v) for s, v, _ in cells(CLAIMS)} == {(s, v) for s in CLAIM for v in DECIDE}
