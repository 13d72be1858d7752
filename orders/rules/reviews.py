"""Until when an order can be reviewed. Pure decisions."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import day_of, end_of, plus
from assurance.kernel.rules import RuleViolation, rule

REVIEW_DAYS = 60


def last_day(received_at: datetime) -> date:
    """The last day for a review."""
    return plus(day_of(received_at), REVIEW_DAYS)


@rule("STA-1")
def check_window(received_at: datetime | None, *, at: datetime) -> None:
    """Refuse after the sixtieth day from receipt."""
    if received_at is not None and at >= end_of(last_day(received_at)):
        raise RuleViolation(
            "STA-1", _("The order could be reviewed through %(day)s."), day=last_day(received_at)
        )
