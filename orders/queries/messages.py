"""Messages of an order, the latest first, a page at a time."""

from dataclasses import dataclass

from orders.models import Attachment, Message, Purpose, Unread
from orders.queries import files

PAGE = 30


@dataclass(frozen=True)
class Page:
    """Messages with their files, and before which message the older ones are, if there are any."""

    rows: list[tuple[Message, list[Attachment]]]
    older: int | None


def page(order_id: int, before: int | None = None) -> Page:
    """Read in two queries, however many there are."""
    found = Message.objects.filter(order_id=order_id).select_related("by").order_by("-id")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    shown = rows[:PAGE]
    return Page(files.beside(order_id, Purpose.MESSAGE, shown), shown[-1].pk if len(rows) > PAGE else None)


def unread(order_id: int, side: str) -> Unread | None:
    """What a side has not read yet. To be asked before the messages are read: then all that it speaks of is shown."""
    return Unread.objects.filter(order_id=order_id, side=side).first()
