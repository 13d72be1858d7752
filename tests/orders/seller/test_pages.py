"""A seller's order list and order page: what they show, whom they let in, what their verbs do once and twice."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.days import day_of, plus
from assurance.kernel.models import Event
from assurance.kernel.money import Money
from claims import services as claims
from logistics.models import Parcel
from orders.models import Order, Proposal
from orders.services import bank, refunds
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
VERBS = (
    "dispatch",
    "propose",
    "confirm",
    "decline",
    "cancel",
    "associate-order",
    "accept-short",
    "ask-for-rest",
    "extend",
    "refund",
)


class Office:
    """A seller's staff at work, at an instant."""

    def __init__(self, client, user):
        self.client = client
        client.force_login(user)
        client.cookies["django_language"] = "en"

    def get(self, name, *args, at=NOW, **query):
        with clock.frozen(at):
            return self.client.get(reverse(f"ma:{name}", args=args), query)

    def post(self, name, *args, at=NOW, follow=True, **data):
        with clock.frozen(at):
            return self.client.post(reverse(f"ma:{name}", args=args), data, follow=follow)

    def queries(self, name, *args, at=NOW, **query):
        with CaptureQueriesContext(connection) as counted:
            assert self.get(name, *args, at=at, **query).status_code == 200
        return len(counted)


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def seller(ming):
    return make.seller(staff=ming)


@pytest.fixture
def buyer():
    return make.person("alice", company="Harbor & Pine")


@pytest.fixture
def mug(seller):
    return make.product(seller, price=10000, name="Enamel mug", name_zh="搪瓷杯")


@pytest.fixture
def office(client, ming, seller):
    return Office(client, ming)


def text(answer):
    return answer.content.decode()


# The list


def test_the_list_needs_ten_queries_however_many_orders(office, seller, buyer, mug):
    for _ in range(3):
        order = make.order(buyer, {mug: 1})
    office.post("dispatch", order.number, carrier="DHL", number="FIRST", last="on")
    few = office.queries("orders")
    for n in range(24):
        order = make.order(buyer, {mug: 1}, paid=n % 2 == 0)
        if n % 4 == 0:
            office.post("dispatch", order.number, carrier="DHL", number=f"A{n}00", last="on")
    assert office.queries("orders") == few <= 10
    assert office.queries("orders", tab="to_dispatch", q="mug", dispatch="1", state="awaiting_dispatch") <= 10


def test_the_list_shows_only_ones_own_orders_and_what_stands_on_them(office, buyer, mug):
    mine = make.order(buyer, {mug: 1})
    other = make.order(buyer, {make.product(make.seller("Rival")): 1})
    page = text(office.get("orders", at=NOW + 8 * DAY))
    assert reverse("ma:order", args=[mine.number]) in page
    assert other.number not in page
    assert "Overdue" in page and "The buyer can claim, at most USD\u00a010.00" in page
    assert "1 overdue" in page
    assert "&lt;span" not in page, "what is made of parts is not escaped again"


def test_pages_go_on_and_back_with_the_filters_kept(office, buyer, mug):
    orders = [make.order(buyer, {mug: 1}) for _ in range(45)][::-1]

    def numbers(answer):
        return [look.row.order.number for look in answer.context["looks"]]

    first = office.get("orders", q="mug")
    assert numbers(first) == [o.number for o in orders[:20]]
    with clock.frozen(NOW):
        second = office.client.get(reverse("ma:orders") + first.context["page"].next)
        third = office.client.get(reverse("ma:orders") + second.context["page"].next)
        back = office.client.get(reverse("ma:orders") + third.context["page"].previous)
    assert numbers(third) == [o.number for o in orders[40:]]
    assert numbers(back) == numbers(second)
    assert "q=mug" in second.context["page"].next
    assert not third.context["page"].next


