"""The seller's money: a statement that can be narrowed, paged and taken along, and a balance taken out once."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assurance.kernel import clock
from assurance.kernel.money import Money
from assurance.ledger.models import AccountKind, Transfer
from assurance.ledger.queries import balance, faults
from orders.models import Order
from orders.services import dispatch, receipt, refunds
from sellers.models import PayoutAccount, Seller, Withdrawal
from sellers.services import funds
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FUNDS, WITHDRAW = "/ma/funds/", "/ma/funds/withdraw/"
IBAN = "DE02 1203 0000 0000 2020 51"


@pytest.fixture
def shop() -> Seller:
    return make.seller("Qinghe", staff=make.person("ming"))


@pytest.fixture
def ma(shop: Seller, client: Client) -> Any:
    client.force_login(shop.staff.get().user)
    client.cookies["django_language"] = "en"
    with clock.frozen(NOW + 20 * DAY):
        yield client


@pytest.fixture
def order(shop: Seller) -> Order:
    """Released on day 0 (98 dollars), 20 of it refunded on day 5; 50 dollars paid in on day 1, 40 taken out on day 2."""
    made = make.order(make.person("alice"), {make.product(shop, price=10000): 1})
    dispatch.dispatch(order_id=made.pk, carrier="DHL", number="1", last=True, at=NOW)
    receipt.receive(order_id=made.pk, at=NOW)
    funds.deposit(seller_id=shop.pk, amount=Money(50, "USD"), reference="d", at=NOW + DAY)
    funds.withdraw(seller_id=shop.pk, amount=Money(40, "USD"), reference="w", at=NOW + 2 * DAY)
    refunds.agreed(order_id=made.pk, amount=Money(20, "USD"), at=NOW + 5 * DAY)
    return made


def told(answer: Any) -> list[tuple[str, str, str]]:
    return [
        (line.entry.transfer.what, str(line.amount.amount), str(line.balance.amount))
        for line in answer.context["lines"]
    ]


class TestStatement:
    def test_each_line_says_what_the_balance_was_after_it(self, ma: Client, order: Order) -> None:
        assert told(ma.get(FUNDS)) == [
            ("refund", "-20.00", "88.00"),
            ("withdrawal", "-40.00", "108.00"),
            ("deposit", "50.00", "148.00"),
            ("release", "98.00", "98.00"),
        ]

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("kind=deposit", ["deposit"]),
            ("first=2021-03-16&last=2021-03-17", ["withdrawal", "deposit"]),
            ("last=2021-03-15", ["release"]),
            ("first=9999-12-31&last=9999-12-31", []),
            ("order={number}", ["refund", "release"]),
            ("order={number}&kind=refund", ["refund"]),
            ("order=12345678901234567", []),
        ],
    )
    def test_it_is_narrowed_by_kind_period_and_order(
        self, ma: Client, order: Order, query: str, wanted: list[str]
    ) -> None:
        answer = ma.get(f"{FUNDS}?{query.format(number=order.number)}")
        assert [what for what, _amount, _balance in told(answer)] == wanted
        whole_balances = {what: held for what, _amount, held in told(ma.get(FUNDS))}
        assert all(held == whole_balances[what] for what, _amount, held in told(answer))

    def test_nonsense_in_the_address_is_said_and_left_out(self, ma: Client, order: Order) -> None:
        answer = ma.get(f"{FUNDS}?kind=gold&first=yesterday&order={'9' * 40}")
        assert answer.status_code == 200
        assert len(answer.context["lines"]) == 4
        assert answer.content.decode().count('aria-invalid="true"') == 3
        backwards = ma.get(f"{FUNDS}?first=2021-03-17&last=2021-03-16").content.decode()
        assert "The end is before the beginning" in backwards

    def test_another_sellers_order_is_no_filter(self, ma: Client, order: Order) -> None:
        other = make.order(make.person(), {make.product(make.seller("Rival")): 1})
        assert told(ma.get(f"{FUNDS}?order={other.number}")) == []

    def test_its_queries_do_not_grow_with_the_lines(self, ma: Client, order: Order, shop: Seller) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as counted:
                assert ma.get(FUNDS).status_code == 200
            return len(counted)

        queries()
        before = queries()
        for n in range(15):
            funds.deposit(seller_id=shop.pk, amount=Money(1, "USD"), reference=str(n), at=NOW)
        assert queries() == before


class TestFile:
    def _rows(self, answer: Any) -> list[list[str]]:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_csv_holds_every_line_with_its_running_balance(self, ma: Client, order: Order) -> None:
        head, *rows = self._rows(ma.get(f"{FUNDS}statement.csv"))
        assert head[:2] == ["When", "What"]
        assert [(row[3], row[4], row[5]) for row in rows] == [
            ("PAY-4", "98.00", "98.00"),
            ("REC-2", "50.00", "148.00"),
            ("PAY-4", "-40.00", "108.00"),
            ("PAY-4", "-20.00", "88.00"),
        ]
        assert rows[0][2].replace(" ", "") == order.number

    def test_it_takes_the_filters_of_the_page(self, ma: Client, order: Order) -> None:
        _head, *rows = self._rows(ma.get(f"{FUNDS}statement.csv?order={order.number}"))
        assert [(row[4], row[5]) for row in rows] == [("98.00", "98.00"), ("-20.00", "88.00")]

    def test_xlsx_opens_and_holds_the_same(self, ma: Client, order: Order) -> None:
        answer = ma.get(f"{FUNDS}statement.xlsx")
        book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        rows = re.findall(r"<row ", book.read("xl/worksheets/sheet1.xml").decode())
        assert len(rows) == 5

    def test_another_format_is_not_there(self, ma: Client) -> None:
        assert ma.get(f"{FUNDS}statement.pdf").status_code == 404

    def test_it_is_the_sellers_own(self, ma: Client, order: Order) -> None:
        rival = make.seller("Rival", staff=make.person("rival"))
        funds.deposit(seller_id=rival.pk, amount=Money(7, "USD"), reference="r", at=NOW)
        assert len(self._rows(ma.get(f"{FUNDS}statement.csv"))) == 5


def form(ma: Client, **changed: str) -> dict[str, str]:
    key = re.search(r'name="key" value="([0-9a-f]{32})"', ma.get(WITHDRAW).content.decode())
    assert key is not None
    return {
        "amount": "30.00",
        "holder": "Qinghe Ltd",
        "bank": "Bank of Hangzhou",
        "number": IBAN,
        "bic": "SMPLDEFF",
        "key": key.group(1),
        **changed,
    }


class TestWithdrawing:
    def test_it_is_shown_once_more_and_then_done_once(self, ma: Client, order: Order, shop: Seller) -> None:
        given = form(ma)
        check = ma.post(WITHDRAW, given)
        page = check.content.decode()
        assert "Confirm the withdrawal" in page
        assert "DE02120300000000202051" in page
        assert "58.00" in page, "what is left"
        assert not Withdrawal.objects.exists()
        for _ in range(3):
            answer = ma.post(WITHDRAW, {**given, "step": "confirm"})
            assert answer.url == FUNDS
        assert Withdrawal.objects.count() == 1
        assert balance(AccountKind.SELLER, shop.pk) == Money(58, "USD")
        assert Transfer.objects.filter(what="withdrawal").count() == 2, "that of the fixture, and this one"
        assert faults() == []

    def test_the_account_is_remembered_and_may_be_changed(self, ma: Client, order: Order) -> None:
        given = form(ma)
        again = ma.post(WITHDRAW, {**given, "step": "change"}).content.decode()
        assert "Bank of Hangzhou" in again
        ma.post(WITHDRAW, {**given, "step": "confirm"})
        assert "DE02120300000000202051" in ma.get(WITHDRAW).content.decode()
        ma.post(WITHDRAW, {**form(ma), "step": "confirm", "amount": "1.00"})
        assert (PayoutAccount.objects.count(), Withdrawal.objects.count()) == (1, 2)

    @pytest.mark.parametrize("step", ["", "confirm"])
    @pytest.mark.parametrize("amount", ["88.01", "0.00", "-5", "1000000000.00"])
    def test_beyond_the_balance_is_refused_and_nothing_typed_is_lost(
        self, ma: Client, order: Order, amount: str, step: str
    ) -> None:
        answer = ma.post(WITHDRAW, form(ma, amount=amount) | ({"step": step} if step else {}))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "PAY-4" in page
        assert f'value="{amount}"' in page
        assert "Bank of Hangzhou" in page
        assert page.count("a withdrawal takes between") == 1, "beside its field, and nowhere else"
        assert not Withdrawal.objects.exists()
        assert not PayoutAccount.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("amount", "ten"),
            ("amount", "1.005"),
            ("amount", ""),
            ("number", "DE02 1203 0000 0000 2020 15"),
            ("number", "12"),
            ("bic", "NOPE"),
            ("holder", ""),
            ("key", "x"),
        ],
    )
    def test_what_was_mistyped_is_told_beside_it(
        self, ma: Client, order: Order, field: str, value: str
    ) -> None:
        answer = ma.post(WITHDRAW, {**form(ma, **{field: value}), "step": "confirm"})
        assert answer.status_code == 422
        assert not Withdrawal.objects.exists()

    def test_the_same_key_of_another_seller_is_another_withdrawal(self, ma: Client, order: Order) -> None:
        given = {**form(ma), "step": "confirm"}
        ma.post(WITHDRAW, given)
        staff = make.person("rival")
        rival = make.seller("Rival", staff=staff)
        funds.deposit(seller_id=rival.pk, amount=Money(90, "USD"), reference="r", at=NOW)
        ma.force_login(staff)
        ma.post(WITHDRAW, given)
        assert Withdrawal.objects.count() == 2
