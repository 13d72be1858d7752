"""Every page of the admin, with the whole chain behind it, in both languages and within a number of queries."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel.days import day_of
from assurance.kernel.events import Actor
from assurance.kernel.models import SweepRun
from assurance.kernel.money import Money
from assurance.kernel.services import keep_rates
from assurance.kernel.wording import number_text
from assurance.ledger.models import Account, Transfer
from assurance.ops.sheets import Link
from assurance.ops.show import shown
from claims import services as claims
from coupons.models import Coupon, Recovery
from orders.models import BankLine, Order, Refund
from orders.services import bank, dispatch, intake, refunds, statements
from orders.services import payment as payments
from sellers.models import Debt
from sellers.services import funds, withdrawals
from sellers.services.withdrawals import Destination
from tests import factories
from tests.factories import NOW
from tests.ops.conftest import FILED, REVIEWED, World, claimed
from tests.orders.bank.writing import Paid, mt940

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MOST_QUERIES = 45


@pytest.fixture
def chain(world: World) -> World:
    """The claim approved, its coupon spent with another seller, what Ming owes still open; a refund, T/T, parcels."""
    claims.approve(claim_id=world.claim.pk, reason="Never dispatched.", at=REVIEWED)
    rival = factories.seller("Fangyuan", staff=factories.person("fang"))
    line = factories.line()
    product = factories.product(rival, price=5_000, ships_by=factories.template(rival, line))
    order = factories.order(world.alice, {product: 2}, by=line, at=REVIEWED, paid=False)
    factories.pay(order, at=REVIEWED, coupon_id=Coupon.objects.get().pk)
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="JD1", last=True, at=REVIEWED + DAY)
    dispatch.track(
        carrier="DHL",
        number="JD1",
        kind="picked_up",
        happened_at=REVIEWED + DAY,
        at=REVIEWED + 2 * DAY,
        place="Yiwu",
    )
    refunds.apply(
        order_id=order.pk,
        amount=None,
        reason="Broken.",
        at=REVIEWED + DAY,
        actor=Actor("buyer", world.alice.pk),
    )
    by_bank = factories.order(world.alice, {product: 1}, by=line, at=REVIEWED, paid=False)
    payments.start(order_id=by_bank.pk, method="tt", at=REVIEWED)
    bank.arrive(order_id=by_bank.pk, amount=by_bank.total, bank_reference="B1", at=REVIEWED)
    bank.associate(order_id=by_bank.pk, at=REVIEWED)
    statement, _ = statements.upload(
        name="day.sta",
        data=mt940(Paid("5.00", "WHO KNOWS"), Paid("-9.00", "RETURN", reversal=True)),
        at=REVIEWED,
    )
    statements.take_in(statement_id=statement.pk, reason="daily", at=REVIEWED)
    intake.take_due(REVIEWED)
    bank.set_aside(line_id=statement.bank_lines.get().pk, reason="nobody knows it", at=REVIEWED)
    claimed(world.alice, rival)
    product = factories.product(world.shop, ships_by=factories.template(world.shop, line))
    keep_rates(day=day_of(REVIEWED), usd={"EUR": Decimal("1.19")}, reason="daily", at=REVIEWED)
    own = factories.store_coupon(world.shop, at=FILED)
    factories.order(world.alice, {product: 5}, by=line, at=FILED, paid=False, store_coupon_id=own.pk)
    funds.deposit(seller_id=rival.pk, amount=Money(9, "USD"), reference="", at=REVIEWED)
    withdrawals.withdraw(
        seller_id=rival.pk,
        amount=Money(2, "USD"),
        to=Destination("Fangyuan Ltd", "Bank of China", "6217000710001234567", "BKCHCNBJ"),
        key="1",
        at=REVIEWED,
    )
    free = factories.order(world.alice, {product: 1}, by=line)
    claims.exempt_order(order_id=free.pk, platform_bears=False, reason="Typhoon.", at=FILED)
    factories.campaign(date(2021, 3, 1), date(2021, 3, 31))
    return world


@pytest.fixture
def all_roles(ops: Any) -> Client:
    client: Client = ops("reviewer", "finance", "risk", "administrator")
    return client


def pages() -> Iterator[str]:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        thing = model._default_manager.order_by("-pk").first()
        assert thing is not None, f"the chain has no {name}"
        yield reverse(f"{name}_change", args=[thing.pk])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_is_shown(all_roles: Client, chain: World, at: Any, language: str):
    at(REVIEWED + 3 * DAY)
    for address in ["/admin/", "/admin/orders/", *pages()]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = all_roles.get(address, headers={"accept-language": language})
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert f'<html lang="{language}"' in page, address
        assert "object at 0x" not in page, address
        assert not re.search(r">\s*None\s*<|\$ \d", page), address
        assert len(queries) <= MOST_QUERIES, (address, len(queries))


def test_pages_name_the_zone_of_every_instant(all_roles: Client, chain: World):
    page = text(all_roles.get(f"/admin/claims/claim/{chain.claim.pk}/change/").content.decode())
    assert re.search(r"\d\d:\d\d:\d\d P[SD]T", page)


def test_money_can_be_followed_from_the_claim_to_the_recovery_and_back(all_roles: Client, chain: World):
    """Claim → coupon → use → recovery → debt → transfer → cause → … only by the links of the pages."""
    coupon, recovery, debt = Coupon.objects.get(), Recovery.objects.get(), Debt.objects.get()
    moved = Transfer.objects.get(what="payment", rule="PAY-3")
    steps = [
        (f"claims/claim/{chain.claim.pk}", f"coupons/coupon/{coupon.pk}"),
        (f"coupons/coupon/{coupon.pk}", f"sellers/debt/{debt.pk}"),
        (f"coupons/coupon/{coupon.pk}", f"ledger/transfer/{moved.pk}"),
        (f"sellers/debt/{debt.pk}", f"coupons/coupon/{coupon.pk}"),
        (f"coupons/recovery/{recovery.pk}", f"claims/claim/{chain.claim.pk}"),
        (f"coupons/recovery/{recovery.pk}", f"sellers/debt/{debt.pk}"),
        (f"ledger/transfer/{moved.pk}", f"orders/order/{coupon.redemption.order_id}"),
        (f"orders/order/{coupon.redemption.order_id}", f"coupons/coupon/{coupon.pk}"),
        (f"orders/order/{coupon.redemption.order_id}", f"ledger/transfer/{moved.pk}"),
        (f"orders/order/{chain.order.pk}", f"claims/claim/{chain.claim.pk}"),
    ]
    for page, leads_to in steps:
        shown = all_roles.get(f"/admin/{page}/change/").content.decode()
        assert f'href="/admin/{leads_to}/change/"' in shown, (page, leads_to)


def test_a_transfer_names_its_cause_as_the_page_of_it_does(all_roles: Client, chain: World):
    moved = Transfer.objects.get(what="payment", rule="PAY-3")
    owed = Debt.objects.get()
    order = Order.objects.get(pk=moved.cause_id)
    words = f"Order {number_text(order.number)}"
    for page in (
        "ledger/transfer/",
        f"ledger/transfer/{moved.pk}/change/",
        f"orders/order/{order.pk}/change/",
    ):
        assert words in text(all_roles.get(f"/admin/{page}").content.decode()), page
    of_debt = text(all_roles.get(f"/admin/sellers/debt/{owed.pk}/change/").content.decode())
    assert f"Cause Platform coupon {Coupon.objects.get().pk} REC-1" in of_debt
    aside = text(all_roles.get("/admin/ledger/transfer/?what=returned").content.decode())
    assert "bank line" not in aside


def test_what_has_no_page_for_its_reader_is_named_all_the_same(ops: Any, chain: World):
    """A reviewer sees no ledger: what a link would have said stands there as text, an amount as an amount."""
    line = BankLine.objects.get(statement=None)
    assert "Statement –" in text(
        ops("finance").get(f"/admin/orders/bankline/{line.pk}/change/").content.decode()
    )
    assert shown(Link(Money(77, "USD"), "")) == shown(Money(77, "USD"))


def test_what_a_seller_still_owes_is_told_with_its_rule(all_roles: Client, chain: World):
    page = text(
        all_roles.get(f"/admin/coupons/recovery/{Recovery.objects.get().pk}/change/").content.decode()
    )
    assert "Still open USD 32.00 REC-2" in page


def test_a_statement_is_paged_from_row_to_row(all_roles: Client, chain: World, monkeypatch: Any):
    from assurance.ledger import admin as ledger

    whole = ledger.page
    monkeypatch.setattr(ledger, "page", lambda *args, **kwargs: whole(*args, **{**kwargs, "size": 2}))
    gateway = ledger.Account.objects.get(kind="gateway")
    first = all_roles.get(f"/admin/ledger/account/{gateway.pk}/change/").content.decode()
    older = re.search(r'href="(\?after=\d+)">older', first)
    assert older
    second = all_roles.get(f"/admin/ledger/account/{gateway.pk}/change/{older[1]}").content.decode()
    assert "newer" in second


@pytest.mark.parametrize(
    "query",
    ["late=dispatch", "late=delivery", "state__exact=closed", "q=alice", "q=80916", "covered__exact=1"],
)
def test_orders_are_found(all_roles: Client, chain: World, query: str):
    assert all_roles.get(f"/admin/orders/order/?{query}").status_code == 200


def test_an_order_is_found_by_its_number_and_its_buyer_alone(all_roles: Client, chain: World):
    other = factories.person("bob")
    for words, found in (
        (chain.order.number, 1),
        (chain.alice.email, 6),
        (other.email, 0),
        (chain.order.number[:9], 0),
    ):
        page = all_roles.get("/admin/orders/order/", {"q": words}).content.decode()
        assert len(set(re.findall(r"/admin/orders/order/(\d+)/change/", page))) == found, words


@pytest.mark.parametrize("page", ["orders/refund", "claims/claim", "orders/bankline", "orders/order"])
def test_an_order_is_found_by_its_number_in_groups_as_pages_show_it(
    all_roles: Client, chain: World, page: str
):
    numbers = {"claims/claim": chain.order.number, "orders/order": chain.order.number}
    rows = {"orders/refund": Refund.objects, "orders/bankline": BankLine.objects.exclude(order=None)}
    number = numbers.get(page) or rows[page].get().order.number
    listed = all_roles.get(f"/admin/{page}/", {"q": number_text(number)}).content.decode()
    assert len(set(re.findall(rf"/admin/{page}/(\d+)/change/", listed))) == 1


def test_an_order_says_what_its_contract_total_is_made_of(all_roles: Client, chain: World):
    order = Order.objects.exclude(discount_minor=0).get()
    page = text(all_roles.get(f"/admin/orders/order/{order.pk}/change/").content.decode())
    shipping, off = (text(str(shown(amount))) for amount in (order.shipping, -order.discount))
    assert f"Shipping {shipping} Store coupon {off} Contract total" in page


def test_no_other_transfer_is_not_said_to_be_no_money(all_roles: Client, chain: World):
    alone = Transfer.objects.get(what="payment", rule="PAY-2")
    page = text(all_roles.get(f"/admin/ledger/transfer/{alone.pk}/change/").content.decode())
    assert "Other transfers of the same cause There are no others." in page


def test_the_sign_of_an_account_of_the_world_outside_is_explained(all_roles: Client, chain: World):
    for kind, is_told in (("gateway", True), ("seller", False)):
        account = Account.objects.filter(kind=kind).earliest("id")
        page = text(all_roles.get(f"/admin/ledger/account/{account.pk}/change/").content.decode())
        assert ("with a minus" in page) == is_told, kind


def test_a_late_order_is_listed_by_the_clock_and_not_by_a_flag(all_roles: Client, world: World, at: Any):
    """No job has run: the guarantee row still says active."""
    line = factories.line()
    product = factories.product(world.shop, ships_by=factories.template(world.shop, line))
    order = factories.order(world.alice, {product: 1}, by=line)
    at(NOW + DAY)
    assert f"/{order.pk}/change/" not in all_roles.get("/admin/orders/order/?late=dispatch").content.decode()
    at(NOW + 8 * DAY)
    assert f"/{order.pk}/change/" in all_roles.get("/admin/orders/order/?late=dispatch").content.decode()


def test_home_tells_what_waits(all_roles: Client, chain: World, at: Any):
    at(FILED + 5 * DAY)
    page = text(all_roles.get("/admin/").content.decode())
    assert "Claims in review 1 1 past its 3 days" in page
    assert "Owed by sellers USD 32.00 1 open debt" in page
    assert "Refunds to rule on 0" in page
    at(REVIEWED + 9 * DAY)
    assert "Refunds to rule on 1" in text(all_roles.get("/admin/").content.decode())


def test_home_tells_what_late_orders_may_cost(all_roles: Client, world: World):
    line = factories.line()
    product = factories.product(world.shop, price=10_001, ships_by=factories.template(world.shop, line))
    factories.order(world.alice, {product: 1}, by=line)
    page = text(all_roles.get("/admin/").content.decode())
    assert "Late orders that can be claimed 1 coupons of at most USD 11.00" in page


def test_home_shows_jobs_that_do_not_run(all_roles: Client):
    from django.utils import timezone

    now = timezone.now()
    SweepRun.objects.create(name="receipt", last_started=now, last_finished=now, last_done=7)
    SweepRun.objects.create(
        name="verify", last_started=now, last_finished=now - timedelta(hours=1), last_error="ValueError: x"
    )
    html = all_roles.get("/admin/").content.decode()
    assert "table--wide" not in html, "it has room beside the navigation"
    page = text(html)
    assert re.search(r"release the money ORD-8 on time .* 7", page)
    assert re.search(r"without a scan DSP-3 overdue .* ValueError: x", page)
    assert re.search(r"unpaid orders ORD-3 never finished", page)


def test_home_costs_the_same_with_many_orders(
    all_roles: Client, world: World, django_assert_max_num_queries: Any
):
    all_roles.get("/admin/")
    for _ in range(5):
        claimed(world.alice, world.shop)
    with django_assert_max_num_queries(30):
        all_roles.get("/admin/")


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\xa0", " ").split())
