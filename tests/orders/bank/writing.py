"""Statements as banks write them, for tests: the same lines as MT940 and as CAMT.053."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ACCOUNT = "US64SVBK0000001234567890"
DAY = date(2021, 3, 16)


@dataclass(frozen=True)
class Paid:
    """One movement; `amount` below zero left the account, `reversal` undoes an earlier one."""

    amount: str
    words: str
    reference: str = "NONREF"
    payer: str = "ALICE MORENO LLC"
    day: date = DAY
    reversal: bool = False


def mt940(*lines: Paid, account: str = ACCOUNT, currency: str = "USD", opening: str = "1000.00") -> bytes:
    """A file with one statement."""
    closing = Decimal(opening) + sum((Decimal(line.amount) for line in lines), Decimal(0))
    rows = [
        ":20:STARTUMS",
        f":25:{account}",
        ":28C:00042/001",
        f":60F:{_balance(Decimal(opening), currency)}",
    ]
    for line in lines:
        amount = Decimal(line.amount)
        mark = ("RC" if line.reversal else "D") if amount < 0 else "C"
        rows.append(f":61:{line.day:%y%m%d%m%d}{mark}{_comma(abs(amount))}NTRFNONREF//{line.reference}")
        rows += _details(line)
    rows.append(f":62F:{_balance(closing, currency)}")
    return ("\r\n".join(rows) + "\r\n-\r\n").encode()


def camt(*lines: Paid, account: str = ACCOUNT, currency: str = "USD", opening: str = "1000.00") -> bytes:
    """The same as XML."""
    closing = Decimal(opening) + sum((Decimal(line.amount) for line in lines), Decimal(0))
    entries = "".join(_entry(line, currency) for line in lines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>42</Id>'
        f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>"
        f"{_bal('OPBD', Decimal(opening), currency)}{_bal('CLBD', closing, currency)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(amount: Decimal, currency: str) -> str:
    return f"{'D' if amount < 0 else 'C'}{DAY:%y%m%d}{currency}{_comma(abs(amount))}"


def _comma(amount: Decimal) -> str:
    return str(amount).replace(".", ",")


def _details(line: Paid) -> Sequence[str]:
    """Fields of 27 characters, as German banks break them."""
    pieces = [line.words[i : i + 27] for i in range(0, len(line.words), 27)] or [""]
    fields = "".join(f"?2{place}{piece}" for place, piece in enumerate(pieces[:10]))
    text = f"166?00CREDIT{fields}?32{line.payer}"
    return [(":86:" if not i else "") + text[i : i + 65] for i in range(0, len(text), 65)]


def _entry(line: Paid, currency: str) -> str:
    amount = Decimal(line.amount)
    mark = "DBIT" if amount < 0 else "CRDT"
    named = "" if line.reference == "NONREF" else f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>"
    return (
        f'<Ntry><Amt Ccy="{currency}">{abs(amount)}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts>BOOK</Sts>'
        f"{'<RvslInd>true</RvslInd>' if line.reversal else ''}"
        f"<BookgDt><Dt>{line.day}</Dt></BookgDt><ValDt><Dt>{line.day}</Dt></ValDt>{named}<NtryDtls><TxDtls>"
        f"<RltdPties><Dbtr><Nm>{line.payer}</Nm></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{line.words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _bal(kind: str, amount: Decimal, currency: str) -> str:
    mark = "DBIT" if amount < 0 else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{abs(amount)}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>'
    )
