"""What the two sides write and show each other, through the API."""

from base64 import b64decode
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Message
from orders.services import messages, refunds
from tests import factories
from tests.api.conftest import started
from tests.api.verbs import CRATE, STARS, WAYBILL, applied, completed, offered, reviewed
from tests.factories import NOW

pytestmark = pytest.mark.django_db


class TestMessages:
    def test_each_side_reads_what_the_other_wrote_with_its_files(self, world):
        path = f"orders/{started(world).number}/messages/"
        status, asked = world.buyer.post(path, {"words": "Is it ready?", "files": [CRATE, WAYBILL]})
        assert (status, asked["side"], asked["by"]) == (201, "buyer", world.alice.name)
        assert [file["name"] for file in asked["files"]] == ["crate.jpg", "waybill.pdf"]
        answered = world.seller.post(path, {"words": "Tomorrow"})[1]
        assert (answered["side"], answered["files"]) == ("seller", [])
        for caller in (world.buyer, world.seller):
            assert caller.get(path) == (200, {"results": [answered, asked], "next": None})

    def test_files_alone_are_a_message(self, world):
        path = f"orders/{started(world).number}/messages/"
        assert world.buyer.post(path, {"files": [CRATE]})[1]["words"] == ""

    def test_pages_follow_one_another_and_cost_the_same(self, world):
        order = started(world)
        for n in range(7):
            messages.send(order_id=order.pk, side="buyer", words=str(n), token=str(n), at=NOW)
        path, found = f"orders/{order.number}/messages/", []
        answer = world.buyer.get(path, limit=3)[1]
        found += answer["results"]
        while answer["next"]:
            answer = world.buyer.get(answer["next"].partition("/api/v1/")[2])[1]
            found += answer["results"]
        assert [row["words"] for row in found] == list("6543210")
        with CaptureQueriesContext(connection) as one:
            world.buyer.get(path, limit=1)
        with CaptureQueriesContext(connection) as all_of_them:
            world.buyer.get(path)
        assert len(one) == len(all_of_them)

    def test_orders_tell_what_a_side_has_not_read_until_it_says_so(self, world):
        order = started(world)
        path = f"orders/{order.number}/"

        def unread() -> list[bool]:
            whole = [caller.get(path)[1]["unread_messages"] for caller in (world.buyer, world.seller)]
            lists = [world.buyer.get("orders/"), world.seller.get("orders/", role="seller")]
            assert [page["results"][0]["unread_messages"] for _status, page in lists] == whole
            return whole

        assert unread() == [False, False]
        first = world.buyer.post(f"{path}messages/", {"words": "Is it ready?"})[1]["id"]
        second = world.buyer.post(f"{path}messages/", {"words": "Hello?"})[1]["id"]
        assert unread() == [False, True]
        assert world.buyer.post(f"{path}messages/read/", {"message": second}) == (
            200,
            {"unread_messages": False},
        )
        assert world.seller.post(f"{path}messages/read/", {"message": first}) == (
            200,
            {"unread_messages": True},
        )
        assert unread() == [False, True]
        assert world.seller.post(f"{path}messages/read/", {"message": second}) == (
            200,
            {"unread_messages": False},
        )
        assert unread() == [False, False]

    @pytest.mark.rule("STA-1")
    def test_a_draft_has_no_reader_yet(self, world):
        order = started(world, paid=False)
        type(order).objects.filter(pk=order.pk).update(state="draft")
        path = f"orders/{order.number}/messages/"
        assert world.buyer.post(path, {"words": "Hello"})[0] == 404
        status, problem = world.seller.post(path, {"words": "Hello"})
        assert (status, problem["rule"]) == (409, "STA-1")
        assert not Message.objects.exists()


class TestProduction:
    def test_the_supplier_shows_and_the_buyer_sees(self, world):
        path = f"orders/{started(world).number}/production/"
        status, shown = world.seller.post(
            path, {"stage": "packing", "words": "Two of ten", "pictures": [CRATE]}
        )
        assert (status, shown["stage"], shown["words"]) == (201, "packing", "Two of ten")
        assert world.buyer.get(path)[1]["results"] == [shown]
        assert world.buyer.post(path, {"stage": "packing"})[0] == 403

    @pytest.mark.rule("STA-1")
    def test_one_that_shows_nothing_new_is_refused_as_on_the_page(self, world):
        path = f"orders/{started(world).number}/production/"
        assert world.seller.post(path, {"stage": "making"})[0] == 201
        status, problem = world.seller.post(path, {"stage": "making", "words": " "})
        assert (status, problem["rule"], list(problem["errors"])) == (422, "STA-1", ["words"])

    @pytest.mark.rule("STA-1")
    def test_not_once_the_goods_are_there(self, world):
        status, problem = world.seller.post(
            f"orders/{completed(world).number}/production/", {"stage": "making"}
        )
        assert (status, problem["rule"]) == (409, "STA-1")


