"""The lists of orders through the API: filters, pages, what they cost."""

import pytest

from orders.services import desk
from tests.api.conftest import started
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def path(order, verb=""):
    return f"orders/{order if isinstance(order, str) else order.number}/{verb}"


def test_the_list_is_filtered_by_state_and_overdue_as_the_clock_has_it(world, at):
    paid, unpaid = started(world), started(world, paid=False)

    def numbers(caller=world.buyer, **query):
        return [row["number"] for row in caller.get("orders/", **query)[1]["results"]]

    assert numbers() == [unpaid.number, paid.number]
    assert numbers(state="awaiting_payment") == [unpaid.number]
    assert numbers(overdue="true") == []
    at(NOW, days=7)
    assert numbers(overdue="true") == [paid.number]
    assert numbers(overdue="false") == [unpaid.number]
    assert numbers(world.seller, role="seller", overdue="true") == [paid.number]
    at(NOW, days=61)  # no job has run
    assert numbers(state="awaiting_payment") == []
    assert numbers(state="closed") == [unpaid.number]
    assert [row["state"] for row in world.buyer.get("orders/", state="closed")[1]["results"]] == ["closed"]


def test_pages_neither_repeat_nor_lose_a_row(world):
    made = [started(world, paid=False).number for _ in range(5)]
    page = world.buyer.get("orders/", limit=2)[1]
    seen = [row["number"] for row in page["results"]]
    started(world, paid=False)
    while page["next"]:
        query = dict(part.split("=") for part in page["next"].partition("?")[2].split("&"))
        page = world.buyer.get("orders/", **query)[1]
        seen += [row["number"] for row in page["results"]]
    assert seen == made[::-1]


@pytest.mark.parametrize("role", ["buyer", "seller"])
def test_a_list_asks_as_much_for_many_orders_as_for_one(world, role, django_assert_num_queries):
    caller = world.buyer if role == "buyer" else world.seller
    started(world)
    caller.get("orders/", role=role)  # the use of the token is noted once
    with django_assert_num_queries(4 if role == "buyer" else 5):
        caller.get("orders/", role=role)
    for _ in range(5):
        order = started(world)
        started(world, paid=False)
    with django_assert_num_queries(4 if role == "buyer" else 5):
        caller.get("orders/", role=role)
    world.seller.post(path(order, "dispatch/"), {"carrier": "DHL", "number": "JD1"})
    with django_assert_num_queries(5 if role == "buyer" else 6):
        caller.get("orders/", role=role)


def test_the_list_takes_the_filters_of_the_pages(world):
    one = started(world)
    other = started(world, paid=False)
    numbers = {
        query: [row["number"] for row in world.buyer.get(f"orders/?{query}")[1]["results"]]
        for query in (
            "state=awaiting_payment",
            "dispatch=true",
            "destination=DE",
            "currency=USD&amount_from=0.01",
            "amount_from=0",
            "amount_to=0.00",
            "amount_from=99999",
            f"q={one.number}",
            "kind=made",
            "deleted=true",
            "created_from=0001-01-01&created_to=9999-12-31",
        )
    }
    assert numbers == {
        "state=awaiting_payment": [other.number],
        "dispatch=true": [one.number],
        "destination=DE": [],
        "currency=USD&amount_from=0.01": [other.number, one.number],
        "amount_from=0": [other.number, one.number],
        "amount_to=0.00": [],
        "amount_from=99999": [],
        f"q={one.number}": [one.number],
        "kind=made": [],
        "deleted=true": [],
        "created_from=0001-01-01&created_to=9999-12-31": [other.number, one.number],
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("source=search", "source"),
        ("salesperson=0", "salesperson"),
        ("created_from=2021-03-02&created_to=2021-03-01", "created_to"),
        ("amount_from=2&amount_to=1", "amount_to"),
        ("kind=trial", "kind"),
        ("colour=red", "colour"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(world, query, field):
    status, answer = world.buyer.get(f"orders/?{query}")
    assert status == 400
    assert field in str(answer)


def test_a_seller_filters_by_what_staff_have_put_on_orders(world):
    one, other = started(world), started(world)
    desk.label(seller_id=one.seller_id, numbers=[one.number], name="VIP", on=True, at=NOW)
    for query, found in (
        ("label=VIP", [one]),
        ("q=vip", [one]),
        ("salesperson=0&source=direct", [other, one]),
        ("loan=true", []),
    ):
        rows = world.seller.get(f"orders/?role=seller&{query}")[1]["results"]
        assert [row["number"] for row in rows] == [order.number for order in found]
