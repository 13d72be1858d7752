"""The export modes as they are explained: what each costs and which is out of reach (ORD-5, ORD-6)."""

from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from orders.rules import terms
from orders.views.export_modes import explained, export_modes


@pytest.mark.rule("ORD-5")
@pytest.mark.parametrize(
    ("export", "platform_line", "least", "most", "cap"),
    [
        ("self", None, "2", "2", ("100", "USD")),
        ("market", None, "1", "2", ("100", "USD")),
        ("market", True, "1", "1", ("100", "USD")),
        ("market", False, "2", "2", ("100", "USD")),
        ("agency", None, "1.2", "1.2", ("480", "CNY")),
        ("easy", None, "1", "2", ("100", "USD")),
    ],
)
def test_percentages_and_caps(export, platform_line, least, most, cap):
    found = terms.fee_range(export, platform_line=platform_line)
    assert found == (Decimal(least), Decimal(most), Money(Decimal(cap[0]), cap[1]))


@pytest.mark.rule("ORD-5")
@pytest.mark.parametrize(
    ("language", "export", "costs"),
    [
        ("en", "self", "2% service fee, at most USD\u00a0100.00"),
        ("en", "easy", "1–2% service fee, at most USD\u00a0100.00"),
        ("en", "agency", "1.2% service fee, at most CNY\u00a0480.00"),
        ("zh-hans", "market", "收取 1–2% 交易服务费，USD\u00a0100.00 封顶"),
    ],
)
def test_what_a_mode_costs_is_said(language, export, costs):
    with translation.override(language):
        assert explained(export, Policy()).costs == costs


@pytest.mark.rule("ORD-6")
@pytest.mark.parametrize(
    ("total", "rate", "is_refused"),
    [("10000.00", "1", False), ("10000.01", "1", True), ("9000.00", "1.2", True), (None, "1", False)],
)
def test_easy_dispatch_is_out_of_reach_above_its_limit(total, rate, is_refused):
    amount = Money(Decimal(total), "USD" if rate == "1" else "EUR") if total else None
    found = export_modes(Policy(), total=amount, usd_rate=Decimal(rate))
    assert [mode.value for mode in found if mode.violation] == (["easy"] if is_refused else [])


@pytest.mark.rule("ORD-5", "ORD-6")
def test_a_choice_shows_every_mode_and_names_the_refusal():
    modes = export_modes(Policy(), total=Money(Decimal(20000), "USD"))
    page = render_to_string(
        "orders/export_modes.html", {"export_modes": modes, "chosen": "market", "field": "mode"}
    )
    assert page.count('type="radio" name="mode"') == 4
    assert page.count("checked") == 1
    assert page.index('value="market" checked') < page.index('value="easy" disabled')
    assert "Easy dispatch is possible up to USD 10000." in page
