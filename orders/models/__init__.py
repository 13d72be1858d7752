"""The order with its lines, its money, its guarantees and the files on it."""

from orders.models.bank import BankLine, BankStatement, Return, StatementState, TakenBack
from orders.models.contract import ContractVersion
from orders.models.desk import ExportState, Label, ListExport, Note, SavedFilter
from orders.models.files import Attachment, Purpose
from orders.models.messages import Message, Unread
from orders.models.money import Cause, Payment, PaymentState, Refund
from orders.models.order import Export, Guarantee, Method, Order, OrderLine, Proposal, Source, State
from orders.models.production import ProductionUpdate, Stage
from orders.models.refunds import RefundStep, Step
from orders.models.reviews import Review

__all__ = [
    "Attachment",
    "BankLine",
    "BankStatement",
    "Cause",
    "ContractVersion",
    "Export",
    "ExportState",
    "Guarantee",
    "Label",
    "ListExport",
    "Message",
    "Method",
    "Note",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentState",
    "ProductionUpdate",
    "Proposal",
    "Purpose",
    "Refund",
    "RefundStep",
    "Return",
    "Review",
    "SavedFilter",
    "Source",
    "Stage",
    "State",
    "StatementState",
    "Step",
    "TakenBack",
    "Unread",
]
