"""Reading the policy in force."""

from datetime import datetime

from assurance.kernel.models import PolicyVersion


def policy_at(at: datetime) -> PolicyVersion:
    """The version in force at an instant (POL-1); a migration made the first one."""
    return PolicyVersion.objects.filter(starts_at__lte=at).latest("starts_at")
