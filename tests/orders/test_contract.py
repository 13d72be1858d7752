"""A contract before it is agreed: changed by the supplier, its versions kept, nobody answers what they did not see."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from assurance.accounts.services import addresses
from assurance.kernel.deadlines import next_due
from assurance.kernel.models import Event
from assurance.kernel.money import USD, Money
from assurance.kernel.rules import RuleViolation
from assurance.notices.models import Notice
from orders.models import ContractVersion
from orders.queries import contract as contracts
from orders.rules.contract import Change, Contract, Item, Way, changes, check_seen
from orders.rules.terms import DispatchTerms
from orders.services import closing, contract, payment, start
from orders.services.start import Draft
from tests import factories as make

NOW = make.NOW
LATER = NOW + timedelta(hours=3)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), USD)


MUG = Item(7, "Mug", "杯", "piece", 10, usd("2.00"))
BOWL = Item(8, "Bowl", "碗", "piece", 5, usd("3.00"))
SAID = Contract(
    items=(MUG,),
    shipping=usd("4.00"),
    discount=usd("0.00"),
    total=usd("24.00"),
    initial=None,
    way=Way(1, "Express", "快递"),
    destination="US",
    export="self",
    dispatch=DispatchTerms(days=7),
)


@pytest.mark.rule("ORD-1")
@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({}, []),
        ({"items": (replace(MUG, quantity=12),)}, [("quantity", 10, 12)]),
        ({"items": (replace(MUG, price=usd("1.80")),)}, [("price", usd("2.00"), usd("1.80"))]),
        ({"items": (BOWL,)}, [("removed", MUG, None), ("added", None, BOWL)]),
        ({"items": (MUG, BOWL)}, [("added", None, BOWL)]),
        ({"items": (replace(MUG, name="Enamel mug"),)}, []),
        ({"shipping": usd("5.00"), "total": usd("25.00")}, [("shipping", usd("4.00"), usd("5.00")), ("total", usd("24.00"), usd("25.00"))]),
        ({"initial": usd("8.00")}, [("initial", None, usd("8.00"))]),
        ({"dispatch": DispatchTerms(days=7, after="initial")}, [("dispatch", DispatchTerms(days=7), DispatchTerms(days=7, after="initial"))]),
        ({"way": None}, [("way", Way(1, "Express", ""), None)]),
        ({"way": Way(1, "Express plus", "")}, []),
        ({"destination": "CA", "export": "easy"}, [("destination", "US", "CA"), ("export", "self", "easy")]),
    ],
)  # fmt: skip
def test_what_a_later_version_says_otherwise(after, told):
    found = changes(SAID, replace(SAID, **after))
    assert [(change.what, change.before, change.after) for change in found] == told


def test_a_change_of_a_product_names_it():
    [change] = changes(SAID, replace(SAID, items=(replace(MUG, quantity=1),)))
    assert change == Change("quantity", 10, 1, replace(MUG, quantity=1))


@pytest.mark.rule("ORD-1")
def test_an_answer_goes_to_the_version_that_was_seen():
    check_seen(None, version=3)
    check_seen(3, version=3)
    with pytest.raises(RuleViolation, match="ORD-1"):
        check_seen(2, version=3)


# The services


@pytest.fixture
def shop(db):
    return make.seller(staff=make.person("ming"))


@pytest.fixture
def alice(db):
    return make.person("alice")


@pytest.fixture
def mug(shop):
    return make.product(shop, price=200, rts=False, name="Mug")


@pytest.fixture
def intent(alice, mug):
    """A buyer's order of goods made to order."""
    return start.by_buyer(
        buyer_id=alice.pk, draft=Draft(items={mug.pk: 10}, line_id=None, destination="US"), at=NOW
    )


def offer(mug, quantity=10, **more) -> Draft:
    return Draft(items={mug.pk: quantity}, line_id=None, destination="US", **more)


def kinds(order) -> list[str]:
    return list(
        Event.objects.filter(stream="order", key=order.pk).order_by("id").values_list("kind", flat=True)
    )


def test_the_supplier_changes_an_intent_order_and_sends_it_back(intent, mug, alice):
    cheaper = offer(mug, prices={mug.pk: usd("1.50")}, shipping=usd("6.00"), initial=usd("7.00"))
    changed = contract.change(order_id=intent.pk, draft=cheaper, seen=1, at=LATER)
    assert (changed.state, changed.state_since, changed.version) == ("awaiting_buyer", LATER, 2)
    assert (changed.total, changed.initial) == (usd("21.00"), usd("7.00"))
    assert [(line.quantity, line.price) for line in changed.lines.all()] == [(10, usd("1.50"))]
    newest, first = contracts.versions(changed)
    assert [(c.what, c.after) for c in newest.changes] == [
        ("price", usd("1.50")),
        ("shipping", usd("6.00")),
        ("initial", usd("7.00")),
        ("total", usd("21.00")),
    ]
    assert (first.number, first.made_by, first.made_at, first.changes) == (1, "buyer", NOW, [])
    assert contracts.contract_of(changed, changed.lines.all()) == newest.contract
    assert Notice.objects.filter(user=alice, kind="contract_changed").count() == 1
    assert kinds(changed)[-1] == "contract_changed"


def test_the_same_change_again_changes_nothing(intent, mug):
    wanted = offer(mug, quantity=12)
    contract.change(order_id=intent.pk, draft=wanted, seen=1, at=LATER)
    again = contract.change(order_id=intent.pk, draft=wanted, seen=1, at=LATER + timedelta(minutes=1))
    assert (again.version, ContractVersion.objects.count()) == (2, 2)
    assert Notice.objects.filter(kind="contract_changed").count() == 1


