"""Sellers in the admin."""

from sellers.admin import accounts, withdrawals

__all__ = ["accounts", "withdrawals"]
