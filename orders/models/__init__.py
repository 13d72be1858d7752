"""The order with its lines, its money and its guarantees."""

from orders.models.money import BankLine, Payment, PaymentState, Refund
from orders.models.order import Export, Guarantee, Method, Order, OrderLine, Proposal, State

__all__ = [
    "BankLine",
    "Export",
    "Guarantee",
    "Method",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentState",
    "Proposal",
    "Refund",
    "State",
]
