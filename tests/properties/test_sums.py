"""F8: random sums against an oracle of whole numbers and fractions, which knows the rulebook and none of our code."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest

from assurance.kernel.money import Money, convert, from_minor, to_minor
from assurance.kernel.policy import Policy
from coupons import rules as coupons
from orders.rules import lifecycle, terms

CASES = 1_000_000 if os.environ.get("PROOF") == "full" else 30_000
POLICY = Policy()

# Minor units in one unit of the currency, and what one unit is worth in USD, as a range of 1/100,000,000.
CURRENCIES = {
    "USD": (100, (10**8, 10**8)),
    "EUR": (100, (90_000_000, 140_000_000)),
    "CNY": (100, (11_000_000, 17_000_000)),
    "JPY": (1, (550_000, 1_100_000)),
    "KWD": (1000, (300_000_000, 340_000_000)),
}
# Thousandths of the contract total, and the cap in (minor units, currency); ORD-5's table.
FEES = {
    ("self", True): (20, (100_00, "USD")),
    ("self", False): (20, (100_00, "USD")),
    ("market", True): (10, (100_00, "USD")),
    ("market", False): (20, (100_00, "USD")),
    ("easy", True): (10, (100_00, "USD")),
    ("easy", False): (20, (100_00, "USD")),
    ("agency", True): (12, (480_00, "CNY")),
    ("agency", False): (12, (480_00, "CNY")),
}
# Ten-thousandths of the cash.
METHODS = {"visa": 300, "paypal": 340, "e_checking": 80, "boleto": 250, "pay_later": 150, "tt": 0}


@dataclass(frozen=True)
class Case:
    """Amounts are minor units; rates USD × 10⁸ for one unit."""

    currency: str
    total: int
    rate: int
    cny_rate: int

    @property
    def money(self) -> Money:
        return from_minor(self.total, self.currency)

    @property
    def usd_rate(self) -> Decimal:
        return Decimal(self.rate).scaleb(-8)


def cases(seed: int) -> Iterator[Case]:
    """Totals of every size; half of them sit where rounding up, rounding half or a cap is decided."""
    dice = random.Random(seed)
    for _ in range(CASES):
        currency = dice.choice([*CURRENCIES, "USD"])
        units, (least, most) = CURRENCIES[currency]
        total = dice.randint(1, 10 ** dice.randint(1, 9))
        if dice.random() < 0.5:
            total = max(
                1, dice.choice([5, 10, 25, 990, 1000, 4000, 5000, 10_000]) * units // 10 * dice.randint(1, 40)
            )
            total = max(1, total + dice.choice([-1, 0, 0, 1]))
        rate = dice.randint(least, most)
        if dice.random() < 0.3:
            rate = max(least, min(most, rate // 10**6 * 10**6))
        yield Case(currency, total, rate, dice.randint(11_000_000, 17_000_000))


def half_up(value: Fraction) -> int:
    return int((2 * value + 1) // 2)


def in_usd(minor: int, case: Case) -> int:
    """Cents, at the order's rate (MON-2)."""
    if case.currency == "USD":
        return minor
    units = CURRENCIES[case.currency][0]
    return half_up(Fraction(minor * case.rate * 100, units * 10**8))


def from_usd(cents: int, case: Case) -> int:
    if case.currency == "USD":
        return cents
    units = CURRENCIES[case.currency][0]
    return half_up(Fraction(cents * units * 10**8, 100 * case.rate))


