"""Finance keeps the exchange rates of a day: by hand, or from the bank's file, looked at first (MON-2)."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assurance.kernel.models import ExchangeRate
from assurance.kernel.queries import rates_at
from tests.kernel.test_rates import FILE
from tests.ops.conftest import REVIEWED

pytestmark = [pytest.mark.django_db, pytest.mark.rule("MON-2")]
MAKE = "/admin/kernel/exchangerate/act/make/"
UPLOAD = "/admin/kernel/exchangerate/upload/"
KEY = "7d9f0f26-6a61-4c2e-9d0f-0b8c1b8f0c"
# The day on which the clock of these tests stands.
TODAY = "2021-03-24"


@pytest.fixture
def finance(ops: Any) -> Client:
    client: Client = ops("finance")
    return client


def send(client: Client, key: int, **fields: str) -> Any:
    return client.post(MAKE, {"day": TODAY, "reason": "daily", "key": f"{KEY}{key:02}", **fields})


def test_rates_are_kept_for_several_currencies_at_once_and_once(finance: Client) -> None:
    for _ in range(2):
        assert send(finance, 1, EUR="1.19", JPY="0.0092").status_code == 302
    assert rates_at(REVIEWED) == {"EUR": Decimal("1.19"), "JPY": Decimal("0.0092")}
    assert ExchangeRate.objects.count() == 2
    page = finance.get(
        f"/admin/kernel/exchangerate/{ExchangeRate.objects.first().pk}/change/"
    ).content.decode()  # type: ignore[union-attr]
    assert "in force" in page and "“daily”" in page and "EUR 1.19, JPY 0.0092" in page
    assert "Last 1.19, of 24 Mar 2021" in finance.get(MAKE).content.decode()


def test_one_far_from_the_last_stands_beside_its_field_until_it_was_checked(finance: Client) -> None:
    send(finance, 1, EUR="1.19", JPY="0.0092")
    wrong = send(finance, 2, EUR="11.9", JPY="0.0091")
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "more than 20% away from the last rate, 1.19" in page and 'value="0.0091"' in page
    assert re.search(r'aria-invalid="true"[^>]*id="id_EUR"|id="id_EUR"[^>]*aria-invalid="true"', page)
    assert send(finance, 3, EUR="11.9", checked="on").status_code == 302
    assert rates_at(REVIEWED)["EUR"] == Decimal("11.9")


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 409), ({"EUR": "0"}, 422), ({"EUR": "dear"}, 422), ({"EUR": "1.19", "day": "2021-03-25"}, 422)],
)
def test_what_makes_no_sense_is_refused(finance: Client, fields: dict[str, str], status: int) -> None:
    assert send(finance, 1, **fields).status_code == status
    assert not ExchangeRate.objects.exists()


def test_all_that_is_wrong_is_said_at_once(finance: Client) -> None:
    send(finance, 1, EUR="1.19")
    page = send(finance, 2, EUR="999", GBP="-5", day="2021-03-25", reason="").content.decode()
    for said in (
        "more than 20% away",
        "A rate is above zero.",
        "has not come yet",
        "This field is required.",
    ):
        assert said in page


def test_the_banks_file_fills_the_form_and_keeps_nothing_by_itself(finance: Client) -> None:
    answer = finance.post(UPLOAD, {"file": SimpleUploadedFile("eurofxref-daily.xml", FILE.encode())})
    page = finance.get(answer.url).content.decode()
    for value in ("2021-03-12", "1.19330000", "0.00917852", "0.15361740", "European Central Bank"):
        assert value in page
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize("data", [b"", b"no xml", FILE[:-40].encode()])
def test_a_file_that_is_none_says_so_beside_the_field(finance: Client, data: bytes) -> None:
    answer = finance.post(UPLOAD, {"file": SimpleUploadedFile("a.xml", data)})
    assert answer.status_code == 422
    assert "reference rates, or it is damaged" in answer.content.decode()


def test_it_is_for_finance(ops: Any) -> None:
    client = ops("reviewer")
    assert client.get(UPLOAD).status_code == 403
    assert send(client, 1, EUR="1.19").status_code == 403
