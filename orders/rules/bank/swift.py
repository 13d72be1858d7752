"""MT940, the statement of SWIFT, read by the library `mt940` and held to its own sums."""

import re
from bisect import bisect_left
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from mt940.models import Transactions

from assurance.kernel.money import Money
from orders.rules.bank.lines import (
    BANK_REFERENCE,
    MOST_LINES,
    PAYER,
    TEXT,
    Line,
    Part,
    UnreadableError,
    exact,
    known_currency,
    tidy,
    too_many,
    unreadable,
    with_keys,
)

_BLOCK = re.compile(r"^:20:", re.MULTILINE)
_MOVEMENT = re.compile(r"^:61:", re.MULTILINE)
_CLOSED = re.compile(r"^:62[FM]:", re.MULTILINE)
_ENVELOPE = re.compile(r"^\{[1-5]:[^\n]*$|^-\}?[^\n]{0,40}$", re.MULTILINE)
_FIELD = re.compile(r"\?(\d\d)")
_REMITTED = re.compile(r"/REMI/")
_NAMED = re.compile(r"/(?:NAME|ORDP)/([^/]+)")
_OPENING = ("final_opening_balance", "opening_balance", "intermediate_opening_balance")
_CLOSING = ("final_closing_balance", "closing_balance", "intermediate_closing_balance")


def read(data: bytes) -> list[Part]:
    """The statements of a file, one for each `:20:`. UnreadableError."""
    text = _ENVELOPE.sub("", _text(data)).replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _BLOCK.finditer(text)]
    if not starts or ":25:" not in text:
        raise UnreadableError(_("This is not a bank statement: neither MT940 nor CAMT.053."))
    # The library takes a minute over a file of nothing but lines.
    if max(len(starts), len(_MOVEMENT.findall(text))) > MOST_LINES:
        raise too_many()
    blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [_part(block, place) for place, block in enumerate(blocks, 1)]


def _text(data: bytes) -> str:
    """UTF-8, or the Western European bytes that many banks still send; nothing binary."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if any(ord(c) < 32 and c not in "\r\n\t" for c in text):
        raise UnreadableError(
            _(
                "The file’s encoding is not known. Send it as the bank made it: UTF-8 or Western European text."
            )
        )
    return text


def _part(block: str, place: int) -> Part:
    try:
        told, account, opening, lines = _read(block)
        closing, day = _balance(told, _CLOSING), _day(_first(told, _CLOSING).date)
        if opening.currency != closing.currency:
            raise ValueError("two currencies")
    except Exception as error:  # whatever the library makes of bytes that are no statement
        raise unreadable(place, _first_wrong(block)) from error
    if len(lines) != len(_MOVEMENT.findall(block)):
        raise unreadable(place)
    number = tidy(str(told.get("statement_number") or ""), 20)
    return Part(account, number, day, opening, closing, with_keys(lines))


def _read(block: str) -> tuple[dict[str, Any], str, Money, list[Line]]:
    """What a statement tells, its account, its opening balance and its lines; raises whatever is wrong."""
    whole = Transactions(processors={"post_transaction_details": []})
    found = [one.data for one in whole.parse(block) if "amount" in one.data]
    opening = _balance(whole.data, _OPENING)
    account = _packed(str(whole.data.get("account_identification") or ""))
    lines = [_line(values, account, opening.currency.code) for values in found]
    return whole.data, account, opening, lines


def _first_wrong(block: str) -> int:
    """The first line up to which a statement cannot be read; 0 if it is none of them."""
    starts = [match.start() for match in _MOVEMENT.finditer(block)]
    if not starts or not _is_read(block[: starts[0]]):
        return 0
    closing = _CLOSED.search(block, starts[-1])
    ends = [*starts[1:], closing.start() if closing else len(block)]
    before = bisect_left(ends, True, key=lambda end: not _is_read(block[:end]))
    return before + 1 if before < len(ends) else 0


def _is_read(block: str) -> bool:
    try:
        _read(block)
    except Exception:
        return False
    return True


def _first(values: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next(values[name] for name in names if name in values)


def _balance(values: dict[str, Any], names: tuple[str, ...]) -> Money:
    found = _first(values, names).amount
    return exact(Money(found.amount, known_currency(found.currency)))


def _line(values: dict[str, Any], account: str, currency: str) -> Line:
    mark = str(values["status"]).upper()
    details = str(values.get("transaction_details") or "")
    named = tidy(str(values.get("bank_reference") or ""), BANK_REFERENCE)
    reference = str(values.get("customer_reference") or "")
    words = [
        _REMITTED.split(details.replace("\n", ""))[-1],
        "" if reference.strip().upper() == "NONREF" else reference,
        str(values.get("extra_details") or ""),
    ]
    amount = exact(Money(abs(values["amount"].amount), currency))
    if not amount.amount:
        raise ValueError("a line without money")
    return Line(
        account=account,
        day=_day(values["date"]),
        amount=amount,
        is_credit=mark in ("C", "RD"),
        taken_back=mark.startswith("R"),
        bank_reference="" if named.upper() == "NONREF" else named,
        payer=_payer(details),
        text=tidy(_FIELD.sub(" ", " ".join(words)), TEXT),
    )


def _payer(details: str) -> str:
    """Fields 32 and 33 where the details have fields, else what stands behind /NAME/."""
    pieces = _FIELD.split(details.replace("\n", ""))
    fields = dict(zip(pieces[1::2], pieces[2::2], strict=False))
    named = _NAMED.search(details)
    return tidy(fields.get("32", "") + fields.get("33", "") or (named.group(1) if named else ""), PAYER)


def _day(value: Any) -> date:
    return date(value.year, value.month, value.day)


def _packed(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())[:40]
