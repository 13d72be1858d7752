"""F11: files of the bank, whole, thrice, and damaged in every way: no crash, nobody credited twice.

A few hundred damaged files here; 5,000 with PROOF=full.
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance, faults
from orders.models import BankLine, Order, Return
from orders.rules.bank import files, swift
from orders.rules.bank.lines import UnreadableError
from orders.rules.bank.reference import reference_of
from orders.services import closing, intake, payment, statements
from tests import factories
from tests.factories import NOW
from tests.orders.bank.writing import Paid, camt, mt940

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(days=2)
MUTATED = 5_000 if os.environ.get("PROOF") == "full" else 400
PIECES = (
    b":61:",
    b":62F:",
    b":86:",
    b"<Ntry>",
    b"</Stmt>",
    b"CRDT",
    b"RF",
    b"0",
    b"9",
    b"\n",
    b"\r\n-\r\n",
    b"&x;",
    b"\xff",
)


@pytest.fixture
def orders() -> list[Order]:
    """Six orders of 80 dollars that wait for a transfer; the last is closed."""
    alice = factories.person("alice")
    seller, line = factories.seller("Qinghe", staff=factories.person("ming")), factories.line()
    product = factories.product(seller, price=8000, ships_by=factories.template(seller, line))
    made = []
    for _ in range(6):
        order = factories.order(alice, {product: 1}, by=line, paid=False)
        payment.start(order_id=order.pk, method="tt", at=NOW)
        made.append(order)
    closing.cancel(order_id=made[-1].pk, by="buyer", at=NOW)
    return made


def _paid(orders: list[Order]) -> list[Paid]:
    """Two paid exactly, one short, one too much, one not at all, one closed; and what nobody knows."""
    amounts = ("80.00", "80.00", "60.00", "95.50", "", "80.00")
    lines = [
        Paid(amount, f"MUGS {reference_of(order.number)} THANKS", reference=f"BANK{place}00{place}")
        for place, (amount, order) in enumerate(zip(amounts, orders, strict=True))
        if amount
    ]
    return [
        *lines,
        Paid("33.00", "NO IDEA", reference="BANK9009"),
        Paid("-7.00", "FEES", reference="BANK8008"),
    ]


def _take(data: bytes) -> bool:
    """Upload and take in; False for a file that was refused with a sentence."""
    try:
        statement, _is_new = statements.upload(name="file", data=data, at=AT)
    except UnreadableError as error:
        assert error.message
        return False
    statements.take_in(statement_id=statement.pk, reason="F11", at=AT)
    intake.take_due(AT)
    return True


def _books(orders: list[Order]) -> tuple[list[Money], Money, Money, int]:
    for order in orders:
        order.refresh_from_db()
    cash = [order.cash for order in orders]
    return cash, balance(AccountKind.BANK), balance(AccountKind.RETURNS), Return.objects.count()


def _mutations(whole: list[bytes], chance: random.Random) -> Iterator[bytes]:
    kinds: tuple[Callable[[bytes], bytes], ...] = (
        lambda data: _flipped(data, chance, chance.randint(1, 4)),
        lambda data: data[: chance.randrange(len(data))],
        lambda data: data[chance.randrange(len(data)) :],
        lambda data: _cut(data, chance),
        lambda data: _doubled(data, chance),
        lambda data: _pieced(data, chance),
        lambda data: data.decode().encode(chance.choice(("utf-16", "utf-32", "utf-8-sig", "cp500", "utf-7"))),
        lambda data: bytes(chance.randrange(256) for _ in range(chance.randrange(400))),
        lambda data: data + chance.choice(whole),
        lambda data: _digit(data, chance),
    )
    while True:
        yield chance.choice(kinds)(chance.choice(whole))


def _flipped(data: bytes, chance: random.Random, times: int) -> bytes:
    changed = bytearray(data)
    for _ in range(times):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _digit(data: bytes, chance: random.Random) -> bytes:
    """One digit becomes another: the file stays well-formed."""
    places = [i for i, byte in enumerate(data) if 48 <= byte <= 57]
    place = chance.choice(places)
    return data[:place] + str(chance.randrange(10)).encode() + data[place + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:start] + data[end:]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:end] + data[end:]


def _pieced(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(PIECES) + data[place:]


def test_the_same_file_three_times_then_every_damaged_copy_of_it(orders: list[Order]) -> None:
    whole = [mt940(*_paid(orders)), camt(*_paid(orders))]
    for data in (whole[0], whole[0], whole[0], whole[1]):
        assert _take(data)
    before = _books(orders)
    dollars = [Money(amount, "USD") for amount in (80, 80, 0, 0, 0, 0)]
    assert before == (dollars, Money(-240, "USD"), Money(80, "USD"), 1)
    chance = random.Random(11)
    damaged = _mutations(whole, chance)
    taken = sum(_take(next(damaged)) for _ in range(MUTATED))
    # Some damaged copies still are statements, so this was no test of refusals alone.
    assert taken > MUTATED / 40
    assert _books(orders) == before
    assert faults() == []
    unknown = BankLine.objects.exclude(statement__isnull=True).filter(state="open", order=None)
    assert unknown.exists()


def test_damaged_copies_alone_credit_no_more_than_the_whole_file(orders: list[Order]) -> None:
    """Without the whole file first: whatever of it is taken in, no order gets more than was paid for it."""
    chance = random.Random(12)
    damaged = _mutations([mt940(*_paid(orders)), camt(*_paid(orders))], chance)
    for _ in range(MUTATED // 4):
        _take(next(damaged))
    for order in orders:
        order.refresh_from_db()
        assert order.cash in (Money(0, "USD"), Money(80, "USD"))
    assert balance(AccountKind.RETURNS) in (Money(0, "USD"), Money(80, "USD"))
    assert faults() == []


def test_fifty_megabytes_are_refused_before_they_are_parsed(orders: list[Order]) -> None:
    bulk = mt940(*_paid(orders)) + b":61:2103160316C1,00NTRFNONREF\r\n" * 1_700_000
    assert len(bulk) > 50_000_000
    assert not _take(bulk)


@pytest.mark.parametrize(
    "bulk", [b":61:2103160316C1,00NTRFNONREF\r\n", b":20:X\r\n:60F:C210316USD1,00\r\n:62F:C210316USD1,00\r\n"]
)
def test_more_than_any_statement_holds_is_refused_before_it_is_parsed(
    bulk: bytes, orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swift, "Transactions", None)
    whole = mt940(*_paid(orders))
    assert not _take(whole.replace(b":62F:", bulk * 2_001 + b":62F:"))


def test_the_log_keeps_nothing_of_a_damaged_file(
    orders: list[Order], caplog: pytest.LogCaptureFixture
) -> None:
    assert not _take(mt940(*_paid(orders)).replace(b"C80,00", b"C-80,00"))
    assert "NTRFNONREF" not in caplog.text


def test_bombs_and_entities_from_outside_are_refused(orders: list[Order], tmp_path: object) -> None:
    whole = camt(*_paid(orders))
    levels = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    for head in (
        b'<!DOCTYPE d [<!ENTITY e0 "ha">' + levels + b"]>",
        b'<!DOCTYPE d [<!ENTITY e9 SYSTEM "file:///etc/hostname">]>',
        b'<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>',
    ):
        assert not _take(whole.replace(b"<Document", head + b"<Document").replace(b"MUGS", b"&e9;"))
    deep = b"<a>" * 200_000 + b"</a>" * 200_000
    assert len(deep) < files.MOST_BYTES
    assert not _take(deep)
