"""What late orders may still cost a seller, before anybody has claimed (DLV-7, CPN-1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from assurance.kernel.days import day_of
from assurance.kernel.money import USD, Money, convert, from_minor
from assurance.kernel.policy import Policy
from coupons import rules as coupons
from orders.models import Guarantee, Order
from orders.queries.seller import Row, rows
from orders.rules import guarantees

MOST = 500


@dataclass(frozen=True)
class Exposure:
    """Orders that can be claimed at the seller's expense, and their coupons' faces together, in USD.

    `more` says that there are orders beyond the MOST that were read; the sum is then a lower bound.
    """

    orders: int
    amount: Money
    more: bool = False


def at_most(row: Row) -> Money:
    """The coupon that a claim on this order would give (CPN-1)."""
    return coupons.face(row.order.total, usd_rate=row.order.usd_rate, policy=row.view.facts.policy)


def in_usd(row: Row) -> Money:
    """The contract total in USD at the order's rate."""
    return convert(row.order.total, usd_rate=row.order.usd_rate, to=USD)


def claimable(seller_id: int, at: datetime, *, in_force: Policy) -> Exposure:
    """The seller's late orders with an open entrance that the seller would bear. Two queries.

    The query leaves out what was received or promised so long ago that every entrance has closed, with a
    day to spare; the rules decide on the rest.
    """
    late = Guarantee.objects.filter(seller_id=seller_id, late_at__lte=at).values("order_id")
    since = at - timedelta(days=in_force.entrance_days + 2)
    open_still = Q(received_at=None) | Q(received_at__gte=since) | Q(promise__gte=day_of(since))
    found = (
        Order.objects.filter(open_still, pk__in=late, claimed_at=None, refunded_at=None)
        .select_related("policy")
        .order_by("-id")
    )
    orders = list(found[: MOST + 1])
    borne = [
        row
        for row in rows(orders[:MOST], at)
        if row.view.entrance and guarantees.seller_bears(row.view.facts, at)
    ]
    amount = sum((at_most(row) for row in borne), from_minor(0))
    return Exposure(len(borne), amount, more=len(orders) > MOST)
