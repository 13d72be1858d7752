"""What is read of a bank's file: parts (an account's statement each) and their lines."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from moneyed import CurrencyDoesNotExist, get_currency

from assurance.kernel.money import Money, from_minor, to_minor

MOST_LINES = 2000
TEXT, PAYER, BANK_REFERENCE = 400, 140, 35


class UnreadableError(Exception):
    """A file that is no statement we can trust; `message` is a lazy sentence for whoever uploaded it."""

    def __init__(self, message: Any, **params: Any) -> None:
        self.params = params
        self._message = message
        super().__init__(str(message))

    @property
    def message(self) -> str:
        return str(self._message) % self.params if self.params else str(self._message)


def unreadable(statement: int, line: int = 0) -> UnreadableError:
    """A statement, by its place in the file, or its line that cannot be read; 0: it is not known which."""
    if line:
        return UnreadableError(
            _(
                "Line %(line)s of statement %(place)s in the file cannot be read. It is cut off or damaged; "
                "fetch it from the bank again."
            ),
            line=line,
            place=statement,
        )
    return UnreadableError(
        _(
            "Statement %(place)s in the file cannot be read. It is cut off or damaged; "
            "fetch it from the bank again."
        ),
        place=statement,
    )


def too_many() -> UnreadableError:
    """Also for whoever can count before the lines are read."""
    return UnreadableError(
        _("The file has more than %(most)s lines. Ask the bank for one file a day."), most=MOST_LINES
    )


@dataclass(frozen=True)
class Line:
    """One movement. `taken_back` says that the bank reversed an earlier one; amounts are positive.

    `key` names the line for ever: the bank's own reference and a digest of what makes it this line.
    """

    account: str
    day: date
    amount: Money
    is_credit: bool
    taken_back: bool
    bank_reference: str
    payer: str
    text: str
    key: str = ""

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return {
            **vars(self),
            "day": self.day.isoformat(),
            "amount": to_minor(self.amount),
            "currency": self.amount.currency.code,
        }


@dataclass(frozen=True)
class Part:
    """One statement of one account. Its lines lead from the opening to the closing balance."""

    account: str
    number: str
    day: date
    opening: Money
    closing: Money
    lines: tuple[Line, ...]

    def as_json(self) -> dict[str, Any]:
        """For a JSON column, without the lines."""
        return {
            "account": self.account,
            "number": self.number,
            "day": self.day.isoformat(),
            "currency": self.opening.currency.code,
            "opening": to_minor(self.opening),
            "closing": to_minor(self.closing),
            "lines": len(self.lines),
        }


def line_from(values: dict[str, Any]) -> Line:
    """A line out of a JSON column."""
    rest = {name: value for name, value in values.items() if name != "currency"}
    return Line(
        **rest
        | {
            "day": date.fromisoformat(values["day"]),
            "amount": from_minor(values["amount"], values["currency"]),
        }
    )


def known_currency(code: str) -> str:
    """A currency's code in capitals; ValueError for one that does not exist."""
    try:
        return get_currency(code.strip().upper()).code
    except CurrencyDoesNotExist as error:
        raise ValueError(code) from error


def exact(amount: Money) -> Money:
    """The same amount; ValueError where it is finer than its currency or too large for any order."""
    if abs(to_minor(amount)) >= 10**15:
        raise ValueError(str(amount))
    return amount


def with_keys(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a part with their keys. Two alike within a part are two payments, the first and the second."""
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        what = "|".join(_marks(line))
        seen[what] += 1
        digest = hashlib.sha256(f"{what}|{seen[what]}".encode()).hexdigest()[:24]
        name = f"{line.bank_reference}:{digest}" if line.bank_reference else digest
        found.append(Line(**vars(line) | {"key": name}))
    return tuple(found)


def _marks(line: Line) -> Iterable[str]:
    """What makes a line this line. The bank's reference tells it in every format; else the payer's words do."""
    yield from (line.account, line.day.isoformat(), line.amount.currency.code, str(to_minor(line.amount)))
    yield "C" if line.is_credit else "D"
    yield line.bank_reference or "".join(line.text.split()).upper()


def tidy(text: str, most: int) -> str:
    """Words for a column and a page: one line, printable, no longer than fits."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most]
