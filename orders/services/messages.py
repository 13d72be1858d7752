"""Messages between buyer and supplier on an order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.uploads import Upload
from orders.models import Message, Order, Purpose, Unread
from orders.rules.messages import check_open
from orders.services import book, files

# Who writes several in a row rings once: the other side is told again only after this silence.
SILENCE = timedelta(minutes=15)


@transaction.atomic
def send(
    *,
    order_id: int,
    side: str,
    words: str,
    token: str,
    at: datetime,
    uploads: Sequence[Upload] = (),
    actor: Actor = PLATFORM,
) -> Message:
    """Write to the other side; the same form sent twice is one message. Refused STA-1 on an unsent draft.

    No lock is needed: nothing on the order changes, and the token is unique. The other side's mark of what is
    unread is written last.
    """
    order = Order.objects.select_related("seller").get(pk=order_id)
    check_open(order.state)
    rang = order.messages.filter(side=side, at__gt=at - SILENCE).exclude(token=token).exists()
    message, is_new = Message.objects.get_or_create(
        order=order, token=token, defaults={"side": side, "by_id": actor.user_id, "at": at, "words": words}
    )
    if not is_new:
        return message
    files.keep(order, Purpose.MESSAGE, message.pk, uploads, at=at, actor=actor)
    if not rang:
        tell = book.tell_seller if side == "buyer" else book.tell_buyer
        tell(order, "message_received", at)
    _mark(order, "supplier" if side == "buyer" else "buyer", message)
    return message


@transaction.atomic
def read(*, order_id: int, side: str, seen: int) -> None:
    """A side has had the thread before its eyes. `seen` is the `latest` that the page was made with.

    Where another message has come since, `latest` is another and everything stays unread. Equality, because the
    messages of two writers at once need not be committed by rising id.
    """
    Unread.objects.filter(order_id=order_id, side=side, latest=seen).delete()


def _mark(order: Order, side: str, message: Message) -> None:
    """One statement: of two writers at once the second waits for the first, and its message is the latest."""
    Unread.objects.bulk_create(
        [Unread(order=order, side=side, first=message.pk, latest=message.pk)],
        update_conflicts=True,
        unique_fields=["order", "side"],
        update_fields=["latest"],
    )
