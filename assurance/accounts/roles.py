"""What ops may do, by role. A role is a Django group; the migration `0003_roles` made them.

A person may hold several roles. Acts are guarded by the "change" and "add" permissions of what they touch,
although no row is ever edited in a form: may change a claim means may decide it.
"""

from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assurance.accounts.models import User

REVIEWER, FINANCE, RISK, ADMINISTRATOR = "reviewer", "finance", "risk", "administrator"

NAMES: dict[str, Promise] = {
    REVIEWER: _("Reviewer"),
    FINANCE: _("Finance"),
    RISK: _("Risk"),
    ADMINISTRATOR: _("Administrator"),
}

DUTIES: dict[str, Promise] = {
    REVIEWER: _("decides claims, exempts orders"),
    FINANCE: _("follows ledger and bank, rules on refunds"),
    RISK: _("opens and watches seller accounts"),
    ADMINISTRATOR: _("all of that; regions, lines, policy and people"),
}


def of(user: User) -> list[str]:
    """A person's roles, in the order of NAMES."""
    held = set(user.groups.values_list("name", flat=True))
    return [name for name in NAMES if name in held]


def assign(user: User, *names: str) -> None:
    """Make exactly these a person's roles; with any of them the person is ops and may enter the admin."""
    unknown = set(names) - set(NAMES)
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
    user.groups.set(Group.objects.filter(name__in=names))
    user.is_staff = bool(names)
    user.save(update_fields=["is_staff"])
