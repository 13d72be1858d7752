"""The demo world: every state occurs in it, and its books are in order."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from assurance.accounts.models import User
from assurance.demo.world import load
from assurance.kernel.days import day_of
from assurance.kernel.models import Event
from assurance.kernel.queries import rates_at
from assurance.kernel.rates import RATED
from assurance.ledger.queries import faults
from assurance.notices.models import Notice
from claims import rules as claim_rules
from claims.models import Claim, Exemption
from coupons import queries as coupons
from coupons.models import Coupon, Recovery
from logistics.models import Line, LineCountry, Parcel, TemplateLine
from orders.models import (
    Attachment,
    BankLine,
    BankStatement,
    Order,
    Payment,
    Proposal,
    Purpose,
    Refund,
    Return,
)
from orders.queries.facts import View, view
from orders.rules import guarantees, lifecycle
from sellers import queries as sellers
from sellers.models import Campaign, Product, Seller

# Five minutes after midnight in the platform's zone, twelve days after a clock change.
NOW = datetime(2026, 3, 20, 7, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db
ALL = {"none", "pending", "active", "verifying", "kept", "late", "exempted", "ended"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The show case alone, without everyday trade, loaded once for all that read it."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        load.load(now=NOW, scale=0)
        yield
        transaction.set_rollback(True)


def _views(**only: object) -> list[View]:
    parcels: dict[int, list[Parcel]] = {}
    for parcel in Parcel.objects.order_by("id"):
        parcels.setdefault(parcel.order_id, []).append(parcel)
    orders = Order.objects.filter(**only).select_related("policy", "seller")
    return [view(order, parcels.get(order.pk, []), NOW) for order in orders]


def _of(email: str) -> list[View]:
    return _views(buyer__email=email)


@pytest.mark.usefixtures("world")
class TestEveryStateOccurs:
    def test_of_an_order(self) -> None:
        assert {one.state for one in _views()} == set(lifecycle.STATE_NAMES)

    def test_of_both_guarantees(self) -> None:
        found = _views()
        assert {one.dispatch for one in found} == ALL
        assert {one.delivery for one in found} == ALL - {"verifying"}

    def test_of_closing(self) -> None:
        reasons = {one.closed_because for one in _views()} - {""}
        assert reasons == {"unanswered", "unpaid", "declined", "cancelled", "refunded"}

    def test_of_a_claim(self) -> None:
        policy = Order.objects.exclude(policy=None)[0].policy.policy  # type: ignore[union-attr]
        waiting = Claim.objects.filter(state="in_review")
        late = Counter(claim_rules.is_review_late(claim.filed_at, policy, NOW) for claim in waiting)
        assert late[True] >= 2
        assert late[False] >= 2
        approved = Claim.objects.filter(state="approved")
        assert set(approved.values_list("guarantee", "seller_bears")) == {
            ("dispatch", True),
            ("dispatch", False),
            ("delivery", True),
            ("delivery", False),
        }
        assert Claim.objects.filter(state="rejected").count() >= 2

    def test_of_a_coupon(self) -> None:
        found = Counter(coupons.state(coupon, NOW) for coupon in Coupon.objects.all())
        assert set(found) == {"active", "reserved", "redeemed", "void"}
        assert min(found.values()) >= 2

    def test_of_a_recovery(self) -> None:
        recoveries = Recovery.objects.select_related("debt")
        assert {recovery.state for recovery in recoveries} == {"taken", "open", "reversed"}

    def test_of_a_payment(self) -> None:
        assert set(Payment.objects.values_list("state", flat=True)) == {
            "started",
            "pending",
            "succeeded",
            "failed",
            "replaced",
        }

    def test_of_bank_money(self) -> None:
        assert set(BankLine.objects.values_list("state", flat=True)) == {"open", "associated", "return"}
        taken = BankStatement.objects.get()
        assert taken.counts.keys() >= {"exact", "amount", "closed", "none", "debit"}
        assert Return.objects.filter(returned_at=None).exists()
        told = set(
            BankLine.objects.exclude(statement=None).exclude(order=None).values_list("order", flat=True)
        )
        wired = set(BankLine.objects.filter(statement=None).values_list("order", flat=True))
        assert told, "and no order is paid by two stories"
        assert not told & wired
        waiting = Payment.objects.filter(method="tt", state="started", order__bank_lines=None)
        assert waiting.count() >= 3, "somebody has yet to transfer, for the sample statement"

    def test_of_a_refund(self) -> None:
        assert set(Refund.objects.values_list("state", "full")) == {
            ("negotiating", False),
            ("escalated", False),
            ("agreed", False),
            ("agreed", True),
            ("ruled", False),
        }
        assert Refund.objects.filter(state="negotiating").exclude(refused_at=None).exists()

    def test_of_what_people_send_each_other(self) -> None:
        sent = Attachment.objects.exclude(purpose=Purpose.PROOF)
        assert set(sent.values_list("purpose", flat=True)) == {"message", "update", "evidence"}
        assert all(default_storage.exists(one.path) for one in sent)

    def test_of_a_proposed_day(self) -> None:
        answers = set(Proposal.objects.values_list("answer", flat=True))
        assert {"", "accepted", "refused", "lapsed"} <= answers

    def test_of_a_campaign(self) -> None:
        assert sellers.campaign_on(day_of(NOW)) == Campaign.objects.get()

    def test_of_a_region_exempted(self) -> None:
        regions = Exemption.objects.filter(order=None)
        assert regions.filter(carried_at=None).count() == regions.exclude(carried_at=None).count() == 1

    def test_of_money_beyond_the_contract(self) -> None:
        more = BankLine.objects.filter(state="associated", amount_minor__gt=F("order__total_minor"))
        assert more.exists()

    def test_of_a_seller(self) -> None:
        lamps = {seller.name: sellers.qualification(seller, NOW) for seller in Seller.objects.all()}
        assert set(lamps.values()) == {"active", "suspended", "temporary"}
        assert lamps["Leyuan Toys"] == "suspended"
        members = sellers.members_among(Seller.objects.values_list("pk", flat=True), NOW)
        assert 2 <= len(members) <= len(lamps) - 2
        accounts = Counter(Seller.objects.values_list("company", flat=True))
        assert max(accounts.values()) == 2


@pytest.mark.usefixtures("world")
class TestSignIns:
    def test_alice_has_something_to_do_everywhere(self) -> None:
        mine = _of("alice@demo.example")
        assert any(one.state == "awaiting_dispatch" and one.dispatch_entrance for one in mine)
        assert any(one.delivery_entrance for one in mine)
        assert any(one.delivery == "active" and one.state == "awaiting_receipt" for one in mine)
        assert {"awaiting_payment", "awaiting_buyer", "awaiting_supplier", "completed"} <= {
            one.state for one in mine
        }
        assert Proposal.objects.filter(order__buyer__email="alice@demo.example", answer="").exists()
        owned = Coupon.objects.filter(owner__email="alice@demo.example")
        assert {coupons.state(coupon, NOW) for coupon in owned} == {"active", "reserved", "redeemed", "void"}

    def test_ming_has_orders_to_dispatch_today_overdue_ones_a_claim_and_a_debt(self) -> None:
        ming = Seller.objects.get(staff__user__email="ming@demo.example")
        mine = _views(seller=ming)
        today = [one for one in mine if one.dispatch == "active" and one.dispatch_due == day_of(NOW)]
        assert len(today) >= 3
        assert sum(one.overdue and one.state == "awaiting_dispatch" for one in mine) >= 3
        assert Claim.objects.filter(order__seller=ming, state="in_review").count() >= 2
        assert sellers.debt(ming.pk).amount > 0
        assert sellers.is_member(ming.pk, NOW)

    def test_fang_is_no_member_and_can_join(self) -> None:
        fang = Seller.objects.get(staff__user__email="fang@demo.example")
        assert not sellers.stays(fang.pk)
        assert sellers.is_lit(fang, NOW)
        guaranteed = LineCountry.objects.filter(
            guaranteed=True, country="US", line__in_templates__template__seller=fang
        )
        assert guaranteed.exists()

    def test_only_the_four_can_sign_in(self) -> None:
        able = [user.email for user in User.objects.all() if user.has_usable_password()]
        assert sorted(able) == [f"{name}@demo.example" for name in ("alice", "fang", "ming", "olivia")]


@pytest.mark.usefixtures("world")
class TestTheWhole:
    def test_books_are_in_order(self) -> None:
        assert faults() == []

    def test_nothing_happens_after_the_present(self) -> None:
        assert Event.objects.filter(happened_at__gt=NOW).count() == 0
        assert Event.objects.filter(recorded_at__gt=NOW).count() == 0

    def test_size(self) -> None:
        buyers = User.objects.filter(posts=None, is_staff=False).values_list("country", flat=True)
        assert Seller.objects.count() == 12
        assert Product.objects.count() == 300
        assert len(buyers) == 40
        assert len(set(buyers)) >= 15
        assert all(product.picture["shape"] and product.picture["tint"] for product in Product.objects.all())
        assert Line.objects.filter(is_platform=True).count() == 12
        assert LineCountry.objects.values("country").distinct().count() >= 15
        assert set(TemplateLine.objects.values_list("pricing", flat=True)) == {
            "free",
            "flat",
            "weight",
            "platform",
        }

    def test_the_newest_products_are_of_many_sellers(self) -> None:
        newest = Product.objects.order_by("-id").values_list("seller_id", flat=True)[:12]
        assert len(set(newest)) == 12

    def test_an_order_in_euros_has_the_rate_of_the_day_on_which_it_became_effective(self) -> None:
        order = Order.objects.get(currency="EUR")
        assert order.effective_at is not None
        assert order.usd_rate == rates_at(order.effective_at)["EUR"]
        assert set(rates_at(NOW)) == set(RATED)

    def test_the_mail_of_the_past_has_left(self) -> None:
        assert not Notice.objects.filter(sent_at=None).exists()
        assert Notice.objects.filter(read_at=None).exists()

    def test_delivery_is_only_promised_where_it_can_be(self) -> None:
        assert all(one.promise is None for one in _views() if one.delivery == guarantees.NONE)