class TestReviews:
    def test_one_review_and_one_reply_stand_on_the_order(self, world):
        order = completed(world)
        path = f"orders/{order.number}/"
        assert world.buyer.get(path)[1]["review"] is None
        status, review = world.buyer.post(f"{path}review/", STARS | {"words": "Well packed"})
        assert status == 201
        assert {name: review[name] for name in STARS} == STARS
        assert world.buyer.get(path)[1]["review"] == review
        replied = world.seller.post(f"{path}review/reply/", {"words": "Thank you"})[1]
        assert (replied["reply"], replied["replied_at"][:10]) == ("Thank you", f"{NOW:%Y-%m-%d}")
        assert world.seller.get(path)[1]["review"] == replied

    @pytest.mark.rule("STA-1")
    def test_another_one_is_refused_and_the_same_is_the_same(self, world):
        path = f"orders/{reviewed(world).number}/review/"
        same = STARS | {"words": "Good"}
        assert world.buyer.post(path, same)[0] == 201
        status, problem = world.buyer.post(path, same | {"product": 1})
        assert (status, problem["rule"]) == (409, "STA-1")

    @pytest.mark.rule("STA-1")
    def test_not_after_sixty_days(self, world, at):
        path = f"orders/{completed(world).number}/review/"
        at(NOW, days=62)
        assert world.buyer.post(path, STARS)[1]["rule"] == "STA-1"


class TestRefundThread:
    def test_both_sides_add_to_the_case_and_read_it(self, world):
        path = f"orders/{applied(world).number}/refunds/thread/"
        status, added = world.seller.post(path, {"words": "It left whole", "files": [CRATE]})
        assert (status, added["kind"], added["side"]) == (201, "said", "seller")
        world.buyer.post(path, {"files": [WAYBILL]})
        thread = world.buyer.get(path)[1]["results"]
        assert [(step["kind"], step["side"], len(step["files"])) for step in thread] == [
            ("said", "buyer", 1),
            ("said", "seller", 1),
            ("applied", "buyer", 0),
        ]
        assert thread[-1]["words"] == "Broken"

    @pytest.mark.rule("STA-1")
    def test_a_decided_case_is_read_and_not_added_to(self, world):
        order = applied(world)
        refunds.withdraw(refund_id=order.refunds.get().pk, at=NOW)
        path = f"orders/{order.number}/refunds/thread/"
        status, problem = world.buyer.post(path, {"words": "One more thing"})
        assert (status, problem["rule"]) == (409, "STA-1")
        assert world.seller.get(path)[1]["results"][0]["kind"] == "withdrawn"

    @pytest.mark.rule("RFD-2")
    def test_what_the_clock_brought_before_the_platform_reads_so(self, world, at):
        order = applied(world)
        at(NOW, days=8)
        path = f"orders/{order.number}/refunds/thread/"
        assert world.buyer.post(path, {"words": "Still broken"})[0] == 201
        told = world.buyer.get(path)[1]["results"][1]
        assert (told["kind"], told["side"]) == ("escalated", "platform")
        assert told["at"][:10] == f"{NOW + timedelta(days=7):%Y-%m-%d}"

    @pytest.mark.rule("RFD-2")
    def test_a_buyer_says_why_an_offer_is_not_enough(self, world):
        order = offered(world)
        said = {"offer": "1.00", "words": "That pays for one of them"}
        assert world.buyer.post(f"orders/{order.number}/refunds/decline/", said)[0] == 200
        newest = world.seller.get(f"orders/{order.number}/refunds/thread/")[1]["results"][0]
        assert (newest["kind"], newest["words"]) == ("declined", said["words"])

    def test_no_application_no_case(self, world):
        assert world.buyer.get(f"orders/{started(world).number}/refunds/thread/")[0] == 404


class TestFiles:
    def test_a_file_is_read_by_both_sides_as_it_was_sent(self, world):
        path = f"orders/{started(world).number}/"
        key = world.buyer.post(f"{path}messages/", {"files": [WAYBILL]})[1]["files"][0]["key"]
        for caller in (world.buyer, world.seller):
            status, file = caller.get(f"{path}files/{key}/")
            assert (status, file["name"], file["content"]) == (200, "waybill.pdf", WAYBILL["content"])
            assert file["size"] == len(b64decode(file["content"]))

    def test_it_is_not_found_by_a_stranger_or_below_another_order(self, world):
        path, other = (f"orders/{started(world).number}/" for _ in range(2))
        key = world.buyer.post(f"{path}messages/", {"files": [CRATE]})[1]["files"][0]["key"]
        assert world.stranger.get(f"{path}files/{key}/")[0] == 404
        assert world.buyer.get(f"{other}files/{key}/")[0] == 404

    def test_one_that_the_storage_lost_is_not_found(self, world):
        order = started(world)
        messages.send(
            order_id=order.pk, side="buyer", words="", token="1", at=NOW, uploads=[factories.upload()]
        )
        file = order.attachments.get()
        file.key = "f" * 32
        file.save()
        assert world.buyer.get(f"orders/{order.number}/files/{file.key}/")[0] == 404
