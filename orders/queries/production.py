"""How the goods of an order came along."""

from orders.models import Attachment, ProductionUpdate, Purpose
from orders.queries import files

SHOWN = 100


def of_order(order_id: int) -> list[tuple[ProductionUpdate, list[Attachment]]]:
    """The latest first, with their pictures, in two queries."""
    rows = ProductionUpdate.objects.filter(order_id=order_id).order_by("-id")[:SHOWN]
    return files.beside(order_id, Purpose.UPDATE, rows)
