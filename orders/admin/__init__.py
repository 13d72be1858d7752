"""What ops see of orders."""

from orders.admin import bank, orders, refunds, statements, taken_back

__all__ = ["bank", "orders", "refunds", "statements", "taken_back"]
