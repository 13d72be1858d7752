"""B4: starting an order and paying it, through the services, by 1, 2 and 8 processes at once.

Against the floor of `bench/urls.py` by two processes in the same minutes: django-oscar placed at most 52
orders/s on two processes where the floor took 4.2 ms, so 0.109 of the floor's rate; the goal is half as much again.

Eight processes take turns on two processors, and each turn finds the caches filled by another. What that costs by
itself is measured beside it, with as many processes that only read, each its own rows: a trade that loses no more
than they do waits for nothing that is held by another.
"""

import os
import random
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from assurance.accounts.models import User
from assurance.ledger.queries import faults
from bench import world
from bench.crowd import together
from bench.report import judged, say, spread
from logistics.models import Line
from orders.models import Order
from orders.services import payment, start
from orders.services.start import Draft
from sellers.models import Product, Seller

ORDERS = int(os.environ.get("BENCH_ORDERS", "100000"))
ROUNDS, TRADES, FLOORS, READINGS, QUERIES = 5, 1_200, 2_000, 400, 30
AT = world.BASE + timedelta(days=1)
OSCAR = 52 / (2 / 0.0042)


def main() -> bool:
    world.empty()
    world.cast()
    world.orders(ORDERS, due=ORDERS // 10)
    world.settle()
    needed = _queries()
    say(f"B4 {'ok  ' if needed <= QUERIES else 'MISS'} {needed} queries, at most {QUERIES}")
    against_floor, against_two, readers = [], [], []
    for n in range(ROUNDS):
        floor = FLOORS / _together(2, FLOORS, _floor)
        rates = {processes: TRADES / _together(processes, TRADES, _trade) for processes in (1, 2, 8)}
        said = ", ".join(f"{processes}: {rate:,.0f}/s" for processes, rate in rates.items())
        say(f"B4 round {n + 1}: floor by 2: {floor:,.0f}/s, orders by {said}")
        against_floor.append(rates[2] / floor / OSCAR)
        against_two.append(rates[8] / rates[2])
        readers.append(_together(2, READINGS, _read) / _together(8, READINGS, _read))
    if found := faults():
        raise SystemExit(f"B4: {found}")
    say(f"B4 for comparison, 8 processes that only read ÷ 2: {spread(readers)}")
    return all(
        [
            needed <= QUERIES,
            judged("B4", "orders/s ÷ django-oscar's, through the floor", against_floor, at_least=1.5),
            judged("B4", "orders/s by 8 processes ÷ by 2", against_two, at_least=0.9),
        ]
    )


def _queries() -> int:
    act = _trade(0)
    with CaptureQueriesContext(connection) as captured:
        act(0)
    return len([query for query in captured if query["sql"] not in ("BEGIN", "COMMIT")])


def _trade(seed: int) -> Callable[[int], None]:
    buyers = list(User.objects.filter(email__startswith="buyer").values_list("id", flat=True))
    products = list(Product.objects.values_list("id", flat=True))
    line = Line.objects.get(code="bench").pk
    dice = random.Random(seed)
    address = {"recipient": "Harbor & Pine Outfitters", "street": "211 Alder Street", "city": "Portland"}

    def act(_n: int) -> None:
        draft = Draft({dice.choice(products): dice.randint(1, 90)}, line, "US", address=address)
        key = f"bench-{dice.getrandbits(64):x}-{os.getpid()}"
        order = start.by_buyer(buyer_id=dice.choice(buyers), draft=draft, at=AT, request_key=key)
        attempt = payment.start(order_id=order.pk, method="visa", at=AT)
        payment.settle(reference=attempt.reference, outcome="succeeded", at=AT)

    return act


def _floor(seed: int) -> Callable[[int], None]:
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    sellers = list(Seller.objects.values_list("id", flat=True))

    def act(n: int) -> None:
        client.get(f"/floor/{sellers[(n + seed) % len(sellers)]}/")

    return act


def _read(seed: int) -> Callable[[int], None]:
    """As many round trips as a trade, in as many transactions, without a lock or a write."""
    dice = random.Random(seed)
    first = Order.objects.order_by("pk").values_list("pk", flat=True)[0]

    def act(_n: int) -> None:
        for _transaction in range(3):
            with transaction.atomic():
                for _reading in range(QUERIES // 3):
                    Order.objects.get(pk=first + dice.randrange(ORDERS))

    return act


def _together(processes: int, acts: int, make: Callable[[int], Callable[[int], None]]) -> float:
    """Seconds in which so many processes together do so many acts."""
    before = Order.objects.count()
    share = acts // processes

    def prepare(n: int) -> Callable[[], None]:
        act = make(n + os.getpid())
        act(0)  # warms caches and plans
        return lambda: _repeat(act, share)

    with override_settings(ROOT_URLCONF="bench.urls"):
        taken = together(processes, prepare)
    wanted = (share + 1) * processes if make is _trade else 0
    if Order.objects.count() - before != wanted:
        raise SystemExit("B4: an order was not made")
    return taken


def _repeat(act: Callable[[int], None], times: int) -> None:
    for n in range(times):
        act(n)
