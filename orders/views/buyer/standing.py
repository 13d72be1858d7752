"""What is known of an order when its buyer is told what comes next, and the strip that tells it."""

from dataclasses import dataclass
from datetime import date, datetime

from assurance.kernel.money import Money
from claims.models import Claim
from coupons import rules as coupon_rules
from orders.models import Order
from orders.queries import refunds as refund_queries
from orders.queries.facts import View


@dataclass(frozen=True)
class Standing:
    """What is known of an order when the next step is looked for."""

    order: Order
    view: View
    claim: Claim | None
    is_paying: bool
    proposed: date | None
    at: datetime
    by_transfer: bool = False
    refund: refund_queries.Standing | None = None
    may_review: bool = False

    @property
    def compensation(self) -> Money:
        """The coupon that a claim on this order gives (CPN-1)."""
        return coupon_rules.face(
            self.order.total, usd_rate=self.order.usd_rate, policy=self.view.facts.policy
        )

    @property
    def claimable(self) -> str:
        """The guarantee for which *Make a claim* is open, dispatch first; empty if none."""
        if self.view.dispatch_entrance:
            return "dispatch"
        return "delivery" if self.view.delivery_entrance else ""


@dataclass(frozen=True)
class Step:
    """One strip: `action` names the verb that the buyer has now, if any."""

    what: str
    turn: str
    say: str
    at: datetime | None = None
    tone: str = ""
    rel: str = ""
    icon: str = ""
    turn_icon: str = "user"
    more: str = ""
    action: str = ""
