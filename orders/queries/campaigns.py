"""Easy dispatch in a campaign: how much of the limit a seller has used (ORD-6)."""

from dataclasses import dataclass
from datetime import datetime

from assurance.kernel.days import day_of
from orders.models import Order
from orders.queries.filters import due
from sellers import queries as sellers
from sellers.models import Campaign


@dataclass(frozen=True)
class Allowance:
    """The campaign that runs, and how many of a seller's easy-dispatch orders count in it."""

    campaign: Campaign
    used: int


def used(seller_id: int, campaign: Campaign, at: datetime, *, but: int = 0) -> int:
    """A seller's orders that count in a campaign, one of them left out; those closed unpaid are free again,

    by the clock and not by the job that closes them (TIM-3).
    """
    found = Order.objects.filter(seller=seller_id, campaign=campaign).exclude(pk=but)
    closed = found.filter(closed_at__isnull=False, effective_at=None) | found.filter(
        pk__in=due(at, "left_alone")
    )
    return found.exclude(pk__in=closed.values("pk")).count()


def allowance(seller_id: int, at: datetime, *, but: int = 0) -> Allowance | None:
    """What stands for a seller in the campaign that runs now; none outside campaigns."""
    campaign = sellers.campaign_on(day_of(at))
    return Allowance(campaign, used(seller_id, campaign, at, but=but)) if campaign else None