def test_two_people_edit_at_once_and_the_second_is_told(intent, mug):
    contract.change(order_id=intent.pk, draft=offer(mug, quantity=12), seen=1, at=LATER)
    with pytest.raises(RuleViolation) as refused:
        contract.change(order_id=intent.pk, draft=offer(mug, quantity=20), seen=1, at=LATER)
    assert (refused.value.rule_id, refused.value.conflict) == ("ORD-1", True)
    intent.refresh_from_db()
    quantity, _total = contracts.since(intent, 1)
    assert (quantity.what, quantity.before, quantity.after) == ("quantity", 10, 12)
    assert contracts.since(intent, 2) == []
    assert intent.lines.get().quantity == 12


def test_the_buyer_confirms_only_what_was_shown(intent, mug):
    contract.change(order_id=intent.pk, draft=offer(mug, quantity=12), seen=1, at=LATER)
    contract.change(order_id=intent.pk, draft=offer(mug, quantity=15), seen=2, at=LATER)
    with pytest.raises(RuleViolation, match="ORD-1"):
        closing.confirm(order_id=intent.pk, by="buyer", seen=2, at=LATER)
    confirmed = closing.confirm(order_id=intent.pk, by="buyer", seen=3, at=LATER)
    assert confirmed.state == "awaiting_payment"
    with pytest.raises(RuleViolation, match="STA-1"):
        contract.change(order_id=intent.pk, draft=offer(mug), seen=3, at=LATER)
    assert payment.start(order_id=intent.pk, method="visa", at=LATER).cash == usd("30.00")


def test_sending_back_an_order_unchanged_is_no_answer(intent, mug):
    with pytest.raises(RuleViolation, match="ORD-1"):
        contract.change(
            order_id=intent.pk, draft=offer(mug, dispatch=DispatchTerms(days=mug.dispatch_days)), at=LATER
        )
    intent.refresh_from_db()
    assert intent.state == "awaiting_supplier"


def test_a_draft_is_kept_changed_and_sent(shop, alice, mug):
    draft = start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=offer(mug), send=False, at=NOW)
    kept = contract.change(order_id=draft.pk, draft=offer(mug, quantity=3), seen=1, send=False, at=LATER)
    assert (kept.state, kept.total, next_due(NOW)) == ("draft", usd("6.00"), None)
    assert not Notice.objects.filter(user=alice).exists()
    for _ in range(2):
        sent = contract.send(order_id=draft.pk, seen=2, at=LATER)
    assert (sent.state, sent.state_since) == ("awaiting_buyer", LATER)
    assert Notice.objects.filter(user=alice, kind="order_to_confirm").count() == 1


def test_a_discount_that_a_change_brings_counts_from_then(intent, mug):
    changed = contract.change(order_id=intent.pk, draft=offer(mug, discount=usd("2.00")), seen=1, at=LATER)
    assert changed.discount_since == LATER
    without = contract.change(order_id=intent.pk, draft=offer(mug, quantity=11), seen=2, at=LATER)
    assert without.discount_since is None


def test_a_change_is_refused_like_a_new_draft(intent, mug):
    foreign = make.product(make.seller("Rival"))
    for draft, rule in (
        (offer(foreign), "ORD-1"),
        (offer(mug, quantity=0), "ORD-1"),
        (offer(mug, dispatch=DispatchTerms(days=91)), "ORD-4"),
        (offer(mug, discount=usd("20.00")), "ORD-7"),
        (offer(mug, initial=usd("20.01")), "PAY-1"),
        (offer(mug, quantity=6000, export="easy"), "ORD-6"),
        (offer(mug, quantity=10_000_000, prices={mug.pk: usd("999999.00")}), "ORD-7"),
    ):
        with pytest.raises(RuleViolation, match=rule):
            contract.change(order_id=intent.pk, draft=draft, seen=1, at=LATER)
    intent.refresh_from_db()
    assert (intent.version, intent.state) == (1, "awaiting_supplier")


def test_a_supplier_may_agree_to_less_than_is_offered_to_everybody(shop, alice):
    bulk = make.product(shop, rts=False)
    bulk.tiers.update(min_quantity=100)
    with pytest.raises(RuleViolation, match="ORD-1"):
        start.by_buyer(buyer_id=alice.pk, draft=offer(bulk), at=NOW)
    drafted = start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=offer(bulk, quantity=2), at=NOW)
    assert drafted.lines.get().quantity == 2


def test_a_drafted_order_goes_to_its_buyers_own_address_in_that_country(shop, alice, mug):
    for country, city in (("CA", "Toronto"), ("US", "New York")):
        addresses.save(
            user_id=alice.pk,
            values={"recipient": "Alice", "street": "211 Throop Ave", "city": city, "country": country},
        )
    drafted = start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=offer(mug), at=NOW)
    assert drafted.address == {}, "the supplier is not shown where a buyer lives before the buyer agrees"
    assert closing.confirm(order_id=drafted.pk, by="buyer", at=LATER).address["city"] == "New York"


def test_versions_cannot_be_rewritten(intent, mug):
    contract.change(order_id=intent.pk, draft=offer(mug, quantity=12), seen=1, at=LATER)
    for act in (
        lambda: ContractVersion.objects.update(made_by="buyer"),
        lambda: ContractVersion.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
