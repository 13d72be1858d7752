"""Files of order lists: what they hold, who may fetch them, how they survive losses (ORD-9)."""

import csv
import io
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from assurance.kernel import clock
from assurance.kernel.rules import RuleViolation
from assurance.kernel.wording import number_text
from assurance.notices.mail import message
from assurance.notices.models import Notice
from assurance.notices.wording import words
from orders import tasks
from orders.models import ListExport, Note
from orders.queries import filters, sheet
from orders.queries.filters import Wanted
from orders.services import closing, desk, exports, sheets
from sellers.models import Staff
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def mug(shop):
    return make.product(shop, name="Enamel mug", name_zh="搪瓷杯", price=12_50)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Messages are counted and not sent."""
    said: list[str] = []
    monkeypatch.setattr(tasks.write_export, "delay", lambda: said.append("look"))
    return said


def ask(user, shop=None, format="csv", wanted=Wanted(), **more):  # noqa: B008
    return exports.ask(
        user_id=user.pk,
        seller_id=shop.pk if shop else None,
        format=format,
        wanted=wanted,
        at=NOW,
        **{"language": "en", **more},
    )


def written(export, at=NOW):
    assert exports.write_next(at)
    export.refresh_from_db()
    with default_storage.open(export.file) as file:
        return file.read()


def table(content):
    text = content.decode("utf-8")
    assert text.startswith("\ufeff"), "Excel would take Chinese for Latin letters"
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def spaced(order):
    """The number as pages show it, which no spreadsheet rounds."""
    return f"{order.number[:4]} {order.number[4:8]} {order.number[8:12]} {order.number[12:]}"


# What a file holds


def test_a_file_holds_what_the_filters_find_in_the_makers_language(ming, shop, mug):
    alice = make.person("alice", company="Harbor & Pine")
    order = make.order(alice, {mug: 3})
    make.order(alice, {mug: 1}, paid=False)
    make.order(alice, {make.product(make.seller("Rival")): 1})
    desk.label(seller_id=shop.pk, numbers=[order.number], name="VIP", on=True, at=NOW)
    rows = table(written(ask(ming, shop, wanted=Wanted(state="awaiting_dispatch"), language="zh-hans")))
    assert len(rows) == 1
    (row,) = rows
    assert row["订单号"] == spaced(order)
    assert row["约定总金额"] == "37.50"
    assert "3 × 搪瓷杯" in row.values()
    assert "VIP" in row.values() and "Harbor & Pine" in row.values()


def test_the_buyers_file_says_nothing_of_the_sellers_desk(ming, shop, mug):
    alice = make.person("alice")
    order = make.order(alice, {mug: 1})
    desk.note(seller_id=shop.pk, numbers=[order.number], text="slow payer", at=NOW)
    content = written(ask(alice))
    assert spaced(order).encode() in content
    assert b"slow payer" not in content and b"Salesperson" not in content


def test_a_state_in_a_file_is_what_the_clock_has_made_of_it(ming, shop, mug):
    make.order(make.person("alice"), {mug: 1}, paid=False)
    (row,) = table(written(ask(ming, shop), NOW + timedelta(days=100)))
    assert row["State"] == "Closed"


def test_picked_orders_only_and_only_ones_own(ming, shop, mug):
    alice = make.person("alice")
    one, _two = make.order(alice, {mug: 1}), make.order(alice, {mug: 1})
    rival = make.order(alice, {make.product(make.seller("Rival")): 1})
    rows = table(written(ask(ming, shop, picked=[one.number, rival.number])))
    assert [row["Order number"] for row in rows] == [spaced(one)]


def test_pieces_join_without_a_gap(ming, shop, mug, monkeypatch):
    monkeypatch.setattr(sheet, "PIECE", 2)
    alice = make.person("alice")
    orders = [make.order(alice, {mug: 1}) for _ in range(5)]
    export = ask(ming, shop)
    rows = table(written(export))
    assert [row["Order number"] for row in rows] == [spaced(order) for order in orders[::-1]]
    assert (export.done, export.total, export.state) == (5, 5, "finished")


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        '=HYPERLINK("http://x")',
        "＝1+1",
        "＠SUM(A1)",
    ],
)
def test_no_cell_is_a_formula(ming, shop, mug, name):
    order = make.order(make.person("mallory", company=name), {mug: 1})
    Note.objects.create(order=order, seller=shop, text=name, written_at=NOW)
    (row,) = table(written(ask(ming, shop)))
    assert row["Company"].startswith("'") and row["Notes"].startswith("'")
    book = written(ask(ming, shop, format="xlsx"))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        inside = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in inside and "hyperlink" not in inside.lower().replace(name.lower(), "").split("<t")[0]
    assert "Enamel mug" in inside and "12.5" in inside


def test_a_long_book_goes_on_on_another_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "_ROWS_PER_SHEET", 2)
    book = sheets.sheet("xlsx", str(tmp_path / "a.xlsx"))
    for n in range(6):
        book.row([f"row {n}", Decimal(n), None])
    book.close()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        last = parts.read("xl/worksheets/sheet3.xml").decode()
    assert len(names) == 3
    assert "row 0" in last and "row 5" in last, "each sheet has the heading"


def test_what_was_asked_for_is_kept_exactly():
    wanted = Wanted(
        tab="done", created_from=NOW.date(), amount_to=Decimal("10.50"), overdue=False, salesperson=0
    )
    assert filters.unpacked(filters.packed(wanted)) == wanted
    assert filters.unpacked({"of_a_later_release": 1}) == Wanted()


# Once, and after losses


def test_the_same_list_asked_for_twice_is_one_file_and_few_are_written_at_once(ming, shop):
    assert ask(ming, shop) == ask(ming, shop)
    for tab in ("done", "to_pay"):
        ask(ming, shop, wanted=Wanted(tab=tab))
    with pytest.raises(RuleViolation, match="ORD-9"):
        ask(ming, shop, format="xlsx")
    with pytest.raises(RuleViolation, match="ORD-9"):
        ask(make.person("lu"), shop, format="pdf")


def test_one_file_is_written_at_a_time(ming, shop):
    first, _second = ask(ming, shop), ask(ming, shop, format="xlsx")
    ListExport.objects.filter(pk=first.pk).update(state="running", seen_at=timezone.now(), tries=1)
    assert not exports.write_next(NOW)


def test_a_run_that_died_is_begun_anew_and_given_up_after_three_tries(ming, shop, mug):
    make.order(make.person("alice"), {mug: 1})
    export = ask(ming, shop)
    long_ago = timezone.now() - 2 * exports.SILENCE
    ListExport.objects.filter(pk=export.pk).update(state="running", seen_at=long_ago, tries=1, done=99)
    assert len(table(written(export))) == 1
    assert (export.state, export.done, export.tries) == ("finished", 1, 2)
    ListExport.objects.filter(pk=export.pk).update(state="running", seen_at=long_ago, tries=exports.TRIES)
    assert not exports.write_next(NOW)
    export.refresh_from_db()
    assert export.state == "failed"


def test_a_failure_is_tried_again_then_told(ming, shop, mug, monkeypatch):
    export = ask(ming, shop)
    monkeypatch.setattr(exports, "pieces", lambda *_a, **_k: 1 / 0)
    for state in ("asked", "asked", "failed"):
        with pytest.raises(ZeroDivisionError):
            exports.write_next(NOW)
        export.refresh_from_db()
        assert export.state == state
    assert not exports.write_next(NOW)


def test_a_run_that_has_lost_its_file_writes_nothing(ming, shop, mug, monkeypatch):
    make.order(make.person("alice"), {mug: 1})
    export = ask(ming, shop)

    def taken_over(found, at, *, chinese):
        yield from sheet.pieces(found, at, chinese=chinese)
        ListExport.objects.filter(pk=export.pk).update(tries=9)
        yield []

    monkeypatch.setattr(exports, "pieces", taken_over)
    exports.write_next(NOW)
    export.refresh_from_db()
    assert (export.state, export.file) == ("running", "")


def test_the_sweep_has_lost_files_written_and_throws_old_ones_away(ming, shop, quiet):
    export = ask(ming, shop)
    assert tasks.look_after(NOW) == 0 and quiet == ["look"]
    written(export)
    name = export.file
    assert tasks.look_after(NOW + timedelta(days=6)) == 0
    assert tasks.look_after(NOW + timedelta(days=7)) == 1
    export.refresh_from_db()
    assert (export.state, export.file) == ("expired", "") and not default_storage.exists(name)
    assert tasks.look_after(NOW + timedelta(days=8)) == 0


def test_the_task_looks_again_until_nothing_waits(ming, shop, quiet):
    ask(ming, shop)
    assert tasks.write_export(of_a_later_release=1) is True and quiet == ["look"]
    assert tasks.write_export() is False and quiet == ["look"]


def test_without_a_broker_asking_still_works(ming, shop, monkeypatch):
    def away():
        raise OperationalError("away")

    monkeypatch.setattr(tasks.write_export, "delay", away)
    client = signed_in(ming)
    with clock.frozen(NOW):
        answer = client.post(reverse("ma:exports"), {"format": "csv"}, follow=True)
    assert "The file is being generated." in answer.content.decode()
    assert ListExport.objects.get().state == "asked"


# Telling the maker


def told(user):
    return [(notice.kind, words(notice)) for notice in Notice.objects.filter(user=user).order_by("id")]


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_the_maker_alone_is_told_that_it_is_ready_and_led_to_it(ming, shop, mug, side):
    alice, colleague = make.person("alice"), make.person("lu")
    Staff.objects.create(seller=shop, user=colleague)
    make.order(alice, {mug: 1})
    Notice.objects.all().delete()
    maker = ming if side == "seller" else alice
    export = ask(maker, shop if side == "seller" else None)
    written(export)
    assert not exports.write_next(NOW)
    [(kind, (title, body, page))] = told(maker)
    assert (kind, title) == ("export_finished", "Your export of orders is ready")
    assert "CSV, number of orders: 1." in body
    assert Notice.objects.count() == 1
    with clock.frozen(NOW):
        notice = reverse("notices:follow", args=[Notice.objects.get().pk])
        assert signed_in(maker).get(notice, follow=True)["Content-Type"].startswith("text/csv")
    mail = message(Notice.objects.get())
    assert page in mail.body


def test_a_link_to_a_file_that_is_gone_leads_to_the_files(ming, shop):
    export = ask(ming, shop)
    written(export)
    exports.expire(NOW + exports.KEPT)
    with clock.frozen(NOW + exports.KEPT):
        answer = signed_in(ming).get(told(ming)[0][1][2], follow=True)
    assert answer.redirect_chain == [(reverse("ma:exports"), 302)]
    assert "This file is no longer kept." in answer.content.decode()


def test_the_maker_is_told_once_that_it_failed(ming, shop, monkeypatch):
    ask(ming, shop)
    monkeypatch.setattr(exports, "pieces", lambda *_a, **_k: 1 / 0)
    for _try in range(exports.TRIES):
        assert told(ming) == []
        with pytest.raises(ZeroDivisionError):
            exports.write_next(NOW)
    assert not exports.write_next(NOW)
    [(kind, (_title, _body, page))] = told(ming)
    assert (kind, page) == ("export_failed", reverse("ma:exports"))


def test_one_whose_last_run_died_has_failed_too(ming, shop):
    export = ask(ming, shop)
    long_ago = timezone.now() - 2 * exports.SILENCE
    ListExport.objects.filter(pk=export.pk).update(state="running", seen_at=long_ago, tries=exports.TRIES)
    for _again in range(2):
        assert not exports.write_next(NOW)
    assert [kind for kind, _words in told(ming)] == ["export_failed"]


# Pages


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def test_asking_progress_and_fetching(ming, shop, mug):
    make.order(make.person("alice"), {mug: 1})
    client, address = signed_in(ming), reverse("ma:exports")
    with clock.frozen(NOW):
        page = client.post(
            address, {"format": "xlsx", "query": "tab=to_dispatch&destination=US&dispatch=1"}, follow=True
        )
        shown = page.content.decode()
        assert "Waiting" in shown and "To dispatch · On-time dispatch · Destination: United States" in shown
        assert 'hx-trigger="every 2s"' in shown
        export = ListExport.objects.get()
        file = reverse("orders:export_file", args=[export.key])
        assert client.get(file).status_code == 404
        ListExport.objects.update(state="running", done=1, total=4)
        part = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert '<progress max="4" value="1"' in part and "<html" not in part
        ListExport.objects.update(state="asked")
        written(export)
        assert 'hx-trigger="every 2s"' not in client.get(address).content.decode()
        answer = client.get(file)
    assert answer["Content-Disposition"] == 'attachment; filename="orders-2021-03-15.xlsx"'
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_a_file_is_its_makers_alone_and_only_while_they_work_there(ming, shop):
    export = ask(ming, shop)
    written(export)
    colleague = make.person("lu")
    Staff.objects.create(seller=shop, user=colleague)
    file = reverse("orders:export_file", args=[export.key])
    with clock.frozen(NOW):
        assert signed_in(ming).get(file).status_code == 200
        assert signed_in(colleague).get(file).status_code == 404
        assert signed_in(make.person("bob")).get(file).status_code == 404
        assert str(export.key) not in signed_in(colleague).get(reverse("ma:exports")).content.decode()
        Staff.objects.filter(user=ming).delete()
        assert signed_in(ming).get(file).status_code == 404


def test_the_buyers_own_files(mug):
    alice = make.person("alice")
    order = make.order(alice, {mug: 1})
    client = signed_in(alice)
    with clock.frozen(NOW):
        client.post(reverse("orders:exports"), {"format": "csv", "order": [order.number]})
        export = ListExport.objects.get()
        assert (export.seller, export.picked) == (None, [order.number])
        written(export)
        assert "Download" in client.get(reverse("orders:exports")).content.decode()


def test_an_unknown_format_is_refused_with_its_rule(ming, shop):
    with clock.frozen(NOW):
        answer = signed_in(ming).post(reverse("ma:exports"), {"format": "pdf"}, follow=True)
    assert "Choose CSV or XLSX." in answer.content.decode() and "ORD-9" in answer.content.decode()
    assert not ListExport.objects.exists()


def test_a_buyer_deletes_closed_orders_from_the_list_alone(mug):
    alice = make.person("alice")
    gone, paid = make.order(alice, {mug: 1}, paid=False), make.order(alice, {mug: 1})
    closing.cancel(order_id=gone.pk, by="buyer", at=NOW)
    client = signed_in(alice)
    with clock.frozen(NOW):
        page = client.post(
            reverse("orders:picked"), {"act": "delete", "order": [gone.number, paid.number]}, follow=True
        ).content.decode()
        assert "1 order deleted." in page and f"{number_text(paid.number)}: Only drafts and closed" in page
        assert f'value="{gone.number}" form="bulk"' not in page
        assert client.get(reverse("orders:detail", args=[gone.number])).status_code == 200
        assert gone.number in client.get(reverse("orders:list"), {"deleted": "1"}).content.decode()
        client.post(reverse("orders:picked"), {"act": "restore", "order": [gone.number]})
        assert f'value="{gone.number}" form="bulk"' in client.get(reverse("orders:list")).content.decode()
        nothing = client.post(reverse("orders:picked"), {"act": "delete"}, follow=True).content.decode()
    assert "Nothing is chosen. Tick at least one order first." in nothing


def test_the_buyers_filters(mug):
    alice = make.person("alice")
    one = make.order(alice, {mug: 1})
    other = make.order(alice, {make.product(make.seller("Rival", member=False)): 1}, paid=False)
    client = signed_in(alice)

    def found(**query):
        with clock.frozen(NOW):
            return [row.order for row in client.get(reverse("orders:list"), query).context["rows"]]

    assert found(supplier=one.seller_id) == [one]
    assert found(state="awaiting_payment") == [other]
    assert found(dispatch="1") == [one]
    assert found(created_from="2021-03-16") == []
    assert found(supplier="x") == [other, one], "nonsense is left out and told"
    with clock.frozen(NOW):
        page = client.get(reverse("orders:list"), {"filters": "open", "supplier": "x"}).content.decode()
    assert "is not one of the available choices" in page
