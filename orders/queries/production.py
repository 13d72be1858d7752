"""How the goods of an order came along."""

from orders.models import Attachment, ProductionUpdate, Purpose
from orders.queries import files

SHOWN = 100


def of_order(order_id: int) -> list[tuple[ProductionUpdate, list[Attachment]]]:
    """The latest first, with their pictures, in two queries."""
    sent = files.of(order_id, Purpose.UPDATE)
    rows = ProductionUpdate.objects.filter(order_id=order_id).order_by("-id")[:SHOWN]
    return [(row, sent.get(row.pk, [])) for row in rows]
