"""A hundred and fifteen days in which people act at fixed times; only the jobs beside them differ.

`rows` is what they leave, without what says only when a row was written.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.db import connection

from assurance.kernel.days import day_of
from assurance.kernel.money import USD, Money
from claims import services as claims
from orders.services import amendment, bank, dispatch, payment, receipt, refunds
from tests import factories as make

BEGIN = make.NOW.astimezone(UTC)
END = BEGIN + timedelta(days=115)

Act = Callable[[SimpleNamespace, datetime], object]


@dataclass(frozen=True)
class Step:
    after: timedelta
    act: Act

    @property
    def at(self) -> datetime:
        return BEGIN + self.after


def people() -> SimpleNamespace:
    """Whose people are told, two members, and goods that are due on the third day after payment."""
    w = SimpleNamespace(orders={}, refunds={}, claims={})
    w.alice = make.person("alice")
    w.line = make.line()
    w.ming, w.fang = (make.seller(name, staff=make.person(name.lower())) for name in ("Ming", "Fang"))
    w.mug, w.lamp = (
        make.product(seller, price=2_000, ships_by=make.template(seller, w.line), dispatch_days=3)
        for seller in (w.ming, w.fang)
    )
    w.vase = make.product(w.ming, rts=False, dispatch_days=3, ships_by=make.template(w.ming, w.line))
    return w


def days(number: float, act: Act) -> Step:
    return Step(timedelta(days=number), act)


def starts(name: str, goods: str = "mug", *, paid: bool = True, **draft: Any) -> Act:
    def act(w: SimpleNamespace, at: datetime) -> None:
        product = getattr(w, goods)
        w.orders[name] = make.order(w.alice, {product: 5}, by=w.line, at=at, paid=paid, **draft).pk

    return act


def sends(name: str) -> Act:
    return lambda w, at: dispatch.dispatch(
        order_id=w.orders[name], carrier="DHL", number=name, last=True, at=at
    )


def scanned(name: str, kind: str, *, ago: timedelta = timedelta(0)) -> Act:
    return lambda w, at: dispatch.track(carrier="DHL", number=name, kind=kind, happened_at=at - ago, at=at)


def claims_and_wins(name: str, coupon: str) -> Act:
    def act(w: SimpleNamespace, at: datetime) -> None:
        filed = claims.file(order_id=w.orders[name], guarantee="dispatch", user_id=w.alice.pk, at=at)
        decided = claims.approve(claim_id=filed.pk, reason="Late", at=at + timedelta(hours=1))
        w.claims[coupon] = decided.coupon_id

    return act


def pays(name: str, coupon: str | None = None, *, outcome: str | None = "succeeded", **more: Any) -> Act:
    def act(w: SimpleNamespace, at: datetime) -> None:
        chosen = w.claims[coupon] if coupon else None
        attempt = payment.start(order_id=w.orders[name], method="visa", coupon_id=chosen, at=at, **more)
        if outcome:
            payment.settle(reference=attempt.reference, outcome=outcome, at=at)

    return act


def applies(name: str, amount: int | None) -> Act:
    def act(w: SimpleNamespace, at: datetime) -> None:
        money = Money(amount, USD) if amount else None
        w.refunds[name] = refunds.apply(order_id=w.orders[name], amount=money, reason="Broken", at=at).pk

    return act


def rules_on(name: str, amount: int | None) -> Act:
    money = None if amount is None else Money(amount, USD)
    return lambda w, at: refunds.rule(refund_id=w.refunds[name], amount=money, at=at)


def proposes_and_accepts(name: str) -> Act:
    def act(w: SimpleNamespace, at: datetime) -> None:
        day = day_of(at) + timedelta(days=7)
        amendment.propose(order_id=w.orders[name], day=day, reason="Kiln", at=at)
        amendment.accept(order_id=w.orders[name], at=at)

    return act


def transfers(name: str, amount: int) -> Act:
    def act(w: SimpleNamespace, at: datetime) -> None:
        money = Money(amount, USD)
        bank.arrive(order_id=w.orders[name], amount=money, bank_reference=f"{name} {amount}", at=at)
        bank.associate(order_id=w.orders[name], at=at)

    return act


STORY = [
    # Left alone: unpaid, unanswered, paid in part.
    days(0, starts("unpaid", paid=False)),
    days(0, starts("unanswered", "vase", paid=False)),
    days(0, starts("short", paid=False, initial=Money(50, USD))),
    days(1, transfers("short", 20)),
    # Dispatched early, on the last day with a scan, without one, with one that proves it late, and never.
    *(
        days(0, starts(name))
        for name in ("early", "scanned", "trusted", "proven", "never", "nowhere", "moved")
    ),
    days(1, sends("early")),
    days(3.5, sends("scanned")),
    days(3.5, sends("trusted")),
    days(3.5, sends("proven")),
    days(4.6, scanned("scanned", "picked_up", ago=timedelta(hours=26))),
    days(5.2, scanned("proven", "picked_up")),
    days(2, proposes_and_accepts("moved")),
    days(8, sends("moved")),
    # Late on the way, and found to have been in time.
    days(20, scanned("moved", "delivered")),
    days(21, scanned("early", "delivered", ago=timedelta(days=12))),
    # Claims: one coupon is spent, one is held by an order that nobody pays, one is never used.
    days(9, claims_and_wins("never", "spent")),
    days(9.1, claims_and_wins("nowhere", "held")),
    days(7, starts("third", "lamp")),
    days(12, claims_and_wins("third", "unused")),
    days(14, starts("bargain", "lamp", paid=False)),
    days(14.1, pays("bargain", "spent")),
    days(16, starts("given up", "lamp", paid=False)),
    days(16.1, pays("given up", "held", outcome=None)),
    # Sent at last; receipt is taken as given, and the debt for the coupon is paid from what is released.
    days(15, sends("never")),
    days(17, sends("bargain")),
    # Refunds: nobody answers, the money is held back over the receipt, and one is ruled nothing.
    days(40, starts("disputed")),
    days(41, sends("disputed")),
    days(44, applies("disputed", 30)),
    days(70, rules_on("disputed", 40)),
    days(40, starts("denied", "lamp")),
    days(42, sends("denied")),
    days(43, applies("denied", None)),
    days(52, rules_on("denied", 0)),
    days(60, starts("confirmed", "lamp")),
    days(61, sends("confirmed")),
    days(66.5, lambda w, at: receipt.extend(order_id=w.orders["confirmed"], by="buyer", at=at)),
]


def steps() -> Iterator[Step]:
    yield from sorted(STORY, key=lambda step: step.after)


def numbered() -> Callable[[int], str]:
    """Stands in for the random part of a payment's reference, so that two runs can be compared."""
    numbers = count(1)
    return lambda _size: f"{next(numbers):024x}"


