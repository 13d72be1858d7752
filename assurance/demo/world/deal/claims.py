"""Another day, claims, exemptions."""

from assurance.demo.world.deal.base import Base
from assurance.kernel.days import plus
from claims import services as claims
from orders.services import amendment


class Claiming(Base):
    def propose(self, days: int, reason: str) -> None:
        day = plus(self._day("dispatch_due"), days)
        amendment.propose(order_id=self.order_id, day=day, reason=reason, at=self.at, actor=self.as_seller)

    def accept(self) -> None:
        amendment.accept(order_id=self.order_id, at=self.at, actor=self.as_buyer)

    def refuse(self) -> None:
        amendment.refuse(order_id=self.order_id, at=self.at, actor=self.as_buyer)

    def file_claim(self, guarantee: str, note: str = "") -> None:
        claims.file(
            order_id=self.order_id,
            guarantee=guarantee,
            user_id=self.buyer.pk,
            note=note,
            at=self.at,
            actor=self.as_buyer,
        )

    def approve(self, reason: str) -> None:
        claims.approve(claim_id=self._claim_id, reason=reason, at=self.at, actor=self.as_ops)

    def reject(self, reason: str) -> None:
        claims.reject(claim_id=self._claim_id, reason=reason, at=self.at, actor=self.as_ops)

    def exempt(self, reason: str, *, platform_bears: bool = False) -> None:
        claims.exempt_order(
            order_id=self.order_id,
            platform_bears=platform_bears,
            reason=reason,
            at=self.at,
            actor=self.as_ops,
        )
