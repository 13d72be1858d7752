"""The admin pages of claims and exemptions."""

from claims.admin.exemptions import ExemptionAdmin
from claims.admin.review import STATES, ClaimAdmin

__all__ = ["STATES", "ClaimAdmin", "ExemptionAdmin"]