# When a row was written, ids that follow the order of writing, and what each test of its own makes anew.
_LEFT_OUT = ["id", "recorded_at", "next_try_at", "name", "policy_id"]
_TABLES = (
    "orders_order", "orders_guarantee", "orders_payment", "orders_bankline", "orders_refund", "orders_proposal",
    "claims_claim", "coupons_coupon", "coupons_redemption", "coupons_recovery", "sellers_debt", "sellers_seller",
    "kernel_deadline", "kernel_event", "notices_notice", "ledger_transfer", "ledger_account", "logistics_parcel",
)  # fmt: skip
# A reminder that would come too late to remind is not sent.
_REMINDERS = ["dispatch_near", "coupon_expiring"]


_ENTRIES = """
    SELECT t.reference, a.kind, a.owner_id, a.currency, e.amount_minor FROM ledger_entry e
    JOIN ledger_transfer t ON t.id = e.transfer_id JOIN ledger_account a ON a.id = e.account_id
"""


def rows() -> dict[str, list[str]]:
    """Every row that people and jobs have left, table by table, in an order of their own."""
    found = {}
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(
                f"SELECT (row - %s)::text FROM {table} t, to_jsonb(t) AS row "
                "WHERE COALESCE(row ->> 'kind', '') <> ALL(%s)",
                [_LEFT_OUT, _REMINDERS],
            )
            found[table] = sorted(row for (row,) in cursor.fetchall())
        cursor.execute(_ENTRIES)
        found["ledger_entry"] = sorted(map(repr, cursor.fetchall()))
    return found


def forget() -> None:
    """Empty what a run has filled, so that the next one gives the same numbers."""
    tables = [
        *_TABLES,
        "ledger_entry",
        "sellers_company",
        "accounts_user",
        "logistics_line",
        "kernel_sweeprun",
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
