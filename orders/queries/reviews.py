"""Reviews of an order and of a product."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count, F, Window

from orders.models import Review

SHOWN = 5


@dataclass(frozen=True)
class OfProduct:
    """A product's latest reviews, how many there are, and what they come to."""

    rows: Sequence[Review]
    count: int
    average: Decimal | None


def of_order(order_id: int) -> Review | None:
    return Review.objects.filter(order_id=order_id).first()


def of_product(product_id: int) -> OfProduct:
    """In one query."""
    rows = list(
        Review.objects.filter(products=product_id)
        .annotate(
            whole=Window(Count("pk")),
            mean=Window(Avg("product_stars")),
            country=F("order__destination"),
        )
        .order_by("-at", "-pk")[:SHOWN]
    )
    if not rows:
        return OfProduct([], 0, None)
    return OfProduct(rows, rows[0].whole, Decimal(rows[0].mean).quantize(Decimal("0.1")))
