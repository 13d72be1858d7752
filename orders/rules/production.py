"""When a supplier shows how the goods come along."""

from django.utils.translation import gettext_lazy as _

from assurance.kernel.rules import RuleViolation, rule
from orders.rules import lifecycle

MAKING = frozenset(
    {
        lifecycle.INITIAL_SHORT,
        lifecycle.INITIAL_TO_CONFIRM,
        lifecycle.AWAITING_DISPATCH,
        lifecycle.PARTLY_DISPATCHED,
    }
)


@rule("STA-1")
def check_making(state: str) -> None:
    """From the first payment until the whole order is on its way."""
    if state not in MAKING:
        raise RuleViolation(
            "STA-1",
            _("Updates are shown from the first payment until the whole order is on its way."),
            advice=_("Write a message instead."),
        )


@rule("STA-1")
def check_news(stage: str, *, last: str, is_empty: bool) -> None:
    """Refuse an update that shows nothing, where the one before has said its stage."""
    if is_empty and stage == last:
        raise RuleViolation(
            "STA-1",
            _("Write something, add a picture, or choose another stage."),
            conflict=False,
            field="words",
        )
