"""Exemptions, claims, refunds and what becomes of sellers' money."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from assurance.kernel.days import end_of
from assurance.kernel.money import from_minor
from claims import services as claims
from claims.models import Claim
from orders.models import Guarantee, Order, Refund
from orders.services import refunds
from sellers.services import funds
from tests.properties.base import Base, any_one, has_claims, has_orders, has_refunds, some

VERIFIED = timedelta(hours=48)


class AfterSales(Base):
    @precondition(has_orders)
    @rule(n=any_one, platform_bears=st.booleans())
    def ops_exempt(self, n: int, platform_bears: bool) -> None:
        if n % 6 == 0:
            order = self.order(n)
            self.act(claims.exempt_order, order_id=order.pk, platform_bears=platform_bears, reason="Flood")

    # Claims

    @precondition(has_orders)
    @rule(
        n=any_one,
        guarantee=st.sampled_from(["dispatch", "delivery"]),
        approve=st.sampled_from([True, True, None]),
    )
    def claims_something(self, n: int, guarantee: str, approve: bool | None) -> None:
        late = Guarantee.objects.filter(late_at__lte=self.now, order__claimed_at=None).order_by("-id").first()
        order = late.order if late is not None and n % 5 != 1 else self.order(n)
        claim = self.act(claims.file, order_id=order.pk, guarantee=guarantee, user_id=order.buyer_id)
        if claim and approve:
            self.decides(claim, approve=True)

    @precondition(has_claims)
    @rule(n=any_one, approve=st.booleans())
    def ops_review(self, n: int, approve: bool) -> None:
        self.decides(self.one(Claim, n), approve=approve)

    def decides(self, claim: Claim, *, approve: bool) -> None:
        if (
            self.act(claims.approve if approve else claims.reject, claim_id=claim.pk, reason="Reviewed")
            and approve
        ):
            claim.refresh_from_db()
            assert claim.seller_bears == self.seller_bears(claim.order), "DLV-7"
            bearer = claim.order.seller_id if claim.seller_bears else None
            assert (claim.bearer_id, claim.coupon.bearer_id) == (bearer, bearer)

    def seller_bears(self, order: Order) -> bool:
        """DLV-7 once more: the platform bears what was dispatched wholly and in time, or what it took upon itself."""
        if order.platform_bears:
            return False
        if order.submitted_at is None:
            return True
        sent = self.sent[order.pk]
        named_later = order.submitted_at > max(parcel.submitted for parcel in sent)
        for parcel in sent:
            said = order.submitted_at if named_later else parcel.submitted
            known_by = parcel.submitted + VERIFIED
            scan = parcel.scan if parcel.scan is not None and parcel.scan <= known_by else None
            if scan is None and self.now <= known_by:
                return True
            if (scan or said) >= end_of(order.dispatch_due):
                return True
        return False

    # Refunds

    @precondition(has_orders)
    @rule(n=any_one, part=some, do=st.sampled_from(["agreed", "apply", "apply"]))
    def refund(self, n: int, part: int | None, do: str) -> None:
        order = self.order(n)
        amount = None if part is None else self.share(order.cash, part)
        given = {"order_id": order.pk, "amount": amount}
        if do == "agreed":
            self.act(refunds.agreed, **given)
        else:
            self.act(refunds.apply, reason="Broken", **given)

    @precondition(has_orders)
    @rule(n=any_one)
    def refund_of_what_a_coupon_paid(self, n: int) -> None:
        spent = Order.objects.filter(coupon_minor__gt=0, closed_at=None).order_by("-id").first()
        if spent is not None:
            self.act(
                refunds.agreed, order_id=spent.pk, amount=self.share(spent.cash, 40) if n % 3 == 0 else None
            )

    @precondition(has_refunds)
    @rule(
        n=any_one,
        part=some,
        answer=st.sampled_from([None, refunds.accept, refunds.decline, refunds.withdraw]),
    )
    def an_offer(self, n: int, part: int | None, answer: Callable[..., Any] | None) -> None:
        refund = self.one(Refund, n)
        self.act(refunds.counter, refund_id=refund.pk, offer=self.share(refund.order.cash, part or 20))
        if answer:
            self.act(answer, refund_id=refund.pk)

    @precondition(has_refunds)
    @rule(n=any_one, do=st.sampled_from(["agree", "refuse", "escalate", "rule"]), part=some)
    def dispute(self, n: int, do: str, part: int | None) -> None:
        refund = self.one(Refund, n)
        if do in ("agree", "refuse"):
            self.act(refunds.answer, refund_id=refund.pk, agree=do == "agree")
        elif do == "escalate":
            self.act(refunds.escalate, refund_id=refund.pk)
        else:
            amount = None if part is None else self.share(refund.order.cash, part if part > 1 else 0)
            self.act(refunds.rule, refund_id=refund.pk, amount=amount)

    # Sellers' money

    @rule(n=any_one, cents=st.sampled_from([1, 999, 12_345]), out=st.booleans())
    def sellers_money(self, n: int, cents: int, out: bool) -> None:
        do = funds.withdraw if out else funds.deposit
        self.act(do, seller_id=self.sellers[n % 2].pk, amount=from_minor(cents), reference="")
