"""Sellers in the admin."""

from sellers.admin import accounts, campaigns, withdrawals

__all__ = ["accounts", "campaigns", "withdrawals"]
