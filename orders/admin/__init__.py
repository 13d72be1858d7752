"""What ops see of orders."""

from orders.admin import bank, orders, refunds, statements

__all__ = ["bank", "orders", "refunds", "statements"]
