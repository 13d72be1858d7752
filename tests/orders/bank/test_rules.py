"""The reference with its check digits, what is read of files, and what a line is for."""

from datetime import date
from decimal import Decimal

import pytest

from assurance.kernel.money import Money
from orders.rules.bank import files, matching
from orders.rules.bank.lines import Line, UnreadableError, line_from
from orders.rules.bank.matching import Awaits, Earlier
from orders.rules.bank.reference import Quoted, in_groups, quoted, reference_of
from tests.orders.bank.writing import ACCOUNT, DAY, Paid, camt, mt940

NUMBER, OTHER = "20210315000012345", "20210315000054321"
REFERENCE = reference_of(NUMBER)


class TestReference:
    def test_is_an_iso_11649_reference(self) -> None:
        assert f"RF46{NUMBER}" == REFERENCE
        assert int(f"{NUMBER}2715{REFERENCE[2:4]}") % 97 == 1
        assert in_groups(REFERENCE) == "RF46 2021 0315 0000 1234 5"

    @pytest.mark.parametrize(
        "words",
        [
            REFERENCE,
            in_groups(REFERENCE),
            f"INVOICE 7 {REFERENCE.lower()} THANK YOU",
            f"PAYMENT {REFERENCE[:11]}\n{REFERENCE[11:]}",
            f"ref:{REFERENCE}2021",
            "-".join(REFERENCE),
        ],
    )
    def test_is_found_however_it_was_typed(self, words: str) -> None:
        assert quoted(words).orders == (NUMBER,)

    def test_every_mistyped_digit_and_every_swap_of_neighbours_is_noticed(self) -> None:
        for i in range(2, len(REFERENCE)):
            for digit in "0123456789":
                if digit != REFERENCE[i]:
                    assert quoted(REFERENCE[:i] + digit + REFERENCE[i + 1 :]) == Quoted(is_broken=True)
            if i + 1 < len(REFERENCE) and REFERENCE[i] != REFERENCE[i + 1]:
                swapped = REFERENCE[:i] + REFERENCE[i + 1] + REFERENCE[i] + REFERENCE[i + 2 :]
                assert not quoted(swapped).orders

    def test_two_orders_a_bare_number_and_nothing(self) -> None:
        assert quoted(f"{REFERENCE} AND {reference_of(OTHER)}").orders == (NUMBER, OTHER)
        assert quoted(f"order {NUMBER}") == Quoted(numbers=(NUMBER,))
        assert quoted(f"order {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}").numbers == (NUMBER,)
        assert quoted("GOODS") == Quoted()


def _lines(data: bytes) -> list[Line]:
    return [line for part in files.read(data, [ACCOUNT])[1] for line in part.lines]


TWO = (
    Paid("80.00", f"MUGS {REFERENCE}", reference="B-1"),
    Paid("-12.50", "CARD FEES", reference="B-2", payer="THE BANK"),
)


def _and_euros(data: bytes) -> bytes:
    """The first entry of a file once more, in euros."""
    entry = data[data.index(b"<Ntry>") : data.index(b"</Ntry>") + len(b"</Ntry>")]
    return data.replace(b"</Stmt>", entry.replace(b"USD", b"EUR") + b"</Stmt>")


