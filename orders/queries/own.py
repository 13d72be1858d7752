"""The orders that a person may see, as a buyer or for the sellers they work for, and lists of them."""

from collections.abc import Sequence

from django.db.models import QuerySet

from orders.models import Order
from orders.queries.buyer import of_buyer
from sellers.models import Staff


def sellers_of(user_id: int) -> list[int]:
    """The seller accounts that a person works for."""
    return list(
        Staff.objects.filter(user_id=user_id).order_by("seller_id").values_list("seller_id", flat=True)
    )


def of_sellers(seller_ids: Sequence[int]) -> QuerySet[Order]:
    """The orders with these seller accounts."""
    return Order.objects.filter(seller_id__in=seller_ids)


def find(user_id: int, number: str) -> Order | None:
    """An order by its number, if the person is one of its sides; none for a stranger."""
    mine = of_buyer(user_id) | of_sellers(sellers_of(user_id))
    related = ("seller__company", "policy", "line", "buyer")
    return mine.filter(number=number).select_related(*related).first()
