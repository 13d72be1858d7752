"""Finance at the bank: upload, preview, taking in, assigning, sending back, and the way along each transfer."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from kombu.exceptions import OperationalError

from assurance.ledger.models import AccountKind, Transfer
from assurance.ledger.queries import balance
from assurance.tasks import sweep
from orders import tasks
from orders.models import BankLine, BankStatement, Order, Return, TakenBack
from orders.rules.bank import files
from orders.rules.bank.reference import reference_of
from orders.services import closing, payment, statements
from tests import factories
from tests.ops.conftest import REVIEWED
from tests.orders.bank.writing import Paid, camt, mt940

pytestmark = pytest.mark.django_db
UPLOAD = "/admin/orders/bankstatement/upload/"
KEY = "7d9f0f26-6a61-4c2e-9d0f-0b8c1b8f0b1"


@pytest.fixture
def order() -> Order:
    line = factories.line()
    seller = factories.seller("Qinghe", staff=factories.person("ming"))
    product = factories.product(seller, price=8000, ships_by=factories.template(seller, line))
    begun = REVIEWED - timedelta(days=1)
    made = factories.order(factories.person("alice"), {product: 1}, by=line, at=begun, paid=False)
    payment.start(order_id=made.pk, method="tt", at=begun)
    return made


@pytest.fixture
def finance(ops: Any) -> Client:
    client: Client = ops("finance")
    return client


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A worker that does at once what it is told of, unless it sleeps; and what it was told."""
    told: list[str] = []

    def hear() -> None:
        told.append("look")
        if "asleep" not in told:
            tasks.take_statements()

    monkeypatch.setattr(tasks.take_statements, "delay", hear)
    return told


def send(client: Client, data: bytes, name: str = "day.sta") -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, data)})


def act(client: Client, page: str, name: str, pk: int, key: int = 1, **fields: Any) -> Any:
    values = {"reason": "because", "key": f"{KEY}{key}", **fields}
    return client.post(f"/admin/orders/{page}/act/{name}/?ids={pk}", values)


def test_a_statement_is_shown_before_it_counts_and_then_taken_in(finance: Client, order: Order) -> None:
    data = mt940(
        Paid("80.00", f"FOR {reference_of(order.number)}"), Paid("12.00", "GOODS <b>"), Paid("-3.00", "FEES")
    )
    answer = send(finance, data)
    statement = BankStatement.objects.get()
    assert answer.url == f"/admin/orders/bankstatement/{statement.pk}/change/"
    preview = finance.get(answer.url).content.decode()
    for words in (
        "fits its order",
        "unclear",
        "ignored",
        f"/admin/orders/order/{order.pk}/change/",
        "GOODS &lt;b&gt;",
        statement.digest[:8],
        "Take in",
    ):
        assert words in preview
    assert preview.count("ALICE MORENO LLC") == 3, "the payer is named once a line"
    assert preview.count('− <span class="money__cur">USD</span> 3.00') == 2, "in the sum and in the line"
    assert not BankLine.objects.exists()

    for _ in range(2):
        act(finance, "bankstatement", "take-in", statement.pk)
    order.refresh_from_db()
    assert order.state == "awaiting_dispatch"
    assert BankLine.objects.count() == 2
    taken = finance.get(answer.url).content.decode()
    assert "Taken in" in taken
    assert "already known" not in taken
    assert "/act/take-in/" not in taken


def test_a_page_shows_how_far_the_worker_is_and_then_what_came_of_it(
    finance: Client, order: Order, worker: list[str]
) -> None:
    worker.append("asleep")
    page = send(finance, mt940(Paid("80.00", reference_of(order.number)), Paid("5.00", "WHO"))).url
    statement = BankStatement.objects.get()
    progress = f"/admin/orders/bankstatement/{statement.pk}/progress/"
    act(finance, "bankstatement", "take-in", statement.pk)
    assert worker == ["asleep", "look"]
    shown = finance.get(page).content.decode()
    assert f'hx-get="{progress}"' in shown
    assert "/act/take-in/" not in shown and "/act/discard/" not in shown
    part = finance.get(progress)
    assert 'max="2" value="0"' in part.content.decode() and "<html" not in part.content.decode()
    assert "HX-Refresh" not in part.headers

    tasks.take_statements(of_a_later_release=1)
    assert finance.get(progress).headers["HX-Refresh"] == "true"
    assert progress not in finance.get(page).content.decode()


