"""B3: the order lists and the order page of a seller with 50,000 of a million orders, and of one with 500.

Whole requests through the test client, signed in, against the floor of `bench/urls.py` in turn. BENCH_ORDERS
makes it smaller; the large seller always has a twentieth of all orders.
"""

import os
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from assurance.accounts.models import User
from assurance.kernel import clock
from bench import world
from bench.report import judged, say, timed
from orders.models import Order
from orders.services import sweeps
from sellers.models import Seller

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
ROUNDS = 15
# Each filter of ORD-9: one that finds many, or one that finds nothing and so has to look at all of them.
FILTERS = (
    "tab=to_dispatch",
    "tab=done",
    "tab=after_sales",
    "state=completed",
    "state=closed",
    "salesperson=0",
    "salesperson=999999",
    "destination=DE",
    "destination=NO",
    "created_from=2026-01-05",
    "created_to=2020-01-01",
    "amount_from=5000",
    "amount_from=99999999",
    "currency=EUR",
    "currency=AUD",
    "country=DE",
    "country=NO",
    "drafted_by=seller",
    "kind=made",
    "source=search",
    "source=campaign",
    "mode=sea",
    "mode=post",
    "export=easy",
    "export=agency",
    "discount=platform",
    "discount=none",
    "label=VIP",
    "loan=1",
    "delivery=1",
    "overdue=1",
)
SEARCHES = ("Mug", "Buyer 977", "nobody at all", "buyer977@bench.example", "glaze")
NOW = world.DUE + timedelta(hours=12)
LIST, PAGE = 10, 15


def main() -> bool:
    _fill()
    with override_settings(ROOT_URLCONF="bench.urls", SESSION_ENGINE="django.contrib.sessions.backends.db"):
        with clock.frozen(NOW - timedelta(hours=13)):
            reached = _lists()
        with clock.frozen(NOW):
            swept = sweeps.mark_dispatch_late(at=NOW)
            say(f"B3 after a sweep of {swept:,} orders")
            reached += _after_sweep()
    return all(reached)


def _fill() -> None:
    world.empty()
    world.cast(sellers=20)
    world.orders(ORDERS, due=ORDERS // 10, mixed=True)
    world.execute(_LABELS)
    world.execute(_NOTES)
    small = Seller.objects.create(
        company=Seller.objects.earliest("id").company, name="Bench small", qualified_at=world.BASE
    )
    few = Order.objects.order_by("id").values_list("id", flat=True)[: 500 * 37 : 37]
    ids = list(few)
    Order.objects.filter(pk__in=ids).update(seller=small)
    world.execute(
        "UPDATE orders_guarantee SET seller_id = %(seller)s WHERE order_id = ANY(%(ids)s)",
        {"seller": small.pk, "ids": ids},
    )
    small.staff.create(user=User.objects.create(email="small@bench.example", name="Small"))
    world.settle()


# One order in a hundred has a label, one in fifty a note.
_LABELS = """
    INSERT INTO orders_label (order_id, seller_id, name)
    SELECT id, seller_id, 'VIP' FROM orders_order WHERE id / 20 % 100 = 0
"""
_NOTES = """
    INSERT INTO orders_note (order_id, seller_id, text, written_at)
    SELECT id, seller_id, 'Ask for the blue glaze', created_at FROM orders_order WHERE id / 20 % 50 = 0
"""


def _client(email: str) -> Client:
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    client.force_login(User.objects.get(email=email))
    return client


def _lists() -> list[bool]:
    seller = Seller.objects.earliest("id")
    large, small = _client("seller1@bench.example"), _client("small@bench.example")
    buyer = _client("buyer7@bench.example")
    newest = Order.objects.filter(seller=seller).latest("id")
    deep = Order.objects.filter(seller=seller).order_by("-id")[min(40_000, ORDERS // 25)].pk
    floor = f"/floor/{seller.pk}/"
    plain = "/ma/orders/"
    three = f"{plain}?state=awaiting_dispatch&destination=US&dispatch=on"
    asked = [
        _against("list, large seller", (large, plain), (large, floor), 2.5, LIST),
        _against("list, small seller", (small, plain), (large, floor), 2.5, LIST),
        _against("buyer's list", (buyer, "/orders/"), (large, floor), 2.5, LIST),
        _against("order page, seller", (large, f"{plain}{newest.number}/"), (large, floor), 3.7, PAGE),
    ]
    variants = {
        "page 2,000": f"{plain}?after={deep}",
        "three filters": three,
        **{f"filter {query}": f"{plain}?{query}" for query in FILTERS},
    }
    asked += [_against(name, (large, path), (large, plain), 1.5, LIST) for name, path in variants.items()]
    asked += [
        _against(
            f"search “{words}”", (large, f"{plain}?{urlencode({'q': words})}"), (large, plain), 3.0, LIST
        )
        for words in (*SEARCHES, newest.number)
    ]
    return asked


def _after_sweep() -> list[bool]:
    seller = Seller.objects.earliest("id")
    large = _client("seller1@bench.example")
    return [
        _against("list after the sweep", (large, "/ma/orders/"), (large, f"/floor/{seller.pk}/"), 2.5, LIST),
        _against(
            "overdue after the sweep", (large, "/ma/orders/?overdue=on"), (large, "/ma/orders/"), 1.5, LIST
        ),
    ]


def _against(
    name: str, ours: tuple[Client, str], beside: tuple[Client, str], at_most: float, queries: int
) -> bool:
    """The ratio of two requests, taken in turn, and the number of queries of ours."""
    for client, path in (ours, beside):
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"B3: {path} answers {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        ours[0].get(ours[1])
    # The session and the person who is signed in are not the page's.
    needed = len(captured) - 2
    ratios = []
    for _ in range(ROUNDS):
        mine = timed(lambda: ours[0].get(ours[1]))
        other = timed(lambda: beside[0].get(beside[1]))
        ratios.append(mine / other)
    within = needed <= queries
    say(f"B3 {'ok  ' if within else 'MISS'} {name}: {needed} queries, at most {queries}")
    return (
        judged("B3", f"{name} ÷ {'floor' if 'floor' in beside[1] else 'plain list'}", ratios, at_most=at_most)
        and within
    )