def face_of(case: Case) -> int:
    """Whole dollars: a tenth of the total in cents, never less, at most 100 (CPN-1)."""
    return min(100, -(-in_usd(case.total, case) // 1000))


def fee_of(case: Case, export: str, platform_line: bool) -> int:
    """A share of the total, at most the cap: in its own currency as it stands, else rounded once (ORD-5)."""
    thousandths, (cap, currency) = FEES[export, platform_line]
    units = CURRENCIES[case.currency][0]
    if case.currency != currency:
        worth = case.cny_rate if currency == "CNY" else 10**8
        cap = half_up(Fraction(cap * worth * units, 100 * case.rate))
    return min(half_up(Fraction(case.total * thousandths, 1000)), cap)


def coupon_of(case: Case, due: int) -> tuple[int, int]:
    """What the coupon pays of `due` and what that is in cents: a minor unit is left to pay (CPN-3)."""
    face = face_of(case) * 100
    whole = from_usd(face, case)
    return (whole, face) if whole < due else (due - 1, min(in_usd(due - 1, case), face))


@pytest.mark.rule("MON-1", "MON-2")
def test_an_amount_becomes_another_currency():
    for case in cases(1):
        there = convert(case.money, usd_rate=case.usd_rate, to="USD")
        assert to_minor(there) == in_usd(case.total, case), case
        back = convert(from_minor(case.total), usd_rate=case.usd_rate, to=case.currency)
        assert to_minor(back) == from_usd(case.total, case), case


@pytest.mark.rule("CPN-1")
def test_a_coupons_face():
    for case in cases(2):
        face = coupons.face(case.money, usd_rate=case.usd_rate, policy=POLICY)
        assert to_minor(face) == face_of(case) * 100, case


@pytest.mark.rule("ORD-5")
def test_the_service_fee():
    dice = random.Random(3)
    for case in cases(3):
        export, platform_line = dice.choice(list(FEES))
        fee = terms.service_fee(
            case.money,
            export=export,
            platform_line=platform_line,
            usd_rate=case.usd_rate,
            cny_rate=Decimal(case.cny_rate).scaleb(-8),
        )
        assert to_minor(fee) == fee_of(case, export, platform_line), (case, export, platform_line)


@pytest.mark.rule("ORD-7", "PAY-1")
def test_the_method_fee():
    dice = random.Random(4)
    for case in cases(4):
        method = dice.choice(list(METHODS))
        fee = terms.method_fee(case.money, method=method, policy=POLICY)
        assert to_minor(fee) == half_up(Fraction(case.total * METHODS[method], 10_000)), (case, method)


@pytest.mark.rule("CPN-3", "PAY-2", "PAY-3")
def test_what_a_coupon_pays_and_what_arriving_money_counts():
    dice = random.Random(5)
    for case in cases(5):
        due = dice.choice([case.total, dice.randint(1, case.total)])
        face = coupons.face(case.money, usd_rate=case.usd_rate, policy=POLICY)
        part, used = coupons.pays(face, due=from_minor(due, case.currency), usd_rate=case.usd_rate)
        assert (to_minor(part), to_minor(used)) == coupon_of(case, due), (case, due)
        cash = dice.choice([due - to_minor(part), dice.randint(0, 2 * case.total)])
        counted, excess = lifecycle.counted(
            from_minor(cash, case.currency), coupon=part, outstanding=case.money
        )
        most = case.total - to_minor(part)
        assert (to_minor(counted), to_minor(excess)) == (min(cash, most), max(0, cash - most)), (case, cash)


@pytest.mark.rule("ORD-5", "PAY-4")
def test_a_released_order_in_dollars():
    """In one release or in several: the fee is taken first and once, and each net becomes dollars once."""
    dice = random.Random(6)
    for case in cases(6):
        export, platform_line = dice.choice(list(FEES))
        nominal = fee_of(case, export, platform_line)
        taken = 0
        for left in _parts(dice, case.total):
            due = terms.fee_due(
                from_minor(nominal - taken, case.currency),
                left=from_minor(left, case.currency),
                fully_refunded=False,
            )
            assert to_minor(due) == min(nominal - taken, left), case
            net = convert(from_minor(left, case.currency) - due, usd_rate=case.usd_rate, to="USD")
            assert to_minor(net) == in_usd(left - min(nominal - taken, left), case), case
            taken += min(nominal - taken, left)
        assert taken == nominal


def _parts(dice: random.Random, total: int) -> list[int]:
    cut = sorted({dice.randint(0, total) for _ in range(dice.randint(0, 2))} - {0, total})
    return [b - a for a, b in zip([0, *cut], [*cut, total], strict=True)]
