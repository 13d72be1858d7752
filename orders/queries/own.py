"""The orders that a person may see, as a buyer or for the sellers they work for, and lists of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from orders.models import Order
from orders.queries.buyer import seen_by
from orders.queries.filters import Wanted, flagged, found_by_seller, lendable, narrowed
from sellers import queries as sellers
from sellers.models import Product, Seller, Staff


def sellers_of(user_id: int) -> list[int]:
    """The seller accounts that a person works for."""
    return list(
        Staff.objects.filter(user_id=user_id).order_by("seller_id").values_list("seller_id", flat=True)
    )


def shop_of(product_id: int) -> int | None:
    """The seller account that offers a product; none if there is no such product."""
    return Product.objects.filter(pk=product_id).values_list("seller_id", flat=True).first()


def of_sellers(seller_ids: Sequence[int]) -> QuerySet[Order]:
    """The orders with these seller accounts."""
    return Order.objects.filter(seller_id__in=seller_ids)


def find(user_id: int, number: str) -> Order | None:
    """An order by its number, if the person is one of its sides; none for a stranger."""
    mine = seen_by(user_id) | of_sellers(sellers_of(user_id))
    related = ("seller__company", "policy", "line", "buyer", "review")
    return mine.filter(number=number).select_related(*related).first()


def listed_by_sellers(user_id: int, wanted: Wanted, at: datetime) -> QuerySet[Order]:
    """The orders with all the shops that a person works for, as filters and a search leave them."""
    mine = sellers_of(user_id)
    found = narrowed(of_sellers(mine).filter(seller_deleted_at__isnull=not wanted.deleted), wanted, at)
    if wanted.text.strip():
        found = found.filter(found_by_seller(mine, wanted.text.strip()))
    if wanted.loan:
        lit = [seller.pk for seller in Seller.objects.filter(pk__in=mine) if sellers.is_lit(seller, at)]
        found = lendable(found, at).filter(seller__in=lit)
    return flagged(found, wanted, at, seller__in=mine)