def test_orders_to_dispatch_are_paged_by_their_deadline(office, seller, buyer):
    slow, quick = make.product(seller, dispatch_days=30), make.product(seller, dispatch_days=2)
    for n in range(25):
        make.order(buyer, {slow if n % 2 else quick: 1}, at=NOW - timedelta(minutes=n))
    first = office.get("orders", tab="to_dispatch")
    with clock.frozen(NOW):
        second = office.client.get(reverse("ma:orders") + first.context["page"].next)
    shown = [look.row.order for answer in (first, second) for look in answer.context["looks"]]
    assert len({order.pk for order in shown}) == 25
    assert [order.dispatch_due for order in shown] == sorted(order.dispatch_due for order in shown)


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "nowhere"},
        {"state": "no_such_state"},
        {"created_from": "yesterday"},
        {"created_from": "2021-03-10", "created_to": "2021-03-09"},
        {"destination": "XX", "currency": "ZZZ", "export": "smuggle"},
        {"after": "nonsense"},
        {"before": "' OR 1=1"},
        {"after": "9" * 40},
        {"q": "x" * 400},
        {"q": "\x00"},
    ],
)
def test_nonsense_in_the_address_is_told_and_breaks_nothing(office, buyer, mug, query):
    make.order(buyer, {mug: 1})
    assert office.get("orders", **query).status_code == 200


def test_the_filters_are_drawn_when_they_are_opened_and_go_along_hidden_when_not(office, seller, ming, mug):
    make.order(make.person("nora", country="NO"), {mug: 1})
    opened = text(office.get("orders", filters="open", country="NO", salesperson="0"))
    assert '<select name="country"' in opened and '<option value="NO" selected>Norway</option>' in opened
    assert f'<option value="{ming.pk}">' in opened and '<input type="hidden" name="country"' not in opened
    shut = text(office.get("orders", country="NO", salesperson="0"))
    assert '<input type="hidden" name="country" value="NO">' in shut and '<select name="country"' not in shut
    assert "country: Norway" in shut and "Salesperson: Not assigned" in shut
    with clock.frozen(NOW):
        part = office.client.get(
            reverse("ma:orders"), {"filters": "open"}, headers={"HX-Request": "true"}
        ).content.decode()
    assert '<select name="country"' in part and "<html" not in part


