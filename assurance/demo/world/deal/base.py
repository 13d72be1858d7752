"""When a deal goes on, and who and what it is about."""

import random
from datetime import date, datetime, timedelta

from assurance.accounts.models import User
from assurance.demo.world.stage import SEED, Stage
from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.events import Actor
from assurance.kernel.money import USD
from claims.models import Claim
from coupons.models import Coupon
from orders.models import Order, Refund
from sellers.models import Product

METHODS = ("visa", "mastercard", "paypal", "apple_pay", "google_pay", "e_checking", "visa", "paypal")
_HOURS = (0, 1, 2, 6, 7, 8, 9, 10, 11, 13, 15, 17, 18, 19, 20, 21)


class Base:
    """A deal between its acts. `number` makes everything about it repeatable."""

    def __init__(
        self,
        stage: Stage,
        number: int,
        buyer: User,
        seller: str,
        at: datetime,
        *,
        kind: str = "rts",
        size: float = 0,
        guaranteed: bool = True,
        mode: str = "",
        method: str = "",
        store: bool = False,
        currency: str = USD,
    ) -> None:
        self.stage = stage
        self.number = number
        self.buyer = buyer
        self.seller = seller
        self.at = at
        self.chance = random.Random(f"{SEED}:{number}")  # noqa: S311
        self.items = self._choose(kind, size or self.chance.choice((1, 1, 1.5, 2, 2, 3, 4, 6, 10)))
        self.guaranteed = guaranteed
        self.mode = mode or self.chance.choice(("express", "express", "air", ""))
        self.store = store
        self.currency = currency
        self.method = method or self.chance.choice(METHODS)
        self.order_id = 0
        self.reference = ""
        self.parcels: list[tuple[str, str]] = []
        self.arrives: datetime | None = None

    # When -------------------------------------------------------------------------------------------

    def later(self, hours: float = 0, minutes: float = 0) -> datetime:
        """So much later."""
        self.at += timedelta(hours=hours, minutes=minutes or self.chance.randint(4, 40))
        return self.at

    def on(self, days: int, hour: int | None = None) -> datetime:
        """At some hour, or a given one, so many days later."""
        self._reach(start_of(plus(day_of(self.at), days)), hour)
        return self.at

    def due(self, days: int, hour: int | None = None) -> datetime:
        """So many days after the day by which the order is to be dispatched; before it if negative."""
        self._reach(start_of(plus(self._day("dispatch_due"), days)), hour)
        return self.at

    def promised(self, days: int, hour: int | None = None) -> datetime:
        """So many days after the promised delivery day."""
        self._reach(start_of(plus(self.promise, days)), hour)
        return self.at

    @property
    def promise(self) -> date:
        return self._day("promise")

    def arrival(self, days: int) -> datetime:
        """So many days after the carrier brings the last parcel."""
        if self.arrives is None:
            raise ValueError(f"deal {self.number} has no parcel that arrives")
        self._reach(start_of(plus(day_of(self.arrives), days)), None)
        return self.at

    def _reach(self, midnight: datetime, hour: int | None) -> None:
        """An hour of that day, but never before the act just done."""
        chosen = self.chance.choice(_HOURS) if hour is None else hour
        minutes = self.chance.randint(0, 59) if hour is None else 0
        self.at = max(midnight + timedelta(hours=chosen, minutes=minutes), self.at + timedelta(minutes=3))

    def _day(self, column: str) -> date:
        """The order's `dispatch_due` or `promise`; ValueError where the plot asks for it too early."""
        day = Order.objects.values_list(column, flat=True).get(pk=self.order_id)
        if day is None:
            raise ValueError(f"deal {self.number} has no {column}")
        return day

    # Who and what -----------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        return Order.objects.select_related("line").get(pk=self.order_id)

    @property
    def coupon(self) -> Coupon:
        """What an approved claim on this order brought the buyer."""
        return Coupon.objects.get(from_order_id=self.order_id)

    @property
    def refund(self) -> Refund:
        return Refund.objects.filter(order_id=self.order_id).latest("id")

    @property
    def _claim_id(self) -> int:
        return Claim.objects.values_list("pk", flat=True).get(order_id=self.order_id)

    @property
    def as_buyer(self) -> Actor:
        return Actor("buyer", self.buyer.pk)

    @property
    def as_seller(self) -> Actor:
        return Actor("seller", self.stage.cast.staff[self.seller].pk)

    @property
    def as_ops(self) -> Actor:
        return Actor("ops", self.stage.cast.ops.pk)

    def _of(self, side: str) -> Actor:
        return self.as_buyer if side == "buyer" else self.as_seller

    @property
    def dispatch_days(self) -> int:
        return max(product.dispatch_days for product, _quantity in self.items)

    def _choose(self, kind: str, size: float) -> list[tuple[Product, int]]:
        """One product, sometimes two; goods made to order are ordered alone."""
        goods = [g for g in self.stage.catalogue[self.seller] if g.product.rts == (kind == "rts")]
        chosen = self.chance.sample(goods, 2 if kind == "rts" and self.chance.random() < 0.2 else 1)
        return [(good.product, _packed(good.least * size)) for good in chosen]


def _packed(quantity: float) -> int:
    """Whole tens, as goods are packed; small numbers as they are."""
    return int(-(-quantity // 10) * 10) if quantity > 20 else int(-(-quantity // 1))
