"""The platform's figures in the admin: policy versions and exchange rates."""

from assurance.kernel.admin import policy, rates

__all__ = ["policy", "rates"]
