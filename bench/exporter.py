"""The process of B7 that writes a file. It imports the portal only once it has begun, as a worker does."""

import resource
from datetime import datetime
from typing import Any


def write(at: datetime, peak: Any) -> None:
    """Write the file that waits, and tell the most memory that this process ever held, in KiB."""
    import django

    django.setup()
    from orders.services import exports

    exports.write_next(at)
    peak.value = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
