"""A request to start an order that comes several times at once makes one order (ORD-1)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from orders.models import Order
from orders.services import start
from orders.services.start import Draft
from tests import factories as make


@pytest.mark.usefixtures("live_db")
def test_the_same_request_five_times_at_once_makes_one_order():
    way = make.line()
    seller = make.seller()
    mug = make.product(seller, ships_by=make.template(seller, way))
    buyer = make.person()
    draft = Draft(items={mug.pk: 2}, line_id=way.pk, destination="US", address=make.ADDRESS)
    together = Barrier(5)

    def begin(_):
        together.wait()
        try:
            return start.by_buyer(buyer_id=buyer.pk, draft=draft, at=make.NOW, request_key="double-click").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as people:
        made = set(people.map(begin, range(5)))
    assert len(made) == 1
    assert Order.objects.count() == 1
