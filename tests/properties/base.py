"""The people of the house, and how one of them acts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from assurance.kernel import clock
from assurance.kernel.money import Money, from_minor, to_minor
from assurance.kernel.rules import RuleViolation
from claims.models import Claim
from orders.models import Order, Refund
from tests import factories as make
from tests.properties import books

any_one = st.integers(0, 10**6)
some = st.sampled_from([None, 1, 10, 35, 50, 100, 130])  # percent; none is everything


@dataclass
class Sent:
    """A parcel as the machine remembers it."""

    number: str
    submitted: datetime
    id: int
    scan: datetime | None = None


def has_orders(house: "Base") -> bool:
    return house.has(Order)


def has_claims(house: "Base") -> bool:
    return house.has(Claim)


def has_refunds(house: "Base") -> bool:
    return house.has(Refund)


class Base(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = make.NOW.astimezone(UTC)
        self.jobs_on = False
        self.sent: dict[int, list[Sent]] = defaultdict(list)
        self.taken = 0
        self.known: set[type] = set()
        self.people()
        self.print = books.fingerprint()

    def people(self) -> None:
        self.way = make.line()
        self.buyers = [make.person("alice"), make.person("bob")]
        self.sellers = [make.seller(staff=make.person("ming")), make.seller("Fangda")]
        self.goods = [
            make.product(of, price=price, rts=rts, ships_by=make.template(of, self.way), dispatch_days=days)
            for of in self.sellers
            for price, rts, days in ((193, True, 1), (4_999, True, 3), (12_345, False, 2))
        ]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def act(self, do: Callable[..., Any], **given: Any) -> Any:
        """Do it now; none if it was refused, which changes nothing."""
        try:
            with clock.frozen(self.now):
                done = do(at=self.now, **given)
        except RuleViolation as violation:
            assert books.fingerprint() == self.print, (
                f"refused {violation.rule_id}, and something has changed"
            )
            return None
        books.commit()
        self.print = books.fingerprint()
        return done

    def has(self, model: Any) -> bool:
        """Whether there is any; what there is once stays, and is not asked for again."""
        if model not in self.known and model.objects.exists():
            self.known.add(model)
        return model in self.known

    def one(self, model: Any, n: int) -> Any:
        """Any row, mostly one of the last."""
        found = model.objects.order_by("-id")[: 1 + n % 7]
        return found[n % len(found)] if found else None

    def order(self, n: int) -> Order:
        found: Order = self.one(Order, n)
        return found

    def share(self, of: Money, percent: int) -> Money:
        return from_minor(max(0, to_minor(of) * percent // 100), of.currency.code)
