"""From a movement of money back to the seller's order behind it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from coupons.models import Redemption
from orders.models import Order, Refund

Cause = tuple[str, int]


def numbers(causes: Iterable[Cause]) -> dict[Cause, str]:
    """The number of the order behind each cause that has one; at most three queries.

    A redemption leads to the late order for which the coupon was issued, never to the one it was spent on:
    that is another supplier's.
    """
    asked = set(causes)
    ids = {cause: cause[1] for cause in asked if cause[0] == "order"}
    ids |= _found("refund", asked, Refund.objects.values_list("pk", "order_id"))
    ids |= _found("redemption", asked, Redemption.objects.values_list("pk", "coupon__from_order_id"))
    known = dict(Order.objects.filter(pk__in=set(ids.values())).values_list("pk", "number"))
    return {cause: known[pk] for cause, pk in ids.items() if pk in known}


def of_order(order_id: int) -> Q:
    """The transfers of a seller's account that go back to one order, as `numbers` tells it."""
    refunds = Refund.objects.filter(order_id=order_id).values("pk")
    uses = Redemption.objects.filter(coupon__from_order_id=order_id).values("pk")
    return (
        Q(cause="order", cause_id=order_id)
        | Q(cause="refund", cause_id__in=refunds)
        | Q(cause="redemption", cause_id__in=uses)
    )


def _found(kind: str, causes: Iterable[Cause], rows: QuerySet[Any, tuple[int, int]]) -> dict[Cause, int]:
    wanted = [pk for name, pk in causes if name == kind]
    return {(kind, pk): order_id for pk, order_id in rows.filter(pk__in=wanted)} if wanted else {}