class TestFiles:
    @pytest.mark.parametrize(("written", "kind"), [(mt940, "mt940"), (camt, "camt053")])
    def test_both_formats_say_the_same(self, written: object, kind: str) -> None:
        found, parts = files.read(written(*TWO), [ACCOUNT])  # type: ignore[operator]
        first, second = parts[0].lines
        assert found == kind
        assert (parts[0].opening.amount, parts[0].closing.amount) == (Decimal(1000), Decimal("1067.50"))
        assert (first.amount, first.is_credit, first.payer, first.day) == (
            Money("80.00", "USD"),
            True,
            "ALICE MORENO LLC",
            DAY,
        )
        assert quoted(first.text).orders == (NUMBER,)
        assert not second.is_credit

    def test_a_line_has_the_same_key_in_every_file_and_format(self) -> None:
        keys = [line.key for line in _lines(mt940(*TWO))]
        assert keys == [line.key for line in _lines(camt(*TWO))]
        assert keys == [line.key for line in _lines(mt940(*TWO, Paid("1.00", "MORE", reference="B-3")))][:2]
        assert len(set(keys)) == 2

    def test_two_payments_alike_are_two_lines(self) -> None:
        one, two = _lines(mt940(Paid("5.00", "SAME"), Paid("5.00", "SAME")))
        assert one.key != two.key

    def test_a_line_survives_its_column(self) -> None:
        line = _lines(mt940(*TWO))[0]
        assert line_from(line.as_json()) == line

    def test_a_batch_is_split_where_its_amounts_add_up(self) -> None:
        whole = camt(Paid("80.00", REFERENCE, reference="B-1"))
        details = whole[whole.index(b"<TxDtls>") : whole.index(b"</NtryDtls>")]
        split = b"".join(
            details.replace(b"<TxDtls>", b'<TxDtls><Amt Ccy="USD">%s</Amt>' % part)
            for part in (b"30.00", b"50.00")
        )
        assert [line.amount.amount for line in _lines(whole.replace(details, split))] == [30, 50]
        lies = split.replace(b"50.00", b"55.00")
        assert [line.amount.amount for line in _lines(whole.replace(details, lies))] == [80]
        abroad = split.replace(b'Ccy="USD">30.00', b'Ccy="EUR">25.00')
        assert [line.amount.amount for line in _lines(whole.replace(details, abroad))] == [80]

    def test_of_details_with_codes_the_payer_and_the_purpose_are_taken(self) -> None:
        whole = mt940(Paid("80.00", "X"))
        start = whole.index(b":86:")
        coded = (
            whole[:start]
            + f":86:/NAME/DE VRIES B.V./REMI/ORDER {REFERENCE[:9]}\r\n{REFERENCE[9:]}\r\n".encode()
        )
        line = _lines(coded + whole[whole.index(b":62F:") :])[0]
        assert (line.payer, line.text) == ("DE VRIES B.V.", f"ORDER {REFERENCE}")

    def test_pending_entries_are_no_money_yet(self) -> None:
        pending = camt(Paid("80.00", REFERENCE)).replace(b"BOOK", b"PDNG").replace(b"1080.00", b"1000.00")
        assert _lines(pending) == []

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "empty"),
            (b"\x00\x01\x02 not text", "encoding"),
            ("date;amount;words\n1;2;Grüße".encode("utf-16"), "well-formed"),
            (b"date;amount\n2021-03-16;80.00\n", "neither MT940 nor CAMT"),
            (b"%PDF-1.7 trailer", "neither MT940 nor CAMT"),
            (b"<html><body>Sign in</body></html>", "neither MT940 nor CAMT"),
            (mt940(*TWO)[:-60], "cut off"),
            (mt940(*TWO).replace(b"C80,00", b"C81,00"), "does not add up"),
            (mt940(*TWO).replace(b"USD", b"XQX"), "cannot be read"),
            (
                mt940(*TWO).replace(b":61:210316", b":61:219999"),
                "Line 1 of statement 1 in the file cannot be read",
            ),
            (mt940(*TWO).replace(b"D12,50", b"D0,00"), "Line 2 of statement 1 in the file cannot be read"),
            (mt940(*TWO) + mt940(*TWO).replace(b"D12,50", b"D-12,50"), "Line 2 of statement 2 in the file"),
            (mt940(*TWO).replace(b":60F:C", b":60F:X"), "Statement 1 in the file cannot be read"),
            (mt940(*TWO).replace(b":62F:C", b":62F:X"), "Statement 1 in the file cannot be read"),
            (camt(*TWO)[:-40], "well-formed"),
            (camt(*TWO).replace(b">80.00<", b">8e1<"), "cannot be read"),
            (camt(*TWO).replace(b">80.00<", b">-80.00<"), "cannot be read"),
            (camt(*TWO).replace(b">12.50<", b">0.00<"), "Line 2 of statement 1 in the file cannot be read"),
            (_and_euros(camt(*TWO)), "Line 3 of statement 42 is not in USD"),
            (camt(*TWO).replace(b">80.00<", b">80.001<"), "cannot be read"),
            (camt(*TWO).replace(b"CLBD", b"ITAV"), "cannot be read"),
            (camt(*TWO).replace(b'encoding="UTF-8"', b'encoding="UTF-99"'), "well-formed"),
            (mt940(*TWO, account="GB33BUKB20201555555555"), "none of the platform"),
            (mt940(*[Paid("1.00", f"N{n}") for n in range(2001)]), "2000 lines"),
            (b"x" * (files.MOST_BYTES + 1), "larger than 5 MB"),
        ],
    )
    def test_what_is_no_statement_is_refused_with_a_sentence(self, data: bytes, says: str) -> None:
        with pytest.raises(UnreadableError) as caught:
            files.read(data, [ACCOUNT])
        assert says in caught.value.message

    @pytest.mark.parametrize(
        "head",
        [
            b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
            b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/evil.dtd">',
        ],
    )
    def test_entities_and_document_types_are_refused_unread(self, head: bytes) -> None:
        data = (
            camt(*TWO)
            .replace(b"<Document", head + b"<Document")
            .replace(b"MUGS", b"&b;" if b"&a;" in head else b"&a;")
        )
        with pytest.raises(UnreadableError) as caught:
            files.read(data, [ACCOUNT])
        assert "entities" in caught.value.message


