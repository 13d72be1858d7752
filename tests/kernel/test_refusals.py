"""How a refusal reads: its days, instants and amounts as the pages write them."""

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation

AT = datetime(2021, 3, 27, 6, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "From 26 Mar 2021, by 26 Mar 2021 23:59:59 PDT: USD\u00a01,284.60 or JPY\u00a0500 for 3."),
        ("zh-hans", "From 2021-03-26, by 2021-03-26 23:59:59 PDT: USD\u00a01,284.60 or JPY\u00a0500 for 3."),
    ],
)
@pytest.mark.rule("TIM-1", "MON-1")
def test_its_values_are_written_as_everywhere(language: str, said: str) -> None:
    violation = RuleViolation(
        "PAY-1",
        "From %(day)s, by %(at)s: %(dollars)s or %(yen)s for %(n)s.",
        advice="Pay %(dollars)s.",
        day=date(2021, 3, 26),
        at=AT,
        dollars=Money("1284.60", "USD"),
        yen=Money(500, "JPY"),
        n=3,
    )
    with override(language):
        assert violation.message == said
        assert violation.advice == "Pay USD\u00a01,284.60."


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    assert RuleViolation("ORD-7", "A percentage is at most 90%.").message == "A percentage is at most 90%."
