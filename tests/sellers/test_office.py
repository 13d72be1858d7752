"""Who gets into MA, for which account, and how the account's own pages stand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from orders.services import dispatch, receipt, refunds
from sellers.models import Company, Membership, Seller, Staff
from sellers.services import funds
from sellers.views.seller.base import CHOSEN
from tests import factories as make
from tests.factories import NOW, OPENED

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def world():
    """Ming works for a member, Fang for somebody else."""
    ming, fang = make.person("ming"), make.person("fang")
    return ming, make.seller(staff=ming), fang, make.seller("Rival", member=False, staff=fang)


def get(client, name, *args, at=NOW, **query):
    with clock.frozen(at):
        return client.get(reverse(f"ma:{name}", args=args), query)


def post(client, name, *args, at=NOW, **data):
    with clock.frozen(at):
        return client.post(reverse(f"ma:{name}", args=args), data)


PAGES = (
    "home",
    "access",
    "orders",
    "claims",
    "funds",
    "associate",
    "products",
    "product-new",
    "templates",
    "template-new",
)


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_staff_and_are_not_there_for_others(world, client, name):
    ming = world[0]
    assert get(client, name).url.startswith(reverse("account_login"))
    client.force_login(make.person("alice"))
    assert get(client, name).status_code == 404
    client.force_login(ming)
    answer = get(client, name)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("max-age=0")


def test_ma_opens_in_chinese_until_its_reader_chooses(world, client):
    client.force_login(world[0])
    assert '<html lang="zh-Hans"' in get(client, "home").content.decode()
    client.cookies["django_language"] = "en"
    assert '<html lang="en"' in get(client, "home").content.decode()


def test_a_person_with_several_accounts_chooses_and_is_remembered(world, client):
    ming, first, _fang, rival = world
    second = make.seller("Second", staff=ming)
    client.force_login(ming)
    assert get(client, "home").url == reverse("ma:accounts")
    assert first.name in get(client, "accounts").content.decode()
    assert post(client, "accounts", seller=rival.pk).status_code == 404
    assert post(client, "accounts", seller=second.pk).url == reverse("ma:home")
    assert get(client, "home").context["request"].seller == second
    Staff.objects.filter(seller=second).delete()
    assert get(client, "home").context["request"].seller == first, "the choice is no post any more"
    assert client.session[CHOSEN] == second.pk


def test_home_says_what_is_due_and_at_stake(world, client, django_assert_max_num_queries):
    ming, seller, *_ = world
    alice, mug = make.person("alice"), make.product(seller, price=10000)
    make.order(alice, {mug: 1}, at=NOW - 8 * DAY)
    make.order(alice, {mug: 2}, at=NOW - 6 * DAY)
    client.force_login(ming)
    with django_assert_max_num_queries(22):
        answer = get(client, "home")
    shown = ("past_due", "overdue", "due_today", "guaranteed_today")
    assert [answer.context[name] for name in shown] == [1, 1, 1, 1]
    assert answer.context["stake"].amount == Money(10, "USD")
    assert answer.context["rows_at_most"] == Money(30, "USD")
    assert answer.context["tally"].counted == 1
    assert answer.context["suggestions"].lacks_line


def test_home_counts_what_is_due_of_orders_without_a_guarantee_too(world, client):
    *_, fang, rival = world
    alice, mug = make.person("alice"), make.product(rival)
    client.force_login(fang)
    client.cookies["django_language"] = "en"
    assert "Nothing is overdue" in get(client, "home").content.decode()
    make.order(alice, {mug: 1}, at=NOW - 8 * DAY)
    make.order(alice, {mug: 1}, at=NOW - 6 * DAY)
    answer = get(client, "home")
    assert (answer.context["past_due"], answer.context["due_today"]) == (1, 1)
    page = answer.content.decode()
    assert "Nothing is overdue" not in page
    assert "None of them carries a guarantee" in page
    assert "· 0 with a guarantee" in page


def test_homes_queries_do_not_grow_with_the_orders(world, client):
    ming, seller, *_ = world
    alice, mug = make.person("alice"), make.product(seller)
    client.force_login(ming)

    def queries():
        with CaptureQueriesContext(connection) as counted:
            get(client, "home")
        return len(counted)

    for _ in range(2):
        make.order(alice, {mug: 1}, at=NOW - 8 * DAY)
    few = queries()
    for _ in range(4):
        make.order(alice, {mug: 1}, at=NOW - 8 * DAY)
    assert queries() == few


def test_joining_needs_consent_and_keeps_version_and_person(world, client):
    _ming, _seller, fang, rival = world
    client.force_login(fang)
    refused = post(client, "join", terms="2026-11")
    assert refused.status_code == 422
    assert "UPG-1" in refused.content.decode()
    assert not Membership.objects.filter(seller=rival).exists()
    old = post(client, "join", consent="on", terms="2020-01")
    assert old.status_code == 422
    assert "checked" in old.content.decode(), "the tick is kept"
    assert post(client, "join", consent="on", terms="2026-11").url == reverse("ma:access")
    stay = Membership.objects.get(seller=rival)
    assert (stay.terms_version, stay.consented_by) == ("2026-11", fang)
    again = post(client, "join", consent="on", terms="2026-11")
    assert again.status_code == 409
    assert "UPG-1" in again.content.decode()
    assert Membership.objects.filter(seller=rival).count() == 1


def test_leaving_is_possible_from_its_day(world, client):
    ming, seller, *_ = world
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    early = get(client, "access", at=OPENED + 29 * DAY).content.decode()
    assert "UPG-3" in early
    assert reverse("ma:leave") not in early
    post(client, "leave", at=OPENED + 29 * DAY)
    assert Membership.objects.get(seller=seller).left_at is None
    post(client, "leave", at=OPENED + 30 * DAY)
    assert Membership.objects.get(seller=seller).left_at == OPENED + 30 * DAY
    assert "UPG-4" in get(client, "access", at=OPENED + 31 * DAY).content.decode()


def test_activate_lights_the_lamp_and_says_when_it_is_locked(world, client):
    ming, seller, *_ = world
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    suspended = OPENED + 182 * DAY
    assert "Lamp out" in get(client, "access", at=suspended).content.decode()
    post(client, "activate", at=suspended)
    assert "Lamp out" not in get(client, "access", at=suspended + DAY).content.decode()
    locked = get(client, "access", at=suspended + 20 * DAY).content.decode()
    assert "QUA-4" in locked
    post(client, "activate", at=suspended + 20 * DAY)
    seller.refresh_from_db()
    assert seller.activated_at == suspended


def test_terms_are_there_in_each_version_and_in_no_other(world, client):
    client.force_login(world[0])
    assert get(client, "terms", "2026-11").status_code == 200
    assert get(client, "terms", "2026-12").status_code == 404


def test_a_verb_without_its_form_leads_back(world, client):
    client.force_login(world[0])
    for name in ("join", "leave", "activate"):
        assert get(client, name).url == reverse("ma:access")
    assert Membership.objects.get(seller=world[1]).left_at is None


def test_access_reckons_with_ones_own_past(world, client):
    ming, seller, *_ = world
    make.order(make.person(), {make.product(seller, price=10000): 1}, at=NOW - 20 * DAY)
    client.force_login(ming)
    cost = get(client, "access").context["cost"]
    assert (cost.tally.late, cost.compensation) == (1, Money(10, "USD"))


def test_the_statement_names_the_order_behind_each_movement(world, client, django_assert_max_num_queries):
    ming, seller, *_ = world
    order = make.order(make.person(), {make.product(seller, price=10000): 1})
    dispatch.dispatch(order_id=order.pk, carrier="DHL", number="1", last=True, at=NOW)
    receipt.receive(order_id=order.pk, at=NOW)
    funds.withdraw(seller_id=seller.pk, amount=Money("90.00", "USD"), reference="w", at=NOW)
    refunds.agreed(order_id=order.pk, amount=Money("20.00", "USD"), at=NOW)
    client.force_login(ming)
    with django_assert_max_num_queries(15):
        answer = get(client, "funds")
    lines = [
        (line.entry.transfer.what, line.number, str(line.amount.amount)) for line in answer.context["lines"]
    ]
    assert lines == [
        ("refund", order.number, "-8.00"),
        ("withdrawal", "", "-90.00"),
        ("release", order.number, "98.00"),
    ]
    owed = answer.context["debts"]
    assert [(o.number, o.debt.open, o.debt.rule) for o in owed] == [
        (order.number, Money("12.00", "USD"), "PAY-4")
    ]
    assert answer.context["balance"] == Money(0, "USD")


def test_money_held_is_shown_by_currency(world, client):
    ming, seller, *_ = world
    alice, mug = make.person(), make.product(seller, price=10000)
    make.order(alice, {mug: 1})
    make.order(alice, {mug: 1}, currency="EUR", usd_rate=Decimal("1.25"), shipping=Money(0, "EUR"))
    client.force_login(ming)
    assert get(client, "funds").context["held"] == [Money("80.00", "EUR"), Money("100.00", "USD")]


def test_the_statement_is_paged_by_key(world, client):
    ming, seller, *_ = world
    for n in range(25):
        funds.deposit(seller_id=seller.pk, amount=Money(n + 1, "USD"), reference=str(n), at=NOW)
    client.force_login(ming)
    first = get(client, "funds")
    assert [line.amount.amount for line in first.context["lines"]][:2] == [25, 24]
    with clock.frozen(NOW):
        second = client.get(reverse("ma:funds") + first.context["page"].next)
    assert [line.amount.amount for line in second.context["lines"]] == [5, 4, 3, 2, 1]


def test_two_accounts_of_one_company_are_told_apart(world, client):
    ming, seller, *_ = world
    sibling = Seller.objects.create(company=seller.company, name="Sibling", qualified_at=OPENED)
    Staff.objects.create(user=ming, seller=sibling)
    client.force_login(ming)
    post(client, "accounts", seller=sibling.pk)
    assert "Sibling" in get(client, "home").content.decode()
    assert Company.objects.filter(sellers=sibling).get() == seller.company