def test_a_lost_message_is_made_up_by_the_sweep(finance: Client, order: Order, monkeypatch: Any) -> None:
    def away() -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.take_statements, "delay", away)
    send(finance, mt940(Paid("80.00", reference_of(order.number))))
    act(finance, "bankstatement", "take-in", BankStatement.objects.get().pk)
    assert BankStatement.objects.get().state == "taking"
    assert sweep("statements") == 1
    order.refresh_from_db()
    assert order.state == "awaiting_dispatch"


def test_a_statement_is_discarded_with_a_reason_and_uploaded_again(finance: Client, order: Order) -> None:
    data = mt940(Paid("80.00", reference_of(order.number)))
    page = send(finance, data).url
    statement = BankStatement.objects.get()
    assert act(finance, "bankstatement", "discard", statement.pk, reason="").status_code == 422
    act(finance, "bankstatement", "discard", statement.pk, key=2)
    shown = finance.get(page).content.decode()
    assert "because" in shown and "Preview before it was discarded" in shown and "/act/" not in shown
    assert act(finance, "bankstatement", "take-in", statement.pk, key=3).status_code == 409
    assert "uploaded before" not in finance.get(send(finance, data).url).content.decode()
    act(finance, "bankstatement", "take-in", statement.pk, key=4)
    assert act(finance, "bankstatement", "discard", statement.pk, key=5).status_code == 409
    order.refresh_from_db()
    assert order.state == "awaiting_dispatch"


def test_the_same_file_leads_to_what_it_was(finance: Client, order: Order) -> None:
    data = mt940(Paid("80.00", reference_of(order.number)))
    first, second = send(finance, data), send(finance, data, name="copy.txt")
    assert first.url == second.url
    assert BankStatement.objects.count() == 1
    assert "uploaded before" in finance.get(second.url).content.decode()


