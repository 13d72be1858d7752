"""Amounts in records read the same whoever's language was active when they were written."""

import pytest
from django.utils import translation

from assurance.kernel.money import Money, from_text, to_text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_amount_comes_back_from_a_record(language):
    for amount in (Money("1284.60", "USD"), Money("1200", "JPY"), Money("-0.01", "EUR")):
        with translation.override(language):
            text = to_text(amount)
        assert from_text(text) == amount
    assert to_text(Money("1284.60", "USD")) == "USD 1284.60"
