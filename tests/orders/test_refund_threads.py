"""Negotiating a refund: offers, answers, evidence, withdrawing, and what a ruling would move."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.urls import reverse
from moneyed import Money

from assurance.kernel import clock
from assurance.kernel.events import Actor
from assurance.kernel.rules import RuleViolation
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance
from assurance.notices.models import Notice
from orders.models import Attachment, RefundStep
from orders.queries.refunds import application, outcomes
from orders.rules import refunds as rules
from orders.services import dispatch, receipt, refunds
from sellers.models import Debt
from sellers.services import funds
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def usd(amount):
    return Money(amount, "USD")


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def order(ming):
    shop = make.seller(staff=ming)
    return make.order(make.person("alice"), {make.product(shop): 10})


@pytest.fixture
def applied(order):
    return refunds.apply(
        order_id=order.pk, amount=usd(50), reason="Chipped", cause="damaged", at=NOW,
        actor=Actor("buyer", order.buyer_id), uploads=[make.upload()],
    )  # fmt: skip


def kinds(refund):
    return [step.kind for step in refund.steps.order_by("id")]


@pytest.mark.rule("RFD-2")
def test_an_accepted_offer_is_paid_once(applied):
    refunds.counter(refund_id=applied.pk, offer=usd(20), words="A third", at=NOW + DAY)
    refunds.counter(refund_id=applied.pk, offer=usd(20), words="A third", at=NOW + DAY)
    done = refunds.accept(refund_id=applied.pk, seen=usd(20), at=NOW + 2 * DAY)
    assert (done.state, done.paid, done.full) == ("agreed", usd(20), False)
    assert kinds(applied) == ["applied", "countered", "accepted"]
    with refused("STA-1"):
        refunds.accept(refund_id=applied.pk, seen=usd(20), at=NOW + 2 * DAY)
    assert done.order.refunded == usd(20)


@pytest.mark.rule("RFD-1")
def test_a_reason_that_the_order_contradicts_is_refused(order):
    def apply(cause: str) -> None:
        refunds.apply(order_id=order.pk, amount=usd(5), cause=cause, reason="Not here", at=NOW + DAY)

    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="JD1", last=True, at=NOW)
    with refused("RFD-1", field="cause"):
        apply("not_dispatched")
    dispatch.track(carrier="DHL", number="JD1", kind="delivered", happened_at=NOW, at=NOW + DAY)
    with refused("RFD-1", field="cause"):
        apply("not_delivered")
    apply("damaged")


@pytest.mark.rule("RFD-2")
def test_a_refusal_says_why(applied):
    with refused("RFD-2", field="words"):
        refunds.answer(refund_id=applied.pk, agree=False, words=" ", at=NOW + DAY)
    assert kinds(applied) == ["applied"]


@pytest.mark.rule("RFD-2")
def test_an_offer_said_no_to_is_gone_and_the_application_stands(applied):
    refunds.counter(refund_id=applied.pk, offer=usd(20), at=NOW + DAY)
    refunds.decline(refund_id=applied.pk, seen=usd(20), words="Too little", at=NOW + DAY)
    with refused("STA-1"):
        refunds.accept(refund_id=applied.pk, at=NOW + DAY)
    refunds.counter(refund_id=applied.pk, offer=usd(30), at=NOW + 2 * DAY)
    with refused("RFD-2"):
        refunds.accept(refund_id=applied.pk, seen=usd(20), at=NOW + 2 * DAY)
    refunds.answer(refund_id=applied.pk, agree=False, words="Enough", at=NOW + 2 * DAY)
    with refused("STA-1"):
        refunds.accept(refund_id=applied.pk, seen=usd(30), at=NOW + 2 * DAY)
    applied.refresh_from_db()
    assert (applied.state, applied.counter, applied.paid) == ("negotiating", None, None)


@pytest.mark.rule("RFD-2", "CPN-6")
@pytest.mark.parametrize(("offer", "rule"), [(50, "RFD-2"), (51, "RFD-2"), (0, "RFD-1"), (101, "RFD-2")])
def test_what_cannot_be_offered(applied, offer, rule):
    with refused(rule, field="offer"):
        refunds.counter(refund_id=applied.pk, offer=usd(offer), at=NOW)
    assert kinds(applied) == ["applied"]


@pytest.mark.rule("CPN-6")
def test_an_offer_beyond_the_cash_is_refused_without_the_buyers_advice(order):
    everything = refunds.apply(order_id=order.pk, amount=None, reason="", at=NOW)
    with pytest.raises(RuleViolation) as caught:
        refunds.counter(refund_id=everything.pk, offer=usd(1000), at=NOW)
    assert (caught.value.rule_id, caught.value.advice) == ("CPN-6", "")


@pytest.mark.rule("RFD-2")
def test_an_offer_does_not_stop_the_days(applied):
    refunds.counter(refund_id=applied.pk, offer=usd(20), at=NOW + 5 * DAY)
    refunds.escalate(refund_id=applied.pk, at=NOW + 5 * DAY)
    for late in (refunds.accept, refunds.decline):
        with refused("STA-1"):
            late(refund_id=applied.pk, at=NOW + 5 * DAY)
    with refused("STA-1"):
        refunds.counter(refund_id=applied.pk, offer=usd(30), at=NOW + 5 * DAY)
    applied.refresh_from_db()
    assert (applied.state, applied.counter) == ("escalated", None)


@pytest.mark.rule("RFD-2", "TIM-3")
def test_on_day_7_an_offer_is_over_although_no_job_has_run(applied):
    refunds.counter(refund_id=applied.pk, offer=usd(20), at=NOW + DAY)
    applied.refresh_from_db()
    due = rules.escalates_at(NOW, applied.order.policy.policy)
    assert application(applied, due - timedelta(seconds=1)).offer == usd(20)
    assert application(applied, due).offer is None
    with refused("STA-1"):
        refunds.accept(refund_id=applied.pk, at=due)


@pytest.mark.rule("RFD-2", "PAY-4")
@pytest.mark.parametrize("escalated", [False, True])
def test_withdrawn_it_is_over_and_another_may_follow(applied, escalated):
    if escalated:
        refunds.escalate(refund_id=applied.pk, at=NOW + 4 * DAY)
    at = NOW + 4 * DAY
    done = refunds.withdraw(refund_id=applied.pk, at=at)
    assert (done.state, done.order.disputed, kinds(applied)[-1]) == ("withdrawn", False, "withdrawn")
    for verb in (refunds.withdraw, refunds.escalate):
        with refused("STA-1"):
            verb(refund_id=applied.pk, at=at)
    refunds.apply(order_id=done.order_id, amount=None, reason="", at=at)


@pytest.mark.rule("RFD-2")
def test_evidence_of_both_sides_until_it_is_decided(applied, ming):
    said = {"words": "See", "token": "one", "uploads": [make.upload("waybill.pdf")], "at": NOW + DAY}
    for _again in range(2):
        refunds.add(refund_id=applied.pk, side=refunds.SUPPLIER, actor=Actor("seller", ming.pk), **said)
    refunds.escalate(refund_id=applied.pk, at=NOW + 4 * DAY)
    refunds.add(refund_id=applied.pk, side=refunds.BUYER, words="And this", at=NOW + 4 * DAY)
    assert kinds(applied) == ["applied", "said", "escalated", "said"]
    assert Attachment.objects.filter(purpose="evidence").count() == 2
    assert Notice.objects.filter(kind="refund_evidence", user=applied.order.buyer).count() == 1
    refunds.rule(refund_id=applied.pk, amount=usd(0), at=NOW + 5 * DAY)
    with refused("STA-1"):
        refunds.add(refund_id=applied.pk, side=refunds.BUYER, words="More", at=NOW + 5 * DAY)


def test_a_step_is_never_changed(applied):
    for change in (
        lambda: RefundStep.objects.update(words="Other"),
        lambda: RefundStep.objects.all().delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


@pytest.mark.rule("PAY-4", "RFD-3")
@pytest.mark.parametrize("withdrawn", [0, 90])
@pytest.mark.parametrize("amount", [None, 50])
def test_what_a_ruling_would_move_is_what_it_moves(order, withdrawn, amount):
    """Foretold and done are alike, from held money and after its release, with a debt and without."""
    if withdrawn:
        dispatch.dispatch(order_id=order.pk, carrier="DHL", number="W1", last=True, at=NOW)
        receipt.receive(order_id=order.pk, at=NOW)
        funds.withdraw(seller_id=order.seller_id, amount=usd(withdrawn), reference="w", at=NOW)
    asked = usd(amount) if amount else None
    refund = refunds.apply(order_id=order.pk, amount=asked, reason="", at=NOW)
    refunds.escalate(refund_id=refund.pk, at=NOW + 4 * DAY)
    refund.refresh_from_db()
    foretold = {each.amount: each for each in outcomes(refund)}[asked]
    before = balance(AccountKind.SELLER, order.seller_id)
    done = refunds.rule(refund_id=refund.pk, amount=asked, at=NOW + 5 * DAY)
    owed = sum(debt.amount.amount - debt.taken.amount for debt in Debt.objects.all())
    assert done.paid == foretold.parts.cash
    assert before - balance(AccountKind.SELLER, order.seller_id) == foretold.from_balance
    assert owed == foretold.debt.amount
    assert bool(owed) == bool(withdrawn)


class TestPages:
    @pytest.fixture
    def buyer(self, client, order):
        client.force_login(order.buyer)
        return client

    def post(self, client, order, verb, at=NOW, **data):
        with clock.frozen(at):
            return client.post(reverse(f"orders:{verb}", args=[order.number]), data, follow=True)

    def test_the_buyer_answers_an_offer(self, buyer, order, applied):
        refunds.counter(refund_id=applied.pk, offer=usd(20), words="A third", at=NOW)
        with clock.frozen(NOW):
            html = buyer.get(reverse("orders:refund", args=[order.number])).content.decode()
        assert 'value="2000"' in html and "A third" in html and "crate.jpg" in html
        self.post(buyer, order, "refund_accept", seen="1999")
        applied.refresh_from_db()
        assert applied.state == "negotiating", "another amount than the one on the page"
        self.post(buyer, order, "refund_accept", seen="²")
        assert (
            "You accepted the offer" in self.post(buyer, order, "refund_accept", seen="2000").content.decode()
        )
        applied.refresh_from_db()
        assert applied.paid == usd(20)

    def test_evidence_with_a_file_that_lies_keeps_the_words(self, buyer, order, applied):
        token = "0b3ddf0e-2c3b-4b0c-9d4b-3c2b1a0f9e8d"
        lies = SimpleUploadedFile("crate.jpg", b"MZ not a picture")
        answer = self.post(buyer, order, "refund_evidence", words="Kept words", token=token, evidence=lies)
        assert answer.status_code == 422 and "Kept words" in answer.content.decode()
        assert kinds(applied) == ["applied"]
        self.post(buyer, order, "refund_evidence", words="Good", token=token)
        self.post(buyer, order, "refund_evidence", words="Good", token=token)
        assert kinds(applied) == ["applied", "said"]
        assert self.post(buyer, order, "refund_evidence", words="", token=token).status_code == 422

    def test_the_supplier_offers_and_shows(self, client, order, applied, ming):
        client.force_login(ming)
        client.cookies["django_language"] = "en"

        def post(name, **data):
            with clock.frozen(NOW):
                return client.post(reverse(f"ma:{name}", args=[order.number]), data, follow=True)

        assert (
            "Enter the amount you offer"
            in post("refund", refund=applied.pk, answer="counter").content.decode()
        )
        too_much = post(
            "refund", refund=applied.pk, answer="counter", offer="50", words="Kept"
        ).content.decode()
        assert "RFD-2" in too_much and "Kept" in too_much
        assert (
            "The buyer has been told."
            in post("refund", refund=applied.pk, answer="counter", offer="20").content.decode()
        )
        token = "0b3ddf0e-2c3b-4b0c-9d4b-3c2b1a0f9e8d"
        html = post("refund-evidence", words="Packed well", token=token).content.decode()
        assert "Packed well" in html and "Your open offer" in html
