"""Bank money that finds its order closed: it waits to go back to the payer (ORD-3)."""

from datetime import datetime

from assurance.ledger.services import BANK
from orders.models import BankLine, Order
from orders.services import income


def return_open(order: Order, at: datetime) -> None:
    """Mark a locked order's statement lines that were never associated for return."""
    for line in order.bank_lines.select_for_update().filter(state="open").order_by("id"):
        mark_for_return(line, order, at)


def mark_for_return(line: BankLine, order: Order, at: datetime) -> None:
    """Mark one statement line for return."""
    line.state = "return"
    line.save(update_fields=["state"])
    income.to_be_returned(
        order, money=line.amount, source=BANK, reference=f"bank-return:{line.pk}", rule="ORD-3", at=at
    )
