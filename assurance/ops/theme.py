"""Words of the theme and of Django's lists that have no Chinese of their own or none that reads well: ours wins."""

from django.utils.translation import gettext_noop

WORDS = (
    gettext_noop(" By %(filter_title)s "),
    gettext_noop("Select %s to view"),
    gettext_noop("Dark"),
    gettext_noop("Expand row"),
    gettext_noop("False"),
    gettext_noop("Light"),
    gettext_noop("Next"),
    gettext_noop("Run"),
    gettext_noop("Select action"),
    gettext_noop("Select action to run"),
    gettext_noop("Select all rows"),
    gettext_noop("Select record"),
    gettext_noop("System"),
    gettext_noop("True"),
    gettext_noop("Type to search"),
)
