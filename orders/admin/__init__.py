"""What ops see of orders."""

from orders.admin import bank, orders, refunds

__all__ = ["bank", "orders", "refunds"]
