"""The orders that a person may see, as a buyer or for the sellers they work for, and lists of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from assurance.kernel.models import Deadline
from orders.models import Guarantee, Order, State
from orders.queries.buyer import of_buyer
from sellers.models import Staff

_UNPAID = (State.AWAITING_SUPPLIER, State.AWAITING_BUYER, State.AWAITING_PAYMENT)


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


def in_state(orders: QuerySet[Order], state: str, at: datetime) -> QuerySet[Order]:
    """The orders in a state as the clock has it: closing and receipt count although no job has run (TIM-3)."""
    lapsed = Q(Exists(Deadline.objects.filter(subject_id=OuterRef("pk"), kind="left_alone", due_at__lte=at)))
    received = Q(state=State.AWAITING_RECEIPT, receipt_due_at__lte=at)
    if state == State.CLOSED:
        return orders.filter(Q(state=state) | (Q(state__in=_UNPAID) & lapsed))
    if state == State.COMPLETED:
        return orders.filter(Q(state=state) | received)
    found = orders.filter(state=state)
    if state == State.AWAITING_RECEIPT:
        return found.exclude(received)
    return found.exclude(lapsed) if state in _UNPAID else found


def overdue(orders: QuerySet[Order], at: datetime, *, wanted: bool = True) -> QuerySet[Order]:
    """The orders whose dispatch guarantee is late now (DSP-4), or all the others."""
    late = Exists(Guarantee.objects.filter(order=OuterRef("pk"), kind="dispatch", late_at__lte=at))
    return orders.filter(late if wanted else ~late)
