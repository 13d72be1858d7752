"""Every act of ops but the review of claims: what it does, what it refuses, and that it is on record with its reason."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from assurance.accounts import roles
from assurance.kernel.events import Actor
from assurance.kernel.models import IdempotencyKey
from assurance.kernel.money import USD, Money
from claims.models import Exemption
from claims.services import exempt_due
from orders.models import Attachment, Order, Refund
from orders.queries.facts import parcels_of, view
from orders.services import refunds
from sellers.models import Debt, Seller
from sellers.queries import qualification
from tests import factories
from tests.factories import NOW
from tests.ops.acts import recorded, send
from tests.ops.conftest import FILED, REVIEWED, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("effect", "state", "bears"), [("none", "exempted", False), ("platform", "late", True)]
)
def test_exempting_an_order(ops: Any, late: Order, effect: str, state: str, bears: bool):
    assert send(ops("reviewer"), "orders/order", "exempt", late.pk, effect=effect).status_code == 302
    late.refresh_from_db()
    assert view(late, parcels_of(late.pk), REVIEWED).dispatch == state
    assert late.platform_bears is bears
    assert recorded("order", late.pk, "exempted").data["reason"] == "Because."
    exemption = Exemption.objects.get()
    assert (exemption.reason, exemption.platform_bears) == ("Because.", bears)


def test_exempting_twice_is_one_exemption_and_another_effect_a_second(ops: Any, late: Order):
    client = ops("reviewer")
    for effect in ("none", "none", "platform", "platform"):
        assert send(client, "orders/order", "exempt", late.pk, effect=effect).status_code == 302
    assert list(Exemption.objects.order_by("id").values_list("platform_bears", flat=True)) == [False, True]


def test_an_order_with_a_claim_is_not_exempted(ops: Any, world: World):
    answer = send(ops("reviewer"), "orders/order", "exempt", world.order.pk, effect="none")
    assert answer.status_code == 409
    assert "DSP-7" in answer.content.decode()
    assert not Exemption.objects.exists()
    page = ops("reviewer").get(f"/admin/orders/order/{world.order.pk}/change/").content.decode()
    assert "act/exempt" not in page


@pytest.mark.parametrize(
    "values",
    [{"effect": ""}, {"effect": "king"}, {"effect": "none", "reason": ""}, {"effect": "none", "key": "x"}],
)
def test_a_form_with_a_gap_does_nothing(ops: Any, late: Order, values: dict[str, str]):
    assert send(ops("reviewer"), "orders/order", "exempt", late.pk, **values).status_code == 422
    assert not Exemption.objects.exists()


def escalated(order: Order, buyer_id: int) -> Refund:
    refund = refunds.apply(
        order_id=order.pk, amount=None, reason="Broken.", at=NOW + DAY, actor=Actor("buyer", buyer_id)
    )
    refunds.escalate(refund_id=refund.pk, at=NOW + 6 * DAY, actor=Actor("buyer", buyer_id))
    return refund


def test_before_ruling_thread_evidence_and_consequences_are_seen(world, ops, late):
    refund = refunds.apply(
        order_id=late.pk, amount=None, reason="Nothing came", at=NOW + DAY, uploads=[factories.upload()]
    )
    refunds.counter(refund_id=refund.pk, offer=Money(3, "USD"), words="A third", at=NOW + 2 * DAY)
    html = ops("finance").get(f"/admin/orders/refund/{refund.pk}/change/").content.decode()
    sent = Attachment.objects.get()
    for said in ("What a ruling would move", "A third", f"/files/{sent.key}/", "3.00", "New debt"):
        assert said in html, said


@pytest.mark.parametrize(
    ("ruling", "amount", "paid", "closed"),
    [("full", "", "10.00", True), ("part", "2.50", "2.50", False), ("none", "", None, False)],
)
def test_ruling_on_a_refund(
    ops: Any, world: World, late: Order, ruling: str, amount: str, paid: str | None, closed: bool
):
    refund = escalated(late, world.alice.pk)
    answer = send(ops("finance"), "orders/refund", "rule", refund.pk, ruling=ruling, amount=amount)
    assert answer.status_code == 302
    refund.refresh_from_db()
    late.refresh_from_db()
    assert refund.state == "ruled"
    assert (refund.paid and str(refund.paid.amount)) == paid
    assert (late.closed_at is not None) is closed
    assert recorded("order", late.pk, "refund_ruled").data["words"] == "Because."


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"ruling": "part", "amount": ""}, "Enter an amount."),
        ({"ruling": "part", "amount": "abc"}, "Enter a number."),
        ({"ruling": "part", "amount": "0.001"}, "finer than the smallest amount"),
        ({"ruling": "part", "amount": "NaN"}, "Enter a number."),
        ({"ruling": "part", "amount": "-1"}, "more than zero"),
        ({"ruling": "part", "amount": "10.01"}, "can be refunded in part"),
        ({"ruling": ""}, "This field is required."),
    ],
)
def test_a_ruling_that_makes_no_sense_is_told_and_keeps_its_reason(
    ops: Any, world: World, late: Order, values: dict[str, str], says: str
):
    refund = escalated(late, world.alice.pk)
    answer = send(ops("finance"), "orders/refund", "rule", refund.pk, **values)
    page = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert says in page
    assert "Because." in page
    refund.refresh_from_db()
    assert refund.state == "escalated"


def test_an_application_open_on_day_7_is_before_ops_though_no_job_ran(
    ops: Any, world: World, late: Order, at: Any
):
    refund = refunds.apply(
        order_id=late.pk, amount=None, reason="Broken.", at=NOW, actor=Actor("buyer", world.alice.pk)
    )
    address = f"/admin/orders/refund/{refund.pk}/change/"
    at(NOW + 6 * DAY)
    assert "act/rule" not in ops("finance").get(address).content.decode()
    at(NOW + 7 * DAY)
    assert "act/rule" in ops("finance").get(address).content.decode()
    assert send(ops("finance"), "orders/refund", "rule", refund.pk, ruling="none").status_code == 302


def test_opening_seller_accounts_one_and_many(ops: Any, world: World):
    waiting = [Seller.objects.create(company=world.shop.company, name=f"New {n}") for n in range(2)]
    client, sent = ops("risk"), {"reason": "Papers checked.", "key": str(uuid.uuid4())}
    ids = ",".join(str(seller.pk) for seller in [*waiting, world.shop])
    page = client.post(f"/admin/sellers/seller/act/open/?ids={ids}", sent, follow=True).content.decode()
    assert "STA-1" in page
    for seller in waiting:
        seller.refresh_from_db()
        assert qualification(seller, REVIEWED) == "active"
        assert recorded("seller", seller.pk, "qualified").data["reason"] == "Papers checked."


def test_a_region_is_looked_at_before_it_is_carried_out_and_can_be_ended(ops: Any, world: World, late: Order):
    """Drafted, seen, carried out; the claimed order of the world is left out and says why."""
    boss = ops("administrator")
    days = {"due_from": "2021-03-20", "due_to": "2021-03-25"}
    values = {**days, "countries": ["US"], "effect": "none"}
    assert send(boss, "claims/exemption", "make-region", **values).status_code == 302
    region = Exemption.objects.get()
    address = f"/admin/claims/exemption/{region.pk}/change/"
    page = boss.get(address).content.decode()
    assert late.number[:4] in page
    assert "left out: a claim is filed" in page
    assert "would be exempted" in page and "Discard draft" in page and "End exemption" not in page
    late.refresh_from_db()
    assert late.exempted_at is None
    assert send(boss, "claims/exemption", "carry-out", region.pk).status_code == 302
    exempt_due(REVIEWED)
    late.refresh_from_db()
    assert late.exempted_at == REVIEWED
    assert "All orders that fall under it so far have been processed." in boss.get(address).content.decode()
    assert send(boss, "claims/exemption", "end", region.pk).status_code == 302
    region.refresh_from_db()
    assert (region.end_reason, str(region.ended_by)) == ("Because.", "Administrator")
    assert "ended" in boss.get("/admin/claims/exemption/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"countries": ["ZZ"]},
        {"countries": []},
        {"due_to": "2021-03-19"},
        {"due_from": "soon"},
        {"line_id": "x"},
    ],
)
def test_a_region_that_makes_no_sense_is_not_written_down(ops: Any, late: Order, wrong: dict[str, Any]):
    values = {"due_from": "2021-03-20", "due_to": "2021-03-25", "countries": ["US"], "effect": "none"} | wrong
    assert send(ops("administrator"), "claims/exemption", "make-region", **values).status_code in (409, 422)
    assert not Exemption.objects.exists()


def test_setting_roles(ops: Any):
    person = factories.person("olivia")
    send(ops("administrator"), "accounts/user", "roles", person.pk, names=["risk", "finance"])
    assert roles.of(person) == ["finance", "risk"]
    assert recorded("user", person.pk, "roles_set").data["reason"] == "Because."
    assert send(ops("administrator"), "accounts/user", "roles", person.pk, names=["king"]).status_code == 422
    send(ops("administrator"), "accounts/user", "roles", person.pk)
    person.refresh_from_db()
    assert not person.is_staff


def test_a_busy_database_refuses_one_and_leaves_the_others(ops: Any, world: World, monkeypatch: Any):
    """A deadlock rolls one decision back; the outcome says so and the rest goes on."""
    from claims.admin import ClaimAdmin
    from tests.ops.conftest import claimed

    _order, second = claimed(world.alice, world.shop)
    reject = next(act for act in ClaimAdmin.acts if act.name == "reject")

    def unlucky(*, claim_id: int, **rest: Any) -> Any:
        if claim_id == world.claim.pk:
            raise OperationalError("deadlock detected")
        return reject.run(claim_id=claim_id, **rest)

    monkeypatch.setattr(ClaimAdmin, "acts", (replace(reject, run=unlucky),))
    sent = {"reason": "Not late.", "key": str(uuid.uuid4())}
    ids = f"{world.claim.pk},{second.pk}"
    page = (
        ops("reviewer").post(f"/admin/claims/claim/act/reject/?ids={ids}", sent, follow=True).content.decode()
    )
    assert "The database was busy" in page
    states = [world.claim.__class__.objects.get(pk=pk).state for pk in (world.claim.pk, second.pk)]
    assert states == ["in_review", "rejected"]


def test_an_error_of_ours_leaves_the_form_as_good_as_new(ops: Any, world: World, monkeypatch: Any):
    from claims.admin import ClaimAdmin

    reject = next(act for act in ClaimAdmin.acts if act.name == "reject")

    def broken(**_rest: Any) -> None:
        raise LookupError

    client, sent = ops("reviewer"), {"reason": "Not late.", "key": str(uuid.uuid4())}
    address = f"/admin/claims/claim/act/reject/?ids={world.claim.pk}"
    with monkeypatch.context() as patched, pytest.raises(LookupError):
        patched.setattr(ClaimAdmin, "acts", (replace(reject, run=broken),))
        client.post(address, sent)
    assert client.post(address, sent).status_code == 302
    world.claim.refresh_from_db()
    assert world.claim.state == "rejected"


def test_a_form_that_was_broken_off_says_what_it_had_done(ops: Any, world: World):
    """A killed process leaves the key with what came before; sending the form again does not go on by itself."""
    client, key = ops("reviewer"), uuid.uuid4()
    user_id = int(client.session["_auth_user_id"])
    done = {"pk": world.claim.pk, "label": "Claim", "done": True}
    IdempotencyKey.objects.create(
        user_id=user_id, key=f"ops:{key}", fingerprint="reject", body=[done], created_at=FILED
    )
    page = client.get(f"/admin/claims/claim/act/reject/{key}/").content.decode()
    assert "Not all of it is done yet." in page
    client.post(
        f"/admin/claims/claim/act/reject/?ids={world.claim.pk}", {"reason": "Not late.", "key": str(key)}
    )
    world.claim.refresh_from_db()
    assert world.claim.state == "in_review"


def test_debts_lead_back_to_their_cause(ops: Any, world: World):
    from sellers.services import funds

    funds.owe(
        seller_id=world.shop.pk,
        amount=Money(5, USD),
        rule="PAY-4",
        cause=("order", world.order.pk),
        what="refund",
        at=NOW,
        paid_to=[],
    )
    debt = Debt.objects.get()
    page = ops("finance").get(f"/admin/sellers/debt/{debt.pk}/change/").content.decode()
    assert f"/admin/orders/order/{world.order.pk}/change/" in page
