"""Files on an order: with what they were sent, and who may see one."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model

from assurance.accounts.models import User
from orders.models import Attachment
from orders.queries import own

Row = TypeVar("Row", bound=Model)


def of(order_id: int, purpose: str, known: Iterable[Attachment] | None = None) -> dict[int, list[Attachment]]:
    """An order's files of one purpose, by the row they were sent with; one query unless all of them are known."""
    rows = (
        Attachment.objects.filter(order_id=order_id, purpose=purpose).order_by("id")
        if known is None
        else known
    )
    found: dict[int, list[Attachment]] = {}
    for row in rows:
        if row.purpose == purpose:
            found.setdefault(row.about_id, []).append(row)
    return found


def beside(
    order_id: int, purpose: str, rows: Iterable[Row], known: Iterable[Attachment] | None = None
) -> list[tuple[Row, list[Attachment]]]:
    """Rows of an order, each with the files that were sent with it; one query for the files unless all are known."""
    sent = of(order_id, purpose, known)
    return [(row, sent.get(row.pk, [])) for row in rows]


def one(order_id: int, key: str) -> Attachment | None:
    """A file of an order by its key."""
    return Attachment.objects.filter(order_id=order_id, key=key).first()


def visible(key: str, user: User) -> Attachment | None:
    """A file for one of the order's two sides, or for ops who may see orders; none for anybody else."""
    row = Attachment.objects.select_related("order").filter(key=key).first()
    if row is None:
        return None
    is_side = own.find(user.pk, row.order.number) is not None
    return row if is_side or user.has_perm("orders.view_order") else None
