"""Who may write on an order, and when."""

from django.utils.translation import gettext_lazy as _

from assurance.kernel.rules import RuleViolation, rule
from orders.rules import lifecycle


@rule("STA-1")
def check_open(state: str) -> None:
    """Messages go on an order that both sides see: any but a draft that was not sent, closed ones too."""
    if state == lifecycle.DRAFT:
        raise RuleViolation(
            "STA-1",
            _("The buyer does not see this draft yet."),
            advice=_("Send it to the buyer, then write."),
        )
