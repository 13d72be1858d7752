"""The only writers of claims and exemptions."""

from claims.services.exempting import carry_out, draft_region, end_region, exempt_due, exempt_order
from claims.services.filing import approve, file, reject

__all__ = [
    "approve",
    "carry_out",
    "draft_region",
    "end_region",
    "exempt_due",
    "exempt_order",
    "file",
    "reject",
]
