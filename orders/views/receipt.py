"""When receipt is taken as given, and who has put that off: the same for both sides (ORD-8)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from assurance.kernel.days import from_day
from orders.queries.buyer import Detail
from orders.rules import lifecycle


@dataclass(frozen=True)
class AutomaticReceipt:
    """`due` is when it comes, `longer` when it would if one more side extended; `extended` says who did."""

    due: datetime
    longer: datetime
    days: int
    extended: list[str]


def automatic_receipt(known: Detail, side: str) -> AutomaticReceipt | None:
    """As "buyer" or "supplier" reads it; none unless the order awaits receipt."""
    order, due = known.order, known.order.receipt_due_at
    if known.view.state != lifecycle.AWAITING_RECEIPT or due is None:
        return None
    you, other = _("You extended it."), _("The buyer extended it.")
    if side == "buyer":
        other = _("The supplier extended it.")
    by_buyer, by_supplier = (you, other) if side == "buyer" else (other, you)
    days = known.view.facts.policy.extension_days
    extended = [
        said
        for said, did in ((by_buyer, order.buyer_extended), (by_supplier, order.supplier_extended))
        if did
    ]
    return AutomaticReceipt(due, from_day(due, days), days, extended)
