"""Reviewing claims: what is shown, deciding one and many, and every way of sending a form twice."""

import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from assurance.kernel.models import Event
from claims import services
from claims.models import Claim
from claims.rules import APPROVED, IN_REVIEW, REJECTED
from coupons.models import Coupon
from tests import factories
from tests.factories import NOW
from tests.ops.conftest import FILED, REVIEWED, World, claimed

pytestmark = pytest.mark.django_db


def key() -> str:
    return str(uuid.uuid4())


def act(name: str, *claims: Claim) -> str:
    return f"/admin/claims/claim/act/{name}/?ids={','.join(str(claim.pk) for claim in claims)}"


def test_the_list_shows_advice_bearer_and_what_is_late(ops: Any, world: World, at: Any):
    page = ops("reviewer").get("/admin/claims/claim/").content.decode()
    assert "Alice" in page
    assert "approve" in page
    assert world.shop.name in page
    assert "in 2 days" in page
    at(FILED + timedelta(days=5))
    assert "2 days late" in ops("reviewer").get("/admin/claims/claim/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"), [("", 1), ("review=late", 0), ("review=timely", 1), ("state__exact=approved", 0)]
)
def test_the_list_is_filtered(ops: Any, world: World, query: str, found: int):
    page = ops("reviewer").get(f"/admin/claims/claim/?{query}").content.decode()
    assert page.count(f"/admin/claims/claim/{world.claim.pk}/change/") == found


def test_a_late_review_is_found_by_the_clock(ops: Any, world: World, at: Any):
    at(FILED + timedelta(days=4))
    page = ops("reviewer").get("/admin/claims/claim/?review=late").content.decode()
    assert f"/admin/claims/claim/{world.claim.pk}/change/" in page


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_many(
    ops: Any, world: World, django_assert_max_num_queries: Any
):
    client = ops("reviewer")
    client.get("/admin/claims/claim/")
    for _ in range(6):
        claimed(world.alice, world.shop)
    with django_assert_max_num_queries(12):
        client.get("/admin/claims/claim/")


def test_the_page_works_the_amount_out_and_says_who_bears_it_and_why(ops: Any, world: World):
    page = text(ops("reviewer").get(f"/admin/claims/claim/{world.claim.pk}/change/").content.decode())
    assert "10% of USD 311.14 is 31.114; up to a whole dollar, at most USD 100.00: USD 32.00" in page
    assert "the seller has not dispatched the whole order" in page
    assert "The shop has been open for a week without goods." in page
    for rule in ("CPN-1", "DLV-7", "CLM-5", "DSP-4", "DSP-2", "UPG-2"):
        assert rule in page


def test_approving_needs_a_reason_and_keeps_what_was_typed(ops: Any, world: World):
    client = ops("reviewer")
    answer = client.post(act("approve", world.claim), {"reason": "   ", "key": key()})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    answer = client.post(act("approve", world.claim), {"reason": "x" * 501, "key": key()})
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()
    world.claim.refresh_from_db()
    assert world.claim.state == IN_REVIEW


def test_approving_issues_the_coupon_and_is_on_record_with_who_and_why(ops: Any, world: World):
    client = ops("reviewer")
    answer = client.post(
        act("approve", world.claim), {"reason": "Never dispatched.", "key": key()}, follow=True
    )
    assert "Claim for order" in answer.content.decode()
    world.claim.refresh_from_db()
    assert (world.claim.state, world.claim.bearer_id) == (APPROVED, world.shop.pk)
    assert world.claim.decision_reason == "Never dispatched."
    assert world.claim.decided_at == REVIEWED
    event = Event.objects.get(stream="claim", key=world.claim.pk, kind="approved")
    assert (event.actor_role, event.actor_id) == ("ops", int(client.session["_auth_user_id"]))
    assert event.data["reason"] == "Never dispatched."


def test_the_same_form_sent_again_does_nothing_and_says_what_it_came_to(ops: Any, world: World):
    client, sent = ops("reviewer"), {"reason": "Never dispatched.", "key": key()}
    for _ in range(3):
        answer = client.post(act("approve", world.claim), sent, follow=True)
        assert answer.status_code == 200
        assert "Approved" in answer.content.decode()
        assert "already been decided" not in answer.content.decode()
    assert Coupon.objects.count() == 1
    assert Event.objects.filter(stream="claim", kind="approved").count() == 1


