"""The on-time dispatch rate (STD-1). Pure decisions."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from assurance.kernel.days import plus
from assurance.kernel.policy import Policy
from assurance.kernel.rules import rule


@rule("STD-1")
def rate_days(today: date, policy: Policy) -> tuple[date, date]:
    """First and last of the deadline days that count today: the 90 before it."""
    return plus(today, -policy.rate_days), plus(today, -1)


@rule("STD-1")
def on_time_rate(on_time: int, counted: int) -> Decimal | None:
    """The share dispatched on time, 4 decimals, half up; none while no order counts."""
    if not counted:
        return None
    return (Decimal(on_time) / counted).quantize(Decimal("0.0001"), ROUND_HALF_UP)
