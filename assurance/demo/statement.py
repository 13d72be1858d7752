"""A bank's statement for the demo: MT940 that pays the T/T payments now open, with what goes wrong in life."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from assurance.kernel.days import day_of
from assurance.kernel.money import USD, Money
from orders.models import Payment, PaymentState
from orders.queries.accounts import BankAccount, accounts
from orders.rules.bank.reference import reference_of

OPENING = Decimal("250000.00")
SHORT_BY = Decimal("25.00")
AT_MOST = 50
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Movement:
    amount: Decimal
    payer: str
    words: str


def for_open_payments(at: datetime, *, asked_before: datetime | None = None) -> bytes:
    """What the platform's dollar account would show today if every buyer who was asked to had paid by T/T.

    Also one who cancelled the order meanwhile. `asked_before` leaves out whom was asked later.
    """
    under_way = Q(state=PaymentState.STARTED) | Q(
        state=PaymentState.REPLACED, order__state="closed", settled_at__gt=at - LATELY
    )
    waiting = (
        Payment.objects.filter(under_way, method="tt", currency=USD, order__bank_lines=None)
        .filter(started_at__lte=asked_before or at)
        .select_related("order__buyer")
        .order_by("-id")[:AT_MOST]
    )
    return written(list(_movements(list(waiting))), day_of(at), accounts(USD)[0])


def _movements(waiting: Sequence[Payment]) -> Iterator[Movement]:
    """Of four payments three are as asked; one is short; one payer mistypes the reference, one forgets it."""
    for place, payment in enumerate(waiting):
        buyer, reference = payment.order.buyer, reference_of(payment.order.number)
        payer = (buyer.company or buyer.name).upper()
        cash: Money = payment.cash
        amount = cash.amount
        if place % 4 == 1 and amount > 2 * SHORT_BY:
            amount -= SHORT_BY
        if place % 8 == 6:
            reference = f"{reference[:-1]}{(int(reference[-1]) + 1) % 10}"
        yield Movement(amount, payer, "GOODS AS AGREED" if place % 8 == 7 else f"ORDER {reference}")
    yield Movement(Decimal("412.00"), "SILVERLAKE TRADING", "INVOICE 2209")
    yield Movement(Decimal("-38.50"), "", "ACCOUNT FEES")


def written(movements: Sequence[Movement], day: date, account: BankAccount) -> bytes:
    """The file, as a bank would send it."""
    closing = OPENING + sum((one.amount for one in movements), Decimal(0))
    lines = [
        f":20:{day:%y%m%d}001",
        f":25:{account.account}",
        f":28C:{day:%j}/001",
        f":60F:C{day:%y%m%d}{account.currency}{_comma(OPENING)}",
    ]
    for place, one in enumerate(movements, 1):
        mark = "D" if one.amount < 0 else "C"
        lines += [
            f":61:{day:%y%m%d%m%d}{mark}{_comma(abs(one.amount))}NTRFNONREF//{day:%y%m%d}{place:06}",
            f":86:/NAME/{_plain(one.payer)}/REMI/{_plain(one.words)}",
        ]
    lines += [f":62F:C{day:%y%m%d}{account.currency}{_comma(closing)}", "-", ""]
    return "\r\n".join(lines).encode()


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _plain(text: str) -> str:
    """What SWIFT can carry."""
    return "".join(c if c.isascii() and c != "/" else " " for c in text)[:60]
