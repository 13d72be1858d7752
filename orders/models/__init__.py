"""The order with its lines, its money, its guarantees and the files on it."""

from orders.models.files import Attachment, Purpose
from orders.models.money import BankLine, Payment, PaymentState, Refund
from orders.models.order import Export, Guarantee, Method, Order, OrderLine, Proposal, State

__all__ = [
    "Attachment",
    "BankLine",
    "Export",
    "Guarantee",
    "Method",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentState",
    "Proposal",
    "Purpose",
    "Refund",
    "State",
]
