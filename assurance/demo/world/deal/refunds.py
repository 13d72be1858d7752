"""Refunds."""

from assurance.demo.world.deal.base import Base
from assurance.kernel.money import rounded
from assurance.kernel.uploads import Upload
from orders.services import refunds


class Refunding(Base):
    def apply_refund(self, share: int | None, reason: str, *evidence: Upload) -> None:
        """Apply for so many percent of the cash paid, or for everything."""
        order = self.order
        amount = rounded(order.cash.amount * share / 100, order.currency) if share else None
        refunds.apply(
            order_id=self.order_id,
            amount=amount,
            reason=reason,
            uploads=evidence,
            at=self.at,
            actor=self.as_buyer,
        )

    def answer_refund(self, *, agree: bool, words: str = "") -> None:
        refunds.answer(refund_id=self.refund.pk, agree=agree, words=words, at=self.at, actor=self.as_seller)

    def counter_refund(self, share: int, words: str) -> None:
        """The supplier offers so many percent of what was applied for."""
        refund = self.refund
        asked = refund.amount or self.order.cash
        offer = rounded(asked.amount * share / 100, refund.currency)
        refunds.counter(refund_id=refund.pk, offer=offer, words=words, at=self.at, actor=self.as_seller)

    def decline_offer(self, words: str) -> None:
        refunds.decline(refund_id=self.refund.pk, words=words, at=self.at, actor=self.as_buyer)

    def escalate_refund(self) -> None:
        refunds.escalate(refund_id=self.refund.pk, at=self.at, actor=self.as_buyer)

    def rule_refund(self, share: int, words: str) -> None:
        """Ops grant so many percent of what was applied for."""
        refund = self.refund
        asked = refund.amount or self.order.cash
        amount = rounded(asked.amount * share / 100, refund.currency)
        refunds.rule(refund_id=refund.pk, amount=amount, words=words, at=self.at, actor=self.as_ops)
