"""Exchange rates: kept for a day, found for an instant, read from the bank's file (MON-2)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from assurance.kernel import rates
from assurance.kernel.admin.rates import DayForm
from assurance.kernel.days import day_of, plus
from assurance.kernel.models import Event, ExchangeRate
from assurance.kernel.queries import rates_at
from assurance.kernel.rates import UnreadableRatesError, from_ecb
from assurance.kernel.services import keep_rates
from orders.queries.filters import CURRENCIES
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.rule("MON-2")
TODAY = day_of(NOW)
DAY = timedelta(days=1)
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube><Cube time='2021-03-12'><Cube currency='USD' rate='1.1933'/><Cube currency='JPY' rate='130.01'/>
<Cube currency='GBP' rate='0.85655'/><Cube currency='CNY' rate='7.7680'/><Cube currency='SEK' rate='10.1'/></Cube>
<Cube time='2021-03-11'><Cube currency='USD' rate='2'/></Cube></Cube></gesmes:Envelope>"""


def keep(usd: dict[str, str], *, day: date = TODAY, at=NOW, checked: bool = False) -> ExchangeRate:
    given = {code: Decimal(rate) for code, rate in usd.items()}
    return keep_rates(day=day, usd=given, reason="daily", at=at, checked=checked)


def test_the_bank_gives_euros_and_we_keep_dollars():
    found = from_ecb(FILE.encode())
    assert found.day == date(2021, 3, 12)
    assert found.usd == {
        "EUR": Decimal("1.1933"),
        "JPY": Decimal("0.00917852"),
        "GBP": Decimal("1.39314693"),
        "CNY": Decimal("0.15361740"),
    }


@pytest.mark.parametrize(
    "data",
    [
        "",
        "no xml",
        FILE[:-30],
        FILE.replace("'130.01'", "'0'"),
        FILE.replace("'130.01'", "'-1'"),
        FILE.replace("'130.01'", "'NaN'"),
        FILE.replace("'130.01'", "'a lot'"),
        FILE.replace("'2021-03-12'", "'yesterday'"),
        FILE.replace("currency='USD' rate='1.1933'", "currency='CHF' rate='1.1'"),
        FILE.replace("<gesmes:Envelope", '<!DOCTYPE a [<!ENTITY b "c">]><gesmes:Envelope', 1),
        "<a/>",
        "x" * (rates.MOST_BYTES + 1),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(data):
    with pytest.raises(UnreadableRatesError) as no:
        from_ecb(data.encode())
    assert str(no.value)


@pytest.mark.django_db
class TestKept:
    def test_a_rate_serves_from_its_day_for_a_week(self):
        keep({"EUR": "1.19"})
        assert rates_at(NOW) == {"EUR": Decimal("1.19")} == rates_at(NOW + 7 * DAY)
        assert rates_at(NOW + 8 * DAY) == {} == rates_at(NOW - DAY)

    def test_the_latest_day_counts_and_a_correction_replaces_it(self):
        keep({"EUR": "1.19", "GBP": "1.39"})
        keep({"EUR": "1.20"}, day=plus(TODAY, -1))
        assert rates_at(NOW)["EUR"] == Decimal("1.19")
        keep({"EUR": "1.21"}, at=NOW + timedelta(minutes=5))
        assert rates_at(NOW + timedelta(minutes=5)) == {"EUR": Decimal("1.21"), "GBP": Decimal("1.39")}
        assert rates_at(NOW)["EUR"] == Decimal("1.19"), "what was known at that instant (TIM-3)"

    def test_the_same_again_keeps_nothing_new(self):
        first = keep({"EUR": "1.19", "GBP": "1.39"})
        assert keep({"EUR": "1.190", "GBP": "1.39"}) == first
        assert ExchangeRate.objects.count() == 2
        assert Event.objects.get(stream="rates").data == {
            "reason": "daily",
            "usd": {"EUR": "1.19", "GBP": "1.39"},
        }

    def test_the_same_rate_on_another_day_is_that_days(self):
        keep({"EUR": "1.19"}, day=plus(TODAY, -5))
        keep({"EUR": "1.19"})
        assert rates_at(NOW + 7 * DAY) == {"EUR": Decimal("1.19")}

    @pytest.mark.parametrize("usd", ["0", "-1.19"])
    def test_it_is_above_zero(self, usd):
        with refused("MON-2", field="EUR"):
            keep({"GBP": "1.39", "EUR": usd})
        assert not ExchangeRate.objects.exists()

    @pytest.mark.parametrize(
        ("usd", "is_far"), [("1.2", False), ("0.8", False), ("1.21", True), ("0.79", True)]
    )
    def test_one_far_from_the_last_must_have_been_checked(self, usd, is_far):
        keep({"EUR": "1"}, day=plus(TODAY, -30))
        if is_far:
            with refused("MON-2", field="EUR"):
                keep({"EUR": usd})
        keep({"EUR": usd}, checked=True)
        assert rates_at(NOW) == {"EUR": Decimal(usd)}

    def test_a_day_to_come_and_no_rate_are_refused(self):
        with refused("MON-2", field="day"):
            keep({"EUR": "1.19"}, day=plus(TODAY, 1))
        with refused("MON-2"):
            keep({})

    def test_a_rate_is_never_changed(self):
        keep({"EUR": "1.19"})
        with pytest.raises(DatabaseError), transaction.atomic():
            ExchangeRate.objects.update(usd=1)


def test_the_form_and_the_filters_name_the_same_currencies():
    assert set(rates.RATED) < set(DayForm.base_fields)
    assert ("USD", *rates.RATED) == CURRENCIES
