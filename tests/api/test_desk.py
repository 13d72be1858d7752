"""What a side keeps about its orders for itself, and files of its lists, through the API (ORD-9)."""

import csv
import io

import pytest

from orders.models import ListExport
from orders.services import exports
from tests.api.conftest import started
from tests.api.verbs import closed
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-9")]


class TestDesk:
    def test_staff_write_down_who_looks_after_an_order_and_what_is_special(self, world):
        path = f"orders/{started(world).number}/desk/"
        world.seller.post(f"{path}salesperson/", {"salesperson": world.ming.pk})
        world.seller.post(f"{path}notes/", {"text": "Photos first"})
        world.seller.post(f"{path}labels/", {"name": " VIP  buyer "})
        status, kept = world.seller.post(f"{path}labels/", {"name": "Fragile"})
        assert (status, kept) == world.seller.get(path)
        assert kept["salesperson"] == {"id": world.ming.pk, "name": world.ming.name}
        assert kept["labels"] == ["Fragile", "VIP buyer"]
        assert [(note["by"], note["text"]) for note in kept["notes"]] == [(world.ming.name, "Photos first")]

    def test_a_label_and_a_salesperson_are_taken_off(self, world):
        path = f"orders/{started(world).number}/desk/"
        world.seller.post(f"{path}labels/", {"name": "VIP"})
        world.seller.post(f"{path}salesperson/", {"salesperson": world.ming.pk})
        world.seller.post(f"{path}labels/", {"name": "VIP", "on": False})
        kept = world.seller.post(f"{path}salesperson/", {"salesperson": None})[1]
        assert (kept["salesperson"], kept["labels"]) == (None, [])

    def test_an_eleventh_label_is_refused(self, world):
        path = f"orders/{started(world).number}/desk/labels/"
        for n in range(10):
            assert world.seller.post(path, {"name": f"L{n}"})[0] == 200
        status, problem = world.seller.post(path, {"name": "L10"})
        assert (status, problem["rule"]) == (409, "ORD-9")

    def test_the_buyer_never_sees_it(self, world):
        path = f"orders/{started(world).number}/desk/"
        assert world.buyer.get(path)[0] == 404
        assert world.buyer.post(f"{path}notes/", {"text": "Mine"})[0] == 403
        assert world.other.get(path)[0] == 404


class TestDeleting:
    def test_a_closed_order_leaves_ones_own_lists_and_comes_back(self, world):
        order = closed(world)
        path = f"orders/{order.number}/"

        def listed(caller, role):
            return [one["number"] for one in caller.get("orders/", role=role)[1]["results"]]

        assert world.buyer.post(f"{path}delete/") == (200, {"number": order.number, "deleted": True})
        assert order.number not in listed(world.buyer, "buyer")
        assert order.number in listed(world.seller, "seller")
        assert world.buyer.get(path)[0] == 200
        assert world.buyer.post(f"{path}restore/") == (200, {"number": order.number, "deleted": False})
        assert order.number in listed(world.buyer, "buyer")

    def test_a_paid_one_stays(self, world):
        status, problem = world.seller.post(f"orders/{started(world).number}/delete/")
        assert (status, problem["rule"]) == (409, "ORD-9")


class TestFiles:
    def test_a_list_is_written_and_fetched_by_its_maker_alone(self, world):
        order, other = started(world), closed(world)
        asked = {"format": "csv", "shop": world.shop.pk, "filters": {"state": "awaiting_dispatch"}}
        status, file = world.seller.post("orders/exports/", asked)
        assert (status, file["state"], file["shop"]) == (201, "asked", world.shop.pk)
        path = f"orders/exports/{file['key']}/"
        assert world.seller.get(f"{path}file/")[0] == 404
        assert exports.write_next(NOW)
        shown = world.seller.get(path)[1]
        assert (shown["state"], shown["done"], shown["total"]) == ("finished", 1, 1)
        assert world.seller.get("orders/exports/") == (200, {"results": [shown], "next": None})
        fetched = world.seller.client.get(f"/api/v1/{path}file/", headers=world.seller.headers())
        text = b"".join(fetched.streaming_content).decode("utf-8-sig")
        numbers = [row[0].replace(" ", "") for row in csv.reader(io.StringIO(text))][1:]
        assert numbers == [order.number]
        assert other.number not in text
        for caller in (world.buyer, world.other):
            assert caller.get(path)[0] == 404
            assert caller.get(f"{path}file/")[0] == 404

    def test_what_one_has_ordered_is_filtered_as_a_buyer(self, world):
        order = started(world)
        key = world.buyer.post("orders/exports/", {"format": "xlsx"})[1]["key"]
        assert [one.number for one in exports.orders_of(ListExport.objects.get(key=key), NOW)] == [
            order.number
        ]
        status, problem = world.buyer.post("orders/exports/", {"format": "csv", "filters": {"label": "VIP"}})
        assert (status, list(problem["errors"])) == (400, ["filters.label"])

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, ["format"]),
            ({"format": "pdf"}, ["format"]),
            ({"format": "csv", "filters": {"state": "lost"}}, ["filters.state"]),
            ({"format": "csv", "filters": {"colour": "red"}}, ["filters.colour"]),
            ({"format": "csv", "filters": []}, ["filters"]),
            ({"format": "csv", "filters": {"q": 7}}, ["filters.q"]),
            ({"format": "csv", "filters": {"salesperson": True}}, ["filters.salesperson"]),
            ({"format": "csv", "filters": {"salesperson": [7]}}, ["filters.salesperson"]),
            ({"format": "csv", "shop": "Qinghe"}, ["shop"]),
        ],
    )
    def test_wrong_values_are_named(self, world, body, named):
        status, problem = world.seller.post("orders/exports/", body)
        assert (status, list(problem["errors"])) == (400, named)
        assert not ListExport.objects.exists()

    @pytest.mark.parametrize("salesperson", [7, "7"])
    def test_a_number_is_taken_as_the_schema_and_as_the_query_have_it(self, world, salesperson):
        filters = {"salesperson": salesperson}
        body = {"format": "csv", "shop": world.shop.pk, "filters": filters}
        assert world.seller.post("orders/exports/", body)[0] == 201
        assert ListExport.objects.get().wanted == {"salesperson": 7}

    def test_another_ones_shop_is_not_there(self, world):
        assert world.other.post("orders/exports/", {"format": "csv", "shop": world.shop.pk})[0] == 404