def test_a_second_reviewer_is_refused_with_the_rule_and_keeps_the_words(ops: Any, world: World):
    services.reject(claim_id=world.claim.pk, reason="Wrong.", at=REVIEWED)
    answer = ops("reviewer").post(act("approve", world.claim), {"reason": "Never dispatched.", "key": key()})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "STA-1" in page
    assert "This claim has already been decided." in page
    assert "Never dispatched." in page
    assert not Coupon.objects.exists()


def test_a_refused_form_can_be_sent_again_once_nothing_stands_in_its_way(
    ops: Any, world: World, monkeypatch: Any
):
    """A delivery claim waits while dispatch is being verified (DSP-3); the same form then succeeds."""
    client, sent = ops("reviewer"), {"reason": "Late.", "key": key()}
    services.reject(claim_id=world.claim.pk, reason="Wrong.", at=REVIEWED)
    assert client.post(act("approve", world.claim), sent).status_code == 409
    Claim.objects.filter(pk=world.claim.pk).update(state=IN_REVIEW, decided_at=None)
    assert client.post(act("approve", world.claim), sent).status_code == 302
    world.claim.refresh_from_db()
    assert world.claim.state == APPROVED


def test_many_are_decided_each_on_its_own_and_told_one_by_one(ops: Any, world: World):
    _order, second = claimed(world.alice, world.shop)
    _order, third = claimed(factories.person("bob"), world.shop)
    services.approve(claim_id=second.pk, reason="Earlier.", at=FILED)
    client, sent = ops("reviewer"), {"reason": "Not late.", "key": key()}
    asked = client.get(act("reject", world.claim, second, third)).content.decode()
    assert "It concerns the following 3" in asked
    answer = client.post(act("reject", world.claim, second, third), sent, follow=True)
    page = text(answer.content.decode())
    assert "2 done. 1 refused." in page
    assert "STA-1" in page
    states = dict(Claim.objects.values_list("pk", "state"))
    assert states == {world.claim.pk: REJECTED, second.pk: APPROVED, third.pk: REJECTED}
    again = client.post(act("reject", world.claim, second, third), sent, follow=True)
    assert "2 done. 1 refused." in text(again.content.decode())
    assert Event.objects.filter(stream="claim", kind="rejected").count() == 2


def test_the_list_action_leads_to_the_form_for_the_ticked_claims(ops: Any, world: World):
    _order, second = claimed(world.alice, world.shop)
    sent = {"action": "reject", "_selected_action": [world.claim.pk, second.pk], "index": "0"}
    answer = ops("reviewer").post("/admin/claims/claim/", sent)
    assert answer.status_code == 302
    named = parse_qs(urlsplit(answer.url).query)["ids"][0].split(",")
    assert sorted(named) == sorted([str(world.claim.pk), str(second.pk)])
    assert "delete_selected" not in ops("administrator").get("/admin/claims/claim/").content.decode()


@pytest.mark.parametrize("ids", ["", "0", "999999999", "1,x", "-1", "1" * 30, ",".join(["1"] * 101)])
def test_an_address_that_names_nothing_or_nonsense_is_404(ops: Any, world: World, ids: str):
    assert ops("reviewer").get(f"/admin/claims/claim/act/approve/?ids={ids}").status_code == 404


@pytest.mark.parametrize("path", ["999999999/change/", "x/change/", "act/dance/?ids=1"])
def test_pages_that_are_not_there_are_404(ops: Any, world: World, path: str):
    assert ops("reviewer").get(f"/admin/claims/claim/{path}").status_code == 404


def test_an_outcome_is_its_senders_own(ops: Any, world: World):
    _order, second = claimed(world.alice, world.shop)
    sent = {"reason": "Not late.", "key": key()}
    ops("reviewer").post(act("reject", world.claim, second), sent)
    assert ops("reviewer").get(f"/admin/claims/claim/act/reject/{sent['key']}/").status_code == 404


def test_a_decided_claim_offers_no_buttons(ops: Any, world: World):
    address = f"/admin/claims/claim/{world.claim.pk}/change/"
    assert "act/approve" in ops("reviewer").get(address).content.decode()
    assert "act/approve" not in ops("finance").get(address).content.decode()
    services.reject(claim_id=world.claim.pk, reason="Wrong.", at=NOW + timedelta(days=10))
    assert "act/approve" not in ops("reviewer").get(address).content.decode()


def text(page: str) -> str:
    """What a person reads: no markup, single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())