def test_its_lines_in_another_file_are_shown_as_known(finance: Client, order: Order) -> None:
    mine = Paid("80.00", reference_of(order.number), reference="B-1")
    send(finance, mt940(mine))
    act(finance, "bankstatement", "take-in", BankStatement.objects.get().pk)
    answer = send(finance, camt(mine), name="day.xml")
    assert "already known" in finance.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty."),
        (b"\x00\x01", "encoding is not known"),
        (mt940(Paid("1.00", "X"))[:-50], "cut off"),
        (b"name;amount", "neither MT940 nor CAMT.053"),
        (b"x" * (files.MOST_BYTES + 1), "larger than 5 MB"),
        (camt(Paid("1.00", "X")).replace(b"<Document", b"<!DOCTYPE a><Document"), "entities"),
    ],
)
def test_what_is_wrong_with_a_file_stands_beside_the_field(finance: Client, data: bytes, says: str) -> None:
    answer = send(finance, data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert 'aria-invalid="true"' in page
    assert not BankStatement.objects.exists()


def test_without_a_file_it_says_so(finance: Client) -> None:
    assert finance.post(UPLOAD).status_code == 422


@pytest.mark.parametrize("role", ["reviewer", "risk"])
def test_who_is_not_finance_may_neither_see_nor_upload(ops: Any, role: str, order: Order) -> None:
    client = ops(role)
    assert client.get(UPLOAD).status_code == 403
    assert send(client, mt940(Paid("80.00", reference_of(order.number)))).status_code == 403
    assert not BankStatement.objects.exists()
    known, _ = statements.upload(name="a", data=mt940(Paid("1.00", "WHO")), at=REVIEWED)
    assert act(client, "bankstatement", "discard", known.pk).status_code == 403
    assert client.get(f"/admin/orders/bankstatement/{known.pk}/progress/").status_code == 403
    known.refresh_from_db()
    assert known.state == "uploaded"


def test_an_unclear_line_is_assigned_with_a_reason(finance: Client, order: Order) -> None:
    send(finance, mt940(Paid("80.00", f"ORDER {order.number}")))
    act(finance, "bankstatement", "take-in", BankStatement.objects.get().pk)
    line = BankLine.objects.get()
    form = finance.get(f"/admin/orders/bankline/act/assign/?ids={line.pk}").content.decode()
    assert f'value="{order.number}"' in form
    wrong = act(finance, "bankline", "assign", line.pk, key=2, number="77")
    assert (wrong.status_code, 'value="77"' in wrong.content.decode()) == (409, True)
    assert "PAY-2" in wrong.content.decode()
    assert wrong.content.decode().count("No order has this number.") == 1, "said once, at its field"
    act(finance, "bankline", "assign", line.pk, key=3, number=order.number)
    line.refresh_from_db()
    assert (line.order, line.state) == (order, "open")
    assert "because" in finance.get(f"/admin/orders/bankline/{line.pk}/change/").content.decode()
    assert line.bank_reference not in finance.get("/admin/orders/bankline/?waits=finance").content.decode()
    assert line.bank_reference in finance.get("/admin/orders/bankline/?waits=seller").content.decode()


@pytest.mark.rule("ORD-1", "PAY-2")
def test_money_for_an_order_not_agreed_yet_is_shown_as_waiting_for_that(
    finance: Client, order: Order
) -> None:
    goods = factories.product(order.seller, price=8000, rts=False)
    early = factories.order(order.buyer, {goods: 1}, at=order.created_at, paid=False)
    send(finance, mt940(Paid("80.00", reference_of(early.number))))
    statement = BankStatement.objects.get()
    act(finance, "bankstatement", "take-in", statement.pk)
    line = BankLine.objects.get()
    for page in (f"bankstatement/{statement.pk}/change/", f"bankline/{line.pk}/change/"):
        assert "had not both agreed" in finance.get(f"/admin/orders/{page}").content.decode()
    for waits, is_there in (("agreement", True), ("seller", False), ("finance", False)):
        listed = finance.get(f"/admin/orders/bankline/?waits={waits}").content.decode()
        assert (line.bank_reference.partition(":")[0] in listed) == is_there
    closing.decline(order_id=early.pk, reason="terms", at=REVIEWED)
    assert Return.objects.get().order == early


def test_money_for_a_closed_order_goes_back_once(finance: Client, order: Order) -> None:
    closing.cancel(order_id=order.pk, by="buyer", at=REVIEWED)
    send(finance, mt940(Paid("80.00", reference_of(order.number))))
    act(finance, "bankstatement", "take-in", BankStatement.objects.get().pk)
    due = Return.objects.get()
    listed = finance.get("/admin/orders/return/?state=open").content.decode()
    assert "ALICE MORENO LLC" in listed
    assert balance(AccountKind.RETURNS).amount == 80
    page = finance.get(f"/admin/orders/return/{due.pk}/change/").content.decode()
    assert "Return of USD\xa080.00" in page
    assert "&lt;span" not in page
    for key in (4, 4, 5):
        act(finance, "return", "returned", due.pk, key=key)
    assert balance(AccountKind.RETURNS).amount == 0
    assert Transfer.objects.filter(what="returned").count() == 1
    assert "ALICE MORENO LLC" not in finance.get("/admin/orders/return/?state=open").content.decode()


def test_from_a_line_to_its_transfers_and_back(finance: Client, order: Order) -> None:
    send(finance, mt940(Paid("95.00", reference_of(order.number)), Paid("5.00", "WHO")))
    act(finance, "bankstatement", "take-in", BankStatement.objects.get().pk)
    known, unknown = BankLine.objects.order_by("id")
    from orders.services import bank

    bank.associate(order_id=order.pk, at=REVIEWED)
    act(finance, "bankline", "set-aside", unknown.pk, key=6)
    act(finance, "return", "returned", Return.objects.get(bank_line=unknown).pk, key=7)
    moved = Transfer.objects.get(reference=f"bank:{known.pk}")
    aside = Transfer.objects.get(reference=f"bank-return:{unknown.pk}")
    back = Transfer.objects.get(what="returned")
    steps = [
        (f"orders/bankline/{known.pk}", f"ledger/transfer/{moved.pk}"),
        (f"ledger/transfer/{moved.pk}", f"orders/bankline/{known.pk}"),
        (f"ledger/transfer/{moved.pk}", f"orders/order/{order.pk}"),
        (f"ledger/transfer/{moved.pk}", f"orders/return/{Return.objects.get(order=order).pk}"),
        (f"orders/order/{order.pk}", f"orders/bankline/{known.pk}"),
        (f"orders/bankline/{unknown.pk}", f"ledger/transfer/{aside.pk}"),
        (f"ledger/transfer/{aside.pk}", f"orders/bankline/{unknown.pk}"),
        (f"ledger/transfer/{back.pk}", f"orders/return/{Return.objects.get(bank_line=unknown).pk}"),
        (f"orders/return/{Return.objects.get(bank_line=unknown).pk}", f"ledger/transfer/{back.pk}"),
        (f"orders/bankline/{known.pk}", f"orders/bankstatement/{known.statement_id}"),
    ]
    for page, leads_to in steps:
        shown = finance.get(f"/admin/{page}/change/").content.decode()
        assert f"/admin/{leads_to}/change/" in shown, (page, leads_to)


def test_a_credit_taken_back_leads_to_its_order_and_is_settled_with_a_reason(
    finance: Client, order: Order
) -> None:
    send(finance, mt940(Paid("80.00", reference_of(order.number), reference="B-1")))
    act(finance, "bankstatement", "take-in", BankStatement.objects.get().pk)
    line = BankLine.objects.get()
    send(finance, mt940(Paid("-80.00", reference_of(order.number), reference="B-2", reversal=True)))
    later = BankStatement.objects.latest("id")
    act(finance, "bankstatement", "take-in", later.pk, key=2)
    back = TakenBack.objects.get()
    page = f"/admin/orders/takenback/{back.pk}/change/"
    shown = finance.get(page).content.decode()
    assert f"/admin/orders/bankline/{line.pk}/change/" in shown
    assert f"/admin/orders/order/{order.pk}/change/" in shown
    assert "It counts for its order" in shown
    assert "USD\xa080.00 taken back by the bank" in shown
    assert page in finance.get(f"/admin/orders/bankline/{line.pk}/change/").content.decode()
    assert page in finance.get(f"/admin/orders/bankstatement/{later.pk}/change/").content.decode()
    assert page in finance.get("/admin/orders/takenback/?state=open").content.decode()
    assert act(finance, "takenback", "settle", back.pk, key=3, reason="").status_code == 422
    for key in (4, 4, 5):
        act(finance, "takenback", "settle", back.pk, key=key)
    assert page not in finance.get("/admin/orders/takenback/?state=open").content.decode()
    assert page in finance.get("/admin/orders/takenback/?state=settled").content.decode()
    assert "because" in finance.get(page).content.decode()
    order.refresh_from_db()
    assert order.state == "awaiting_dispatch"


def test_the_books_page_shows_that_all_sums_are_zero(finance: Client, ops: Any, order: Order) -> None:
    factories.pay(order, at=REVIEWED)
    page = finance.get("/admin/ledger/account/books/")
    body = page.content.decode()
    assert page.status_code == 200
    assert "The books are in order" in body
    assert "Held for an order" in body
    assert "/admin/ledger/account/books/" in finance.get("/admin/ledger/account/").content.decode()
    assert ops("reviewer").get("/admin/ledger/account/books/").status_code == 403
