"""Bank money that does not count: it waits to go back to the payer (ORD-3, PAY-2)."""

from datetime import datetime

from assurance.ledger.services import BANK
from orders.models import BankLine, Order
from orders.services import income


def return_open(order: Order, at: datetime) -> None:
    """Mark a locked order's statement lines that were never associated for return."""
    for line in order.bank_lines.select_for_update().filter(state="open").order_by("id"):
        mark_for_return(line, order, at)


def mark_for_return(line: BankLine, order: Order | None, at: datetime, *, rule: str = "ORD-3") -> None:
    """Mark one locked statement line for return; none is the order of a line that nobody knows."""
    line.state, line.transfer_reference = "return", f"bank-return:{line.pk}"
    line.save(update_fields=["state", "transfer_reference"])
    income.to_be_returned(
        order,
        money=line.amount,
        source=BANK,
        reference=line.transfer_reference,
        rule=rule,
        at=at,
        line=line,
    )
