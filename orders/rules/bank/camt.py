"""CAMT.053, the statement of ISO 20022. The XML goes through defusedxml: no entities, nothing from outside."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _
from moneyed import Currency

from assurance.kernel.money import Money
from orders.rules.bank.lines import (
    BANK_REFERENCE,
    PAYER,
    TEXT,
    Line,
    Part,
    UnreadableError,
    exact,
    known_currency,
    tidy,
    unreadable,
    with_keys,
)

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,5})?")
# Whatever of a damaged file does not fit.
_WRONG = (ValueError, ArithmeticError, TypeError, AttributeError)
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(data: bytes) -> list[Part]:
    """The statements of a file, one for each `Stmt`. UnreadableError."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableError(
            _("The file declares a document type or entities. A bank’s statement has none; it is refused.")
        ) from error
    except (ParseError, ValueError, LookupError, UnicodeError, RecursionError) as error:
        raise UnreadableError(
            _("The file is not well-formed XML. It is cut off, damaged or in a wrong encoding.")
        ) from error
    statements = list(_children(root, "BkToCstmrStmt", "Stmt"))
    if _name(root) != "Document" or not statements:
        raise UnreadableError(_("This is not a bank statement: neither MT940 nor CAMT.053."))
    return [_part(statement, place) for place, statement in enumerate(statements, 1)]


def _part(statement: Element, place: int) -> Part:
    try:
        opening, _start = _balance(statement, _OPENING)
        closing, day = _balance(statement, _CLOSING)
        if opening.currency != closing.currency:
            raise ValueError("two currencies")
        account = re.sub(
            r"[^0-9A-Z]",
            "",
            (_text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id")).upper(),
        )[:40]
        number = tidy(_text(statement, "ElctrncSeqNb") or _text(statement, "Id"), 20)
    except _WRONG as error:
        raise unreadable(place) from error
    lines: list[Line] = []
    for nth, entry in enumerate(_children(statement, "Ntry"), 1):
        try:
            lines += _lines(entry, account)
        except _WRONG as error:
            raise unreadable(place, nth) from error
    return Part(account, number, day, opening, closing, with_keys(lines))


def _lines(entry: Element, account: str) -> Iterator[Line]:
    """A booked entry: a line, or one for each payment of a batch whose amounts add up to it."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    if status.strip().upper() != "BOOK":
        return
    amount, is_credit = _amount(entry), _is_credit(entry)
    day = date.fromisoformat((_date(entry, "ValDt") or _date(entry, "BookgDt"))[:10])
    common: dict[str, Any] = {
        "account": account,
        "day": day,
        "is_credit": is_credit,
        "taken_back": _text(entry, "RvslInd").strip().lower() in ("true", "1"),
    }
    own = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    details = list(_children(entry, "NtryDtls", "TxDtls"))
    amounts = [_part_amount(one, amount.currency) for one in details]
    if len(details) > 1 and all(one is not None for one in amounts):
        parts = [one for one in amounts if one is not None]
        if sum(parts[1:], parts[0]) == amount:
            for one, part in zip(details, parts, strict=True):
                yield _one(common, part, _text(one, "Refs", "AcctSvcrRef") or own, [one], is_credit)
            return
    named = own or "".join(_text(one, "Refs", "AcctSvcrRef") for one in details[:1])
    yield _one(common, amount, named, details or [entry], is_credit, _text(entry, "AddtlNtryInf"))


def _one(
    common: dict[str, Any], amount: Money, named: str, of: list[Element], is_credit: bool, more: str = ""
) -> Line:
    if not amount.amount:
        raise ValueError("a line without money")
    side = "Dbtr" if is_credit else "Cdtr"
    payers = [_text(one, "RltdPties", side, "Nm") or _text(one, "RltdPties", side, "Pty", "Nm") for one in of]
    words = [text for one in of for text in _words(one)]
    return Line(
        **common,
        amount=amount,
        bank_reference=tidy(named, BANK_REFERENCE),
        payer=tidy(next(filter(None, payers), ""), PAYER),
        text=tidy(" ".join([*words, more]), TEXT),
    )


def _words(details: Element) -> Iterator[str]:
    yield "".join(one.text or "" for one in _children(details, "RmtInf", "Ustrd"))
    yield from (one.text or "" for one in _children(details, "RmtInf", "Strd", "CdtrRefInf", "Ref"))
    yield _text(details, "Refs", "EndToEndId")


def _balance(statement: Element, kinds: tuple[str, ...]) -> tuple[Money, date]:
    for kind in kinds:
        for balance in _children(statement, "Bal"):
            if _text(balance, "Tp", "CdOrPrtry", "Cd") == kind:
                amount = _amount(balance)
                day = date.fromisoformat(_date(balance, "Dt")[:10])
                return (amount if _is_credit(balance) else -amount), day
    raise ValueError("no balance")


def _is_credit(of: Element) -> bool:
    mark = _text(of, "CdtDbtInd").upper()
    if mark not in ("CRDT", "DBIT"):
        raise ValueError("neither credit nor debit")
    return mark == "CRDT"


def _amount(of: Element) -> Money:
    found = next(_children(of, "Amt"), None)
    if found is None:
        raise ValueError("no amount")
    return _money(found)


def _part_amount(details: Element, currency: Currency) -> Money | None:
    """What a payment of a batch comes to; none where that is not told in the account's currency."""
    found = next(_children(details, "Amt"), None)
    if found is None:
        found = next(_children(details, "AmtDtls", "TxAmt", "Amt"), None)
    amount = None if found is None else _money(found)
    return amount if amount is not None and amount.currency == currency else None


def _money(amount: Element) -> Money:
    text = (amount.text or "").strip()
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    return exact(Money(Decimal(text), known_currency(amount.get("Ccy", ""))))


def _date(of: Element, name: str) -> str:
    return _text(of, name, "Dt") or _text(of, name, "DtTm")


def _text(of: Element, *path: str) -> str:
    found = next(_children(of, *path), None)
    return (found.text or "").strip() if found is not None else ""


def _children(of: Element, *path: str) -> Iterator[Element]:
    """Below, by local names: versions of the format differ in their namespace alone."""
    for child in of:
        if _name(child) == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from _children(child, *path[1:])


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
