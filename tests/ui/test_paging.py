"""Pages that begin after a row: each row once, in both directions, and nonsense gives the first page."""

import pytest
from django.http import QueryDict

from assurance.ui.paging import page
from sellers.models import Product
from tests import factories as make

KEYS = {"newest": ("-id",), "by weight": ("weight_g", "id")}


@pytest.fixture
def products(db):
    seller = make.seller()
    return [make.product(seller, weight_g=weight) for weight in (300, 100, 200, 100, 300, 200, 100)]


def walk(keys, way, start=""):
    """Every page from one end to the other."""
    address, seen = start, []
    while True:
        found = page(Product.objects.all(), keys, QueryDict(address.removeprefix("?")), size=3)
        seen.append([row.pk for row in found.rows])
        address = getattr(found, way)
        if not address:
            return seen, found


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_every_row_once_there_and_back(products, keys):
    wanted = list(Product.objects.order_by(*keys).values_list("pk", flat=True))
    there, last = walk(keys, "next")
    assert [pk for page in there for pk in page] == wanted
    back, first = walk(keys, "previous", last.previous)
    assert back[::-1] == there[:2]
    assert first.previous == ""


@pytest.mark.parametrize("cursor", ["x", "", "1~2", "9" * 30, "\x00", "1~"])
def test_nonsense_gives_the_first_page(products, cursor):
    query = QueryDict(mutable=True)
    query["after"] = cursor
    found = page(Product.objects.all(), ("-id",), query, size=3)
    assert [row.pk for row in found.rows] == [p.pk for p in products[:-4:-1]] or found.rows == []


def test_other_parameters_stay_in_the_address(products):
    found = page(Product.objects.all(), ("-id",), QueryDict("q=mug&rts=on"), size=3)
    assert found.next == f"?q=mug&rts=on&after={products[-3].pk}"
    assert found.previous == ""
