"""The buyer's list of orders and the page of one: what comes next, by the clock (TIM-3)."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from assurance.kernel import clock
from assurance.kernel.days import end_of
from assurance.kernel.money import Money
from assurance.kernel.units import ZONE
from claims import services as claims
from orders.models import Order
from orders.queries import buyer, counting
from orders.services import amendment, closing, dispatch, payment, receipt, refunds
from orders.views import wording
from tests import factories as make

DAY = timedelta(days=1)
# A mug paid on 15 Mar 2021 is due to be dispatched by the 21st and, 1 + 7 days later, delivered by the 29th.
LATE = datetime(2021, 3, 22, 0, 0, tzinfo=ZONE)
LATE_DELIVERY = datetime(2021, 3, 30, 0, 0, tzinfo=ZONE)


def page(client, order, at=make.NOW, path=""):
    with clock.frozen(at):
        answer = client.get(f"/orders/{order.number}/{path}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split()).replace("\xa0", " ")


def next_strip(html):
    """What the strip says, without its markup."""
    strip = re.search(r'<section class="next.*?</section>', html).group()
    return " ".join(re.sub(r"<[^>]+>", " ", strip).split())


def submit(order, number="1Z1", *, at, last=True):
    return dispatch.dispatch(order_id=order.pk, carrier="UPS", number=number, last=last, at=at)


def scan(number="1Z1", kind="picked_up", *, at):
    dispatch.track(carrier="UPS", number=number, kind=kind, happened_at=at, at=at)


class TestWhatComesNext:
    """One order through its life, told by the clock alone."""

    def test_until_it_is_paid_it_is_the_buyers_turn(self, shop, trade):
        order = trade.order(paid=False)
        said = next_strip(page(shop, order))
        assert "Your turn" in said
        assert "by 14 May 2021 23:59:59 PDT" in said
        assert "Pay now" in said

    def test_unpaid_for_60_days_it_is_closed_though_no_job_has_run(self, shop, trade):
        order = trade.order(paid=False)
        assert "It was not paid in time." in next_strip(page(shop, order, make.NOW + 61 * DAY))

    def test_who_is_asked_to_confirm_has_one_way_to_say_no(self, shop, trade):
        order = trade.order(paid=False)
        assert "Cancel order" in page(shop, order)
        Order.objects.filter(pk=order.pk).update(state="awaiting_buyer", drafted_by="seller")
        html = page(shop, order)
        assert ("Decline" in html, "Cancel order" in html) == (True, False)

    def test_paid_it_is_the_suppliers_turn(self, shop, trade):
        said = next_strip(page(shop, trade.order()))
        assert "The supplier’s turn" in said
        assert "by 21 Mar 2021 23:59:59 PDT" in said
        assert "USD 10.00" in said

    @pytest.mark.parametrize(
        ("at", "word"), [(LATE - timedelta(microseconds=1), "The supplier"), (LATE, "Make a claim")]
    )
    def test_the_entrance_opens_with_the_first_instant_of_the_next_day(self, shop, trade, at, word):
        assert word in next_strip(page(shop, trade.order(), at))

    def test_a_day_that_has_passed_is_not_told_as_what_comes_next(self, shop, trade):
        order = trade.order()
        for at, is_told in ((LATE - timedelta(microseconds=1), True), (LATE, False)):
            log = page(shop, order, at).partition("What has happened")[2]
            assert ("Dispatch: 21 Mar 2021 23:59:59 PDT" in log, "is-next" in log) == (is_told, is_told)

    def test_submitted_in_time_but_not_scanned_it_is_being_verified(self, shop, trade):
        order = trade.order()
        submit(order, at=LATE - timedelta(hours=2))
        said = next_strip(page(shop, order, LATE))
        assert "Dispatch is being verified" in said
        assert "by 23 Mar 2021 22:00:00 PDT" in said

    def test_on_its_way_the_carrier_has_to_deliver(self, shop, trade):
        order = trade.order()
        submit(order, at=make.NOW)
        scan(at=make.NOW)
        said = next_strip(page(shop, order, make.NOW + DAY))
        assert "Delivery in 13 days by 29 Mar 2021 23:59:59 PDT" in said

    def test_delivered_the_buyer_is_asked_to_confirm(self, shop, trade):
        order = trade.order()
        submit(order, at=make.NOW)
        scan(kind="delivered", at=make.NOW + DAY)
        said = next_strip(page(shop, order, make.NOW + 2 * DAY))
        assert "Confirm receipt" in said
        assert "by 31 Mar 2021 23:59:59 PDT" in said

    @pytest.mark.rule("DSP-3", "DLV-3")
    def test_what_the_carrier_saw_before_the_order_does_not_count(self, shop, trade):
        order = trade.order()
        submit(order, at=make.NOW)
        scan(kind="delivered", at=order.created_at - DAY)
        html = page(shop, order, make.NOW + DAY)
        assert "does not count" in html
        assert "Delivery in 13 days" in next_strip(html)

    def test_late_delivery_opens_the_entrance_until_a_day(self, shop, trade):
        order = trade.order()
        submit(order, at=make.NOW)
        scan(at=make.NOW)
        said = next_strip(page(shop, order, LATE_DELIVERY))
        assert "Delivery was due" in said
        assert "The entrance is open until 28 Apr 2021 23:59:59 PDT." in said

    def test_a_lateness_that_is_over_grows_no_more(self, shop, trade):
        order = trade.order()
        submit(order, at=make.NOW)
        scan(at=make.NOW)
        assert "9 days late" in next_strip(page(shop, order, LATE_DELIVERY + 8 * DAY))
        scan(kind="delivered", at=LATE_DELIVERY + 8 * DAY)
        today = LATE_DELIVERY + 14 * DAY
        html = page(shop, order, today)
        assert "delivered 9 days late" in next_strip(html)
        assert "15 days late" not in html
        log = html.partition("What has happened")[2]
        assert re.search(r"7 Apr 2021.*?<b>Delivered</b>.*?9 days late", log)
        for address in ("/orders/", f"/orders/{order.number}/claim/"):
            with clock.frozen(today):
                said = shop.get(address).content.decode().replace("\xa0", " ")
            assert "9 days late" in said
            assert "15 days late" not in said

    def test_a_claim_in_review_is_the_platforms_turn(self, shop, trade):
        order = trade.order()
        claims.file(order_id=order.pk, guarantee="dispatch", user_id=trade.buyer.pk, at=LATE)
        said = next_strip(page(shop, order, LATE))
        assert "The platform’s turn" in said
        assert "by 25 Mar 2021 23:59:59 PDT" in said

    def test_a_proposed_day_waits_for_an_answer(self, shop, trade):
        order = trade.order()
        amendment.propose(
            order_id=order.pk, day=LATE.date() + 3 * DAY, reason="Kiln <b>broke</b>", at=make.NOW
        )
        html = page(shop, order)
        strip = next_strip(html)
        assert "The supplier proposes to dispatch by 25 Mar 2021." in strip
        assert "Answer the proposed day in 9 days by 24 Mar 2021 23:59:59 PDT" in strip
        assert "Accept 25 Mar 2021" in html
        assert "Kiln &lt;b&gt;broke&lt;/b&gt;" in html
        assert "2 Apr 2021" in html, "the delivery day it would bring"

    def test_a_proposed_day_is_answered_before_a_claim_is_made(self, shop, trade):
        order = trade.order()
        amendment.propose(order_id=order.pk, day=LATE.date() + 3 * DAY, reason="Kiln broke", at=LATE)
        strip = next_strip(page(shop, order, LATE))
        assert "Answer the proposed day" in strip
        assert "Make a claim is open until you accept." in strip
        with clock.frozen(LATE):
            listed = " ".join(shop.get("/orders/").content.decode().split())
        assert "Answer the proposed day" in listed
        assert "See the proposal" in listed
        assert "Make a claim" in next_strip(page(shop, order, LATE + 3 * DAY)), "the proposal has lapsed"
        with clock.frozen(LATE + 3 * DAY):
            assert "Answer the proposed day" not in shop.get("/orders/").content.decode()

    def test_an_offer_of_the_supplier_comes_before_a_claim_in_review(self, shop, trade):
        order = trade.order()
        claims.file(order_id=order.pk, guarantee="dispatch", user_id=trade.buyer.pk, at=LATE)
        asked = refunds.apply(order_id=order.pk, amount=None, reason="Broken", at=LATE)
        refunds.counter(refund_id=asked.pk, offer=Money(20, "USD"), at=LATE)
        html = page(shop, order, LATE)
        strip = next_strip(html)
        assert "The supplier offers you a refund of USD 20.00." in strip
        assert "Your turn" in strip
        assert "by 28 Mar 2021 23:59:59 PDT" in strip
        assert "Waiting for the supplier" not in html
        with clock.frozen(LATE):
            listed = shop.get("/orders/").content.decode()
        assert f"/orders/{order.number}/refund/" in listed
        assert "Answer the offer" in listed
        assert "Claim in review" in next_strip(page(shop, order, LATE + 7 * DAY)), "the platform decides"

    def test_a_refund_being_decided(self, shop, trade):
        order = trade.order()
        refunds.apply(order_id=order.pk, amount=None, reason="Broken", at=make.NOW)
        html = page(shop, order)
        assert "Refund being decided" in next_strip(html)
        assert "Waiting for the supplier" in html
        assert "From 19 Mar 2021 you can escalate it to the platform" in html

    def test_refunded_in_full_it_is_closed(self, shop, trade):
        order = trade.order()
        refunds.agreed(order_id=order.pk, amount=None, at=make.NOW)
        html = page(shop, order)
        assert "It was refunded in full." in next_strip(html)
        assert "The money went back the way it was paid." in html

    def test_received_it_is_done(self, shop, trade):
        order = trade.order()
        submit(order, at=make.NOW)
        receipt.receive(order_id=order.pk, at=make.NOW)
        said = next_strip(page(shop, order))
        assert "You can apply for a refund through 14 Apr 2021." in said
        assert "Write a review" in said
        assert "Nothing is left to do" not in said
        assert "Nothing is left to do" in next_strip(page(shop, order, make.NOW + 61 * DAY))
        assert "through" not in next_strip(page(shop, order, make.NOW + 31 * DAY))

    def test_waiting_for_the_gateway(self, shop, trade):
        order = trade.order(paid=False)
        started = payment.start(order_id=order.pk, method="visa", at=make.NOW)
        payment.settle(reference=started.reference, outcome="pending", at=make.NOW)
        assert "The payment gateway’s turn" in next_strip(page(shop, order))


class TestGuarantees:
    def test_both_with_their_days_and_what_a_claim_gives(self, shop, trade):
        html = page(shop, trade.order())
        assert html.count('<article class="guarantee') == 2
        assert "by 21 Mar 2021 23:59:59 PDT" in html
        assert "by 29 Mar 2021 23:59:59 PDT" in html

    def test_late_it_is_drawn_and_the_claim_is_offered(self, shop, trade):
        html = page(shop, trade.order(), LATE + DAY)
        assert 'class="span span--wide' in html
        assert "/claim/?guarantee=dispatch" in html
        assert "10% of 100.00, rounded up; 90 days" in html

    def test_before_payment_they_are_what_paying_now_would_bring(self, shop, trade):
        html = page(shop, trade.order(paid=False), make.NOW + DAY)
        assert "Dispatch, if you pay today" in html
        assert "by 22 Mar 2021" in html

    def test_before_the_supplier_confirms_they_are_what_a_payment_will_bring(self, shop, trade):
        asked = make.product(trade.seller, rts=False)
        html = page(shop, make.order(trade.buyer, {asked: 10}, paid=False))
        assert "not in the upgrade service" not in html
        assert "Guaranteed dispatch" in html
        assert "6 days after payment" in html
        assert "Once the supplier has confirmed the order" in html

    def test_of_a_supplier_outside_the_service_a_payment_brings_none(self, shop, trade):
        asked = make.product(make.seller(member=False), rts=False)
        html = page(shop, make.order(trade.buyer, {asked: 10}, paid=False))
        assert "not in the upgrade service, so paying now brings no guarantee" in html

    def test_an_uncovered_order_says_why(self, shop, trade):
        outside = make.seller(member=False)
        mug = make.product(outside, ships_by=make.template(outside, trade.line))
        order = make.order(trade.buyer, {mug: 1}, by=trade.line)
        assert "the supplier was not in the upgrade service when it was paid" in page(shop, order)

    def test_a_changed_address_ends_one_of_them(self, shop, trade):
        order = trade.order()
        receipt.change_address(
            order_id=order.pk, address=trade.address.as_text() | {"street": "9 Elm"}, at=make.NOW
        )
        html = page(shop, order)
        assert "The delivery address was changed" in html
        assert "Ended" in html

    def test_an_exempted_order_says_so(self, shop, trade):
        order = trade.order()
        claims.exempt_order(order_id=order.pk, platform_bears=False, reason="Typhoon", at=make.NOW)
        html = page(shop, order)
        assert html.count("Exempted") == 2
        assert "Typhoon" in html


class TestWhoMaySee:
    def test_a_stranger_gets_404(self, client, trade):
        order = trade.order()
        for person in (trade.supplier, make.person("bob")):
            client.force_login(person)
            assert client.get(f"/orders/{order.number}/").status_code == 404

    def test_a_visitor_signs_in(self, client, trade):
        order = trade.order()
        assert "/account/login/" in client.get(f"/orders/{order.number}/").url
        assert "/account/login/" in client.get("/orders/").url

    def test_a_suppliers_unsent_draft_is_not_the_buyers_yet(self, shop, trade):
        order = trade.order(paid=False)
        Order.objects.filter(pk=order.pk).update(state="draft")
        assert shop.get(f"/orders/{order.number}/").status_code == 404
        assert order.number not in shop.get("/orders/").content.decode()

    @pytest.mark.parametrize("number", ["1", "x" * 300, "%00", "80916059001026709"])
    def test_a_number_that_is_nobodys(self, shop, number):
        assert shop.get(f"/orders/{number}/").status_code == 404


class TestTheList:
    def one_of_each(self, trade):
        made = {
            "pay": trade.order(paid=False),
            "dispatch": trade.order(),
            "receive": trade.order(),
            "done": trade.order(paid=False),
        }
        submit(made["receive"], at=make.NOW)
        closing.cancel(order_id=made["done"].pk, by="buyer", at=make.NOW)
        made["refund"] = trade.order()
        refunds.apply(order_id=made["refund"].pk, amount=None, reason="", at=make.NOW)
        return made

    def test_who_has_to_confirm_is_led_to_it(self, shop, trade):
        asked = trade.order(paid=False)
        Order.objects.filter(pk=asked.pk).update(state="awaiting_buyer", drafted_by="seller")
        with clock.frozen(make.NOW):
            listed = shop.get("/orders/?tab=all").content.decode()
        assert f'href="/orders/{asked.number}/">Check and confirm</a>' in listed

    def test_each_tab_holds_its_orders_and_its_count(self, shop, trade):
        made = self.one_of_each(trade)
        for tab, order in made.items():
            shown = shop.get("/orders/", {"tab": tab}).context
            assert order.number in {row.order.number for row in shown["rows"]}, tab
        counts = {name: count for name, _label, count in shop.get("/orders/").context["tabs"]}
        assert counts == {"all": 5, "pay": 1, "dispatch": 2, "receive": 1, "refund": 1, "done": 1}

    def test_tabs_follow_the_clock_though_no_job_has_run(self, shop, trade):
        self.one_of_each(trade)
        with clock.frozen(make.NOW + 61 * DAY):
            counts = {name: count for name, _label, count in shop.get("/orders/").context["tabs"]}
        assert counts == {"all": 5, "pay": 0, "dispatch": 2, "receive": 0, "refund": 1, "done": 3}

    def test_counts_stop_at_what_a_tab_can_say(self, shop, trade, monkeypatch):
        monkeypatch.setattr(counting, "MOST", 3)
        monkeypatch.setattr(buyer, "_counting", buyer._counting.__wrapped__)
        for _ in range(5):
            trade.order(paid=False)
        assert shop.get("/orders/").context["tabs"][1][2] == 3

    @pytest.mark.parametrize("words", ["搪瓷", "enamel", "MUG enamel"])
    def test_search_finds_a_product_in_either_language(self, shop, trade, words):
        order = trade.order()
        other = make.product(trade.seller, name="Lamp", ships_by=trade.mug.freight.template)
        make.order(trade.buyer, {other: 1}, by=trade.line)
        assert [row.order for row in shop.get("/orders/", {"words": words}).context["rows"]] == [order]

    def test_search_by_number_and_supplier(self, shop, trade):
        order = trade.order()
        grouped = f"{order.number[:4]} {order.number[4:8]}"
        for words in (order.number, grouped, trade.seller.name):
            assert shop.get("/orders/", {"words": words}).context["rows"][0].order == order
        empty = shop.get("/orders/", {"words": "no such 100% thing\x00"})
        assert "No order matches" in empty.content.decode()

    def test_pages_follow_each_other(self, shop, trade):
        numbers = [trade.order(paid=False).number for _ in range(23)]
        first = shop.get("/orders/").context["page"]
        second = shop.get("/orders/" + first.next).context
        assert [row.order.number for row in second["rows"]] == numbers[2::-1]

    def test_the_row_says_what_comes_next(self, shop, trade, text):
        trade.order()
        with clock.frozen(LATE):
            html = text(shop.get("/orders/"))
        assert "Overdue" in html
        assert "Make a claim" in html


class TestQueries:
    """Bounded, however much there is to show."""

    def test_the_list(self, shop, trade, django_assert_max_num_queries):
        for i in range(8):
            order = trade.order(paid=i % 2 == 0)
            if i % 4 == 0:
                submit(order, f"1Z{i}", at=make.NOW)
        shop.get("/orders/")
        with clock.frozen(LATE), django_assert_max_num_queries(10):
            shop.get("/orders/")

    def test_one_order(self, shop, trade, django_assert_max_num_queries):
        order = trade.order()
        submit(order, "1Z1", last=False, at=make.NOW)
        submit(order, "1Z2", at=LATE)
        for number in ("1Z1", "1Z2"):
            scan(number, at=LATE)
        claims.file(order_id=order.pk, guarantee="dispatch", user_id=trade.buyer.pk, at=LATE + DAY)
        unpaid = trade.order(paid=False)
        page(shop, order)
        with django_assert_max_num_queries(15):
            page(shop, order, LATE + DAY)
        with django_assert_max_num_queries(15):
            page(shop, unpaid)


class TestTimeline:
    def test_every_event_that_is_recorded_has_words(self):
        """Kinds are read from the services: one that is added must be said too."""
        folders = (Path(settings.BASE_DIR, app, "services") for app in ("orders", "claims"))
        source = "".join(p.read_text() for folder in folders for p in folder.glob("*.py"))
        found = set(re.findall(r'record\(\s*order,\s*"(\w+)"', source))
        guarantees = {
            f"{kind}_{end}"
            for kind in ("dispatch", "delivery")
            for end in ("late_withdrawn", "exempted", "ended")
        }
        told = {"dispatch_overdue", "delivery_late", "dispatch_kept", "delivery_kept"}
        decided = {"claim_approved", "claim_rejected"}
        assert len(found) > 20
        assert found | guarantees | told | decided == wording.KINDS

    def test_it_is_said_in_the_readers_language(self, shop, trade):
        order = trade.order()
        events = buyer.detail(order, make.NOW).events
        with translation.override("en"):
            assert [wording.said(event).title for event in events] == [
                "Payment received: USD\xa0100.00",
                "Order started",
            ]

    def test_what_people_wrote_is_quoted_and_escaped(self, shop, trade):
        order = trade.order()
        refunds.apply(order_id=order.pk, amount=Money("5.00", "USD"), reason="<script>", at=make.NOW)
        html = page(shop, order)
        assert "Refund of USD 5.00 applied for" in html
        assert "“&lt;script&gt;”" in html
        assert "<script>" not in html


def test_the_end_of_the_day_is_shown_as_its_last_second(shop, trade):
    order = trade.order()
    assert end_of(order.dispatch_due) == LATE
    assert "21 Mar 2021 23:59:59 PDT" in page(shop, order)