def test_a_wrong_filter_is_said_beside_its_field(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    page = text(office.get("orders", created_from="2021-03-10", created_to="2021-03-09"))
    assert "The last day is before the first." in page
    assert order.number in page


# The page


@pytest.mark.parametrize("state", ["to_pay", "to_dispatch", "late", "claimed", "used", "refunding"])
def test_the_page_needs_fifteen_queries(office, seller, buyer, mug, state):
    order = make.order(buyer, {mug: 2, make.product(seller): 1}, paid=state != "to_pay")
    at = NOW + 8 * DAY
    if state in ("claimed", "used", "refunding"):
        for n in range(3):
            office.post(
                "dispatch", order.number, at=at, carrier="DHL", number=f"P{n}00", last="on" if n == 2 else ""
            )
        claim = claims.file(order_id=order.pk, guarantee="dispatch", user_id=buyer.pk, at=at)
    if state == "used":
        coupon = claims.approve(claim_id=claim.pk, reason="", at=at).coupon_id
        other = make.order(buyer, {make.product(make.seller("Rival")): 5}, at=at, paid=False)
        make.pay(other, at=at, coupon_id=coupon)
    if state == "refunding":
        refunds.apply(order_id=order.pk, amount=Money(1, "USD"), reason="", at=at)
    assert office.queries("order", order.number, at=at) <= 15


def test_another_sellers_order_is_not_there(office, buyer):
    other = make.order(buyer, {make.product(make.seller("Rival")): 1}, paid=False)
    assert office.get("order", other.number).status_code == 404
    assert office.get("order", "12345").status_code == 404
    for verb in VERBS:
        assert office.post(verb, other.number).status_code == 404
        assert office.get(verb, other.number).status_code in (302, 404)
    other.refresh_from_db()
    assert other.state == "awaiting_payment"


def test_a_verb_without_its_form_leads_back_to_the_order(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    for verb in VERBS:
        assert office.get(verb, order.number).url == reverse("ma:order", args=[order.number])


def test_funds_show_both_parts_and_what_is_to_arrive(office, seller, buyer, mug):
    late = make.order(buyer, {make.product(make.seller("Rival"), price=30000): 1}, at=NOW - 10 * DAY)
    claim = claims.file(order_id=late.pk, guarantee="dispatch", user_id=buyer.pk, at=NOW)
    coupon = claims.approve(claim_id=claim.pk, reason="", at=NOW).coupon_id
    order = make.order(buyer, {mug: 5}, paid=False)
    make.pay(order, at=NOW, coupon_id=coupon)
    funds = office.get("order", order.number).context["funds"]
    assert (funds.buyer_pays, funds.platform_pays) == (Money("470.00", "USD"), Money("30.00", "USD"))
    assert (funds.fee, funds.expected) == (Money("10.00", "USD"), Money("490.00", "USD"))
    assert "30.00" in text(office.get("order", order.number))


def test_a_parcel_is_submitted_once_however_often_it_is_sent(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    for _ in range(2):
        page = text(office.post("dispatch", order.number, carrier="DHL", number=" 44 18 2207 95 ", last="on"))
        assert "Parcel 4418220795 is submitted. It was the last of the order." in page
    assert Parcel.objects.get(order_id=order.pk).number == "4418220795"
    assert Event.objects.filter(kind="parcel_submitted").count() == 1


def test_until_it_is_known_when_it_left_an_order_is_submitted(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    waybill = SimpleUploadedFile("waybill.pdf", make.upload("waybill.pdf").content)
    page = text(office.post("dispatch", order.number, carrier="Own truck", proof=waybill, last="on"))
    assert "on its way." not in page
    assert "not yet" not in page
    assert "The whole order is submitted." in page
    assert "submitted 15 Mar 2021" in page.replace("\xa0", " ")
    known = text(office.get("order", order.number, at=NOW + 3 * DAY))
    assert "The whole order is on its way." in known


def test_a_lateness_that_is_over_grows_no_more(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    office.post("dispatch", order.number, at=NOW + 9 * DAY, carrier="DHL", number="L100", last="on")
    page = text(office.get("order", order.number, at=NOW + 20 * DAY))
    assert "no scan came within 48 hours · 3 days late" in page


def test_what_was_typed_comes_back_with_the_refusal(office, buyer, mug):
    one, two = make.order(buyer, {mug: 1}), make.order(buyer, {mug: 1})
    office.post("dispatch", one.number, carrier="DHL", number="4418220795", last="on")
    taken = office.post("dispatch", two.number, carrier="DHL", number="4418220795")
    assert taken.status_code == 409
    assert "DSP-3" in text(taken) and 'value="4418220795"' in text(taken)
    assert not taken.context["parcel_form"].data.get("last")
    wrong = office.post("dispatch", two.number, carrier="", number="?!")
    assert wrong.status_code == 422
    assert 'value="?!"' in text(wrong) and "3 to 60 letters" in text(wrong)
    two.refresh_from_db()
    assert two.state == "awaiting_dispatch"


def test_another_dispatch_day_is_proposed_once(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    assert order.dispatch_due is not None
    day = plus(order.dispatch_due, 3).isoformat()
    for _ in range(2):
        page = text(office.post("propose", order.number, day=day, reason="The glaze came late"))
        assert "Nothing moves unless the buyer accepts" in page
    assert Proposal.objects.get().reason == "The glaze came late"
    assert Event.objects.filter(kind="date_proposed").count() == 1


def test_a_day_that_cannot_be_agreed_is_refused_with_its_rule(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    refused = office.post("propose", order.number, day=day_of(NOW).isoformat(), reason="No <b>stock</b>")
    assert refused.status_code == 422
    assert "DSP-6" in text(refused) and "No &lt;b&gt;stock&lt;/b&gt;" in text(refused)
    assert office.post("propose", order.number, day="soon", reason="").status_code == 422
    assert not Proposal.objects.exists()


def test_an_intent_order_is_confirmed_or_declined(office, seller, buyer):
    lid = make.product(seller, rts=False)
    one, two = make.order(buyer, {lid: 1}, paid=False), make.order(buyer, {lid: 1}, paid=False)
    asked = text(office.get("order", one.number))
    assert ("Decline the order" in asked, "Cancel the order" in asked) == (True, False), "one way to say no"
    assert "You confirmed the order" in text(office.post("confirm", one.number))
    assert "Cancel the order" in text(office.get("order", one.number))
    assert "STA-1" in text(office.post("confirm", one.number))
    refused = office.post("decline", two.number, reason="weather", words="Sorry")
    assert refused.status_code == 422
    assert "Sorry" in text(refused)
    office.post("decline", two.number, reason="terms", words="The price is too low")
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.state, two.state) == ("awaiting_payment", "closed")
    assert Event.objects.get(kind="declined").data["words"] == "The price is too low"


def test_a_refund_is_agreed_or_refused_with_words(office, buyer, mug):
    order = make.order(buyer, {mug: 3})
    refund = refunds.apply(order_id=order.pk, amount=Money(50, "USD"), reason="Chipped", at=NOW)
    silent = office.post("refund", order.number, refund=refund.pk, answer="refuse", words=" ")
    assert silent.status_code == 422
    office.post("refund", order.number, refund=refund.pk, answer="refuse", words="Packed well")
    office.post("refund", order.number, refund=refund.pk, answer="refuse", words="Packed well")
    assert Event.objects.filter(kind="refund_refused").count() == 1
    assert "The refund is paid" in text(
        office.post("refund", order.number, refund=refund.pk, answer="agree", words="")
    )
    refund.refresh_from_db()
    assert (refund.state, refund.paid) == ("agreed", Money(50, "USD"))
    assert "STA-1" in text(office.post("refund", order.number, refund=refund.pk, answer="agree", words=""))


def test_a_dispatch_without_a_day_says_what_it_waits_for(office, buyer, mug):
    order = make.order(buyer, {mug: 3}, paid=False, initial=Money(10, "USD"))
    make.pay(order, at=NOW)
    row = text(office.get("orders", tab="to_dispatch"))
    assert "Initial payment received" in row and "starts with the full payment" in row
    make.pay(order, at=NOW)
    assert "starts with the full payment" not in text(office.get("orders", tab="to_dispatch"))


def test_a_refund_waits_in_the_list_for_its_answer(office, buyer, mug):
    order = make.order(buyer, {mug: 3})
    office.post("dispatch", order.number, carrier="DHL", number="A1", last="on")
    refund = refunds.apply(order_id=order.pk, amount=None, reason="Chipped", at=NOW)
    page = text(office.get("orders", tab="after_sales"))
    assert f'{reverse("ma:order", args=[order.number])}#refund">Answer</a>' in page
    assert "Refund: answer by 18 Mar 2021 23:59 PDT" in page.replace("\xa0", " ")
    late = text(office.get("orders", at=NOW + 5 * DAY))
    assert "The refund still waits for your answer" in late
    refunds.counter(refund_id=refund.pk, offer=Money(20, "USD"), at=NOW)
    page = text(office.get("orders", tab="after_sales"))
    assert "#refund" not in page
    assert "Refund being decided" in page


def test_after_an_offer_it_is_the_buyers_turn(office, buyer, mug):
    order = make.order(buyer, {mug: 3})
    refund = refunds.apply(order_id=order.pk, amount=None, reason="Chipped", at=NOW)
    assert "Waits for your answer" in text(office.get("order", order.number))
    refunds.counter(refund_id=refund.pk, offer=Money(20, "USD"), at=NOW)
    page = text(office.get("order", order.number))
    assert "Waits for the buyer’s answer" in page
    assert "Waits for your answer" not in page
    assert "You offered a refund of USD\xa020.00." in page
    assert "Your turn" not in page


def test_a_yes_goes_to_the_application_that_was_on_the_page(office, seller, buyer, mug):
    order, other = make.order(buyer, {mug: 3}), make.order(buyer, {mug: 3})
    refunds.apply(order_id=order.pk, amount=Money(50, "USD"), reason="", at=NOW)
    elsewhere = refunds.apply(order_id=other.pk, amount=Money(60, "USD"), reason="", at=NOW)
    answer = office.post("refund", order.number, refund=elsewhere.pk, answer="agree", words="")
    assert answer.status_code == 422
    assert not Order.objects.filter(refunded_minor__gt=0).exists()


def test_money_on_the_statement_is_associated_and_a_short_one_decided(office, buyer, mug):
    order = make.order(buyer, {mug: 3}, paid=False, initial=Money(100, "USD"))
    bank.arrive(order_id=order.pk, amount=Money(80, "USD"), bank_reference="B1", at=NOW)
    assert order.number in text(office.get("associate"))
    assert "counts toward the order" in text(office.post("associate-order", order.number))
    assert "PAY-2" in text(office.post("associate-order", order.number))
    assert "Ask for the rest" in text(office.get("order", order.number))
    office.post("ask-for-rest", order.number)
    office.post("accept-short", order.number)
    order.refresh_from_db()
    assert order.state == "awaiting_dispatch"


@pytest.mark.rule("ORD-1", "PAY-2")
def test_money_for_an_order_not_agreed_yet_waits_without_a_button(office, buyer, seller):
    order = make.order(buyer, {make.product(seller, rts=False): 1}, paid=False)
    bank.arrive(order_id=order.pk, amount=order.total, bank_reference="B1", at=NOW)
    associate = reverse("ma:associate-order", args=[order.number])
    listed, shown = text(office.get("associate")), text(office.get("order", order.number))
    assert "Order not agreed yet" in listed
    assert "once both sides have agreed" in shown
    assert associate not in listed + shown
    assert "STA-1" in text(office.post("associate-order", order.number))
    office.post("confirm", order.number)
    assert associate in text(office.get("associate"))
    assert associate in text(office.get("order", order.number))


def test_unpaid_orders_are_cancelled_and_receipt_is_put_off_once(office, buyer, mug):
    unpaid, sent = make.order(buyer, {mug: 1}, paid=False), make.order(buyer, {mug: 1})
    office.post("cancel", unpaid.number)
    assert "STA-1" in text(office.post("cancel", unpaid.number))
    office.post("dispatch", sent.number, carrier="DHL", number="AAA", last="on")
    office.post("extend", sent.number)
    assert "ORD-8" in text(office.post("extend", sent.number))
    unpaid.refresh_from_db(), sent.refresh_from_db()
    assert unpaid.closed_because == "cancelled"
    assert sent.supplier_extended


@pytest.mark.parametrize(
    ("after", "what"),
    [(timedelta(0), "Your turn"), (8 * DAY, "Overdue: the buyer can now make a claim")],
)
def test_the_strip_says_whose_turn_it_is(office, buyer, mug, after, what):
    order = make.order(buyer, {mug: 1})
    assert what in text(office.get("order", order.number, at=NOW + after))


def test_the_claim_panel_says_who_bears_it_and_by_which_rule(office, buyer, mug):
    order = make.order(buyer, {mug: 1})
    at = NOW + 8 * DAY
    claims.file(order_id=order.pk, guarantee="dispatch", user_id=buyer.pk, at=at)
    page = text(office.get("order", order.number, at=at))
    assert "you (not dispatched in time)" in page and "REC-1" in page
    assert "USD\u00a010.00" in page
