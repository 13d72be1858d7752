"""How the order lists are answered: from which index, and without reading what does not match (ORD-9)."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from assurance.accounts.models import User
from orders.queries import buyer, counting, seller
from orders.queries.filters import Wanted, lendable
from sellers.models import Seller
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """Small tables are read whole sooner than by an index; here they stand for large ones."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return make.seller()


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "order_of_seller"),
        ({"destination": "DE"}, "order_of_seller"),
        ({"currency": "EUR", "export": "easy", "source": "search"}, "order_of_seller"),
        ({"amount_from": Decimal(5000)}, "order_of_seller"),
        ({"salesperson": 12345}, "order_of_seller"),
        ({"tab": "to_dispatch"}, "order_to_dispatch"),
        ({"tab": "after_sales"}, "order_after_sales"),
    ],
)
def test_filters_are_answered_from_an_index_alone(shop, wanted, index):
    """No wide row is read for an order that does not match, and none is sorted."""
    person = make.person()
    mug = make.product(shop)
    make.order(person, {mug: 1})
    _many(shop, person)
    orders, keys = seller.listed(shop.pk, replace(Wanted(), **wanted), NOW)
    plan = orders.order_by(*keys)[:21].explain()
    assert f"using {index} " in plan
    assert "Sort" not in plan
    if wanted and "tab" not in wanted:
        assert "Index Only Scan" in plan


def test_overdue_orders_are_counted_by_their_deadlines_and_one_guarantee_each(shop):
    """What was late once, or is not due yet, is not read: the days bound the search, not the guarantees."""
    person = make.person()
    make.order(person, {make.product(shop): 1})
    _many(shop, person)
    plan = seller.overdue(shop.pk, NOW + timedelta(days=30)).values("pk")[: counting.MOST].explain()
    assert " order_to_dispatch " in plan
    assert re.search(r"Index Cond: .*COALESCE\(dispatch_due", plan)
    assert re.search(
        r"SubPlan.*\n.*\n.*orders_guarantee.*\n\s+Index Cond: \(+order_id = orders_order.id", plan
    )
    assert "Hash" not in plan


def test_lendable_orders_are_expected_to_be_many_so_that_none_searches_all_for_a_hundred(shop):
    person = make.person()
    make.order(person, {make.product(shop, price=200_000): 1})
    _many(shop, person)
    plan = lendable(seller.of_seller(shop.pk), NOW).values("pk")[: counting.MOST].explain()
    expected = re.search(r"on orders_order .*rows=(\d+)", plan)
    assert expected is not None
    assert int(expected[1]) >= 20  # of 800; it would be 2 of a range


@pytest.mark.parametrize("tab", [tab for tab in buyer.TABS if tab != buyer.REFUND])
def test_a_buyers_tabs_are_counted_from_the_index_alone(shop, tab):
    person = make.person()
    make.order(person, {make.product(shop): 1})
    _many(shop, person)
    plan = buyer.in_tab(buyer.of_buyer(person.pk), tab, NOW).values("pk")[: counting.MOST].explain()
    assert "Index Only Scan using order_of_buyer_newest" in plan


def test_search_finds_people_and_products_by_their_indexes(shop):
    plan = User.objects.filter(name__has_part="solberg").explain()
    assert "person_name" in plan


def _many(shop: Seller, person: User) -> None:
    """So many orders of ten sellers and ten buyers that an index is worth while, by copying the first.

    A test's transaction cannot vacuum; what the planner would be told by one is told to it here.
    """
    sellers = [shop.pk, *(make.seller().pk for _ in range(9))]
    buyers = [person.pk, *(make.person().pk for _ in range(9))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'orders_order'")
        own = ("id", "number", "request_key", "seller_id", "buyer_id")
        columns = ", ".join(name for (name,) in cursor.fetchall() if name not in own)
        cursor.execute(
            f"INSERT INTO orders_order (id, number, seller_id, buyer_id, {columns}) "
            "SELECT 1000000 + n, (7e16::bigint + n)::text, "
            f"(%s::bigint[])[1 + n %% 10], (%s::bigint[])[1 + n / 10 %% 10], {columns} "
            "FROM orders_order, generate_series(1, 8000) n",
            [sellers, buyers],
        )
        cursor.execute("ANALYZE orders_order")
        cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = 'orders_order'")
