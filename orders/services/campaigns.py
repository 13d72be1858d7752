"""Counting easy dispatch in the campaign in which it is chosen (ORD-6)."""

from datetime import datetime
from decimal import Decimal

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from orders.models import Order
from orders.queries import campaigns
from orders.rules import terms
from sellers.models import Campaign, Seller


def counted_in(
    *,
    seller_id: int,
    export: str,
    total: Money,
    usd_rate: Decimal,
    policy: Policy,
    at: datetime,
    before: Order | None = None,
) -> Campaign | None:
    """The campaign in which an order with this export mode counts; none if none does. Refused ORD-6.

    `before` is the order as it stood: a mode that counted then, or was chosen outside campaigns, is not chosen again.
    The seller's row stays locked until the order is written, so that two orders do not take the last place.
    """
    if not terms.counts_in_campaign(export, total, usd_rate=usd_rate, policy=policy):
        return None
    if before is not None and terms.counts_in_campaign(
        before.export, before.total, usd_rate=before.usd_rate, policy=policy
    ):
        return before.campaign
    Seller.objects.select_for_update(no_key=True).get(pk=seller_id)
    found = campaigns.allowance(seller_id, at)
    if found is None:
        return None
    terms.check_export(export, total, usd_rate=usd_rate, policy=policy, campaign_orders=found.used)
    return found.campaign
