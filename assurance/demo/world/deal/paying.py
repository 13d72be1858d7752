"""Paying, through the gateway and through the bank."""

from assurance.demo.world.deal.base import Base
from assurance.kernel.money import Money
from coupons.models import Coupon
from orders.services import bank, payment


class Paying(Base):
    def begin_payment(self, coupon: Coupon | None = None, method: str = "") -> None:
        attempt = payment.start(
            order_id=self.order_id,
            method=method or self.method,
            coupon_id=coupon.pk if coupon else None,
            at=self.at,
            actor=self.as_buyer,
        )
        self.reference = attempt.reference

    def settle(self, outcome: str = "succeeded") -> None:
        payment.settle(reference=self.reference, outcome=outcome, at=self.at)

    def pay(self, coupon: Coupon | None = None) -> None:
        """All that is due, through the gateway, at once."""
        self.begin_payment(coupon)
        self.settle()

    def wire(self, amount: Money) -> None:
        """Money for the order on the bank statement."""
        count = self.order.bank_lines.count() + 1
        bank.arrive(
            order_id=self.order_id,
            amount=amount,
            bank_reference=f"DEMO-{self.number:04}-{count}",
            reference=f"{self.buyer.company} {self.order.number}",
            at=self.at,
        )

    def associate(self) -> None:
        bank.associate(order_id=self.order_id, at=self.at, actor=self.as_seller)

    def accept_short(self) -> None:
        bank.accept_short(order_id=self.order_id, at=self.at, actor=self.as_seller)

    def ask_for_rest(self) -> None:
        bank.ask_for_rest(order_id=self.order_id, at=self.at, actor=self.as_seller)