USD80 = Money(80, "USD")
DUE = Awaits(due=USD80, outstanding=Money(200, "USD"), waiting=Money(0, "USD"), is_closed=False, may_pay=True)
NAMED, SILENT = Quoted(orders=(NUMBER,)), Quoted()


def _line(amount: str = "80", **fields: object) -> Line:
    values: dict[str, object] = {
        "account": ACCOUNT,
        "day": DAY,
        "amount": Money(amount, "USD"),
        "is_credit": True,
        "taken_back": False,
        "bank_reference": "B-1",
        "payer": "",
        "text": "",
        "key": "k",
    }
    return Line(**values | fields)  # type: ignore[arg-type]


def _with(**fields: object) -> Awaits:
    return Awaits(**vars(DUE) | fields)  # type: ignore[arg-type]


EARLIER = Earlier(DAY, "B-0", USD80)


@pytest.mark.parametrize(
    ("line", "words", "order", "code"),
    [
        (_line(), NAMED, DUE, "exact"),
        (_line("200"), NAMED, DUE, "exact"),
        (_line("79.99"), NAMED, DUE, "amount"),
        (_line("500"), NAMED, DUE, "amount"),
        (_line("50"), NAMED, _with(waiting=Money(30, "USD")), "exact"),
        (_line("80"), NAMED, _with(waiting=Money(30, "USD")), "amount"),
        (_line(), NAMED, _with(may_pay=False), "not_agreed"),
        (_line(), NAMED, _with(is_closed=True), "closed"),
        (_line(), NAMED, None, "unknown"),
        (_line(), SILENT, None, "none"),
        (_line(), Quoted(is_broken=True), None, "broken"),
        (_line(), Quoted(numbers=(NUMBER,)), None, "number"),
        (_line(), Quoted(orders=(NUMBER, OTHER)), None, "several"),
        (_line(amount="80", is_credit=False), NAMED, DUE, "debit"),
        (_line(amount="80", is_credit=False, taken_back=True), NAMED, DUE, "taken_back"),
        (_line(taken_back=True), NAMED, DUE, "none"),
        (
            _line(),
            NAMED,
            Awaits(Money(80, "EUR"), Money(80, "EUR"), Money(0, "EUR"), False, True),
            "currency",
        ),
        (_line(), NAMED, _with(earlier=[EARLIER]), "repeat"),
        (_line(day=date(2021, 3, 17)), NAMED, _with(earlier=[Earlier(DAY, "B-1", USD80)]), "repeat"),
        (_line(day=date(2021, 3, 17)), NAMED, _with(earlier=[EARLIER]), "exact"),
        (_line(day=date(2021, 3, 17)), NAMED, _with(earlier=[EARLIER], is_closed=True), "repeat"),
        (_line("79"), NAMED, _with(earlier=[EARLIER]), "amount"),
    ],
)
def test_what_a_line_is_for(line: Line, words: Quoted, order: Awaits | None, code: str) -> None:
    assert matching.judge(line, words, order, is_known=False) == code
    assert matching.judge(line, words, order, is_known=True) == ("known" if line.is_credit else code)
