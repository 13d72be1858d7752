"""Saying what an act on several orders did: how many it changed, and which it could not, and why (ORD-9)."""

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assurance.kernel.wording import number_text
from assurance.ui.refusals import told
from orders.services.desk import Outcome

SHOWN = 3


def ticked(data: QueryDict) -> list[str]:
    """The numbers of the orders that were ticked; what is no number at all was not sent by our page."""
    return [number for number in data.getlist("order") if number.isascii() and number.isdecimal()]


def nothing() -> str:
    return _("Nothing is chosen. Tick at least one order first.")


def tell(request: HttpRequest, act: str, outcome: Outcome) -> None:
    """As messages that the next page shows, the refusals with their rule."""
    n = len(outcome.changed)
    if n:
        messages.success(request, _done(act, n))
    elif not outcome.refused:
        messages.info(request, _("Nothing had to be changed."))
    for number, violation in list(outcome.refused.items())[:SHOWN]:
        text = f"{number_text(number)}: {told(violation)}"
        messages.error(request, text, extra_tags=violation.rule_id)
    more = len(outcome.refused) - SHOWN
    if more > 0:
        said = ngettext(
            "%(n)s more order could not be changed.", "%(n)s more orders could not be changed.", more
        )
        messages.error(request, said % {"n": more})


def _done(act: str, n: int) -> str:
    said = {
        "assign": ngettext("%(n)s order assigned.", "%(n)s orders assigned.", n),
        "note": ngettext("Note added to %(n)s order.", "Note added to %(n)s orders.", n),
        "label": ngettext("%(n)s order labelled.", "%(n)s orders labelled.", n),
        "unlabel": ngettext("Label removed from %(n)s order.", "Label removed from %(n)s orders.", n),
        "delete": ngettext("%(n)s order deleted.", "%(n)s orders deleted.", n),
        "restore": ngettext("%(n)s order restored.", "%(n)s orders restored.", n),
    }
    return said[act] % {"n": n}
