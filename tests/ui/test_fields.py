"""Fields of forms: what is no number is refused in words, and in little memory."""

import tracemalloc

import pytest
from django.core.exceptions import ValidationError

from assurance.ui.fields import DecimalField, amount_field


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("given", ["1e9999999", "1e-9999999", "0e9999999", "1e999999999999999999"])
def test_a_number_of_few_signs_and_millions_of_digits_is_refused_unwritten(sign, given):
    tracemalloc.start()
    for field in (DecimalField(min_value=0, max_value=10**12, decimal_places=2), amount_field("USD")):
        with pytest.raises(ValidationError) as refused:
            field.clean(sign + given)
        assert refused.value.messages == ["This number has too many digits."]
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("given", ["NaN", "sNaN", "-Infinity", "1,5", "0x10"])
def test_what_is_no_number_is_refused(given):
    with pytest.raises(ValidationError):
        DecimalField(max_digits=14, decimal_places=2).clean(given)
