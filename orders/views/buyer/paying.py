"""How a payment is put together on a page: coupon and method chosen in the address, the bill beside them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import QueryDict

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from coupons import queries as coupons
from coupons.models import Coupon
from orders import gateway
from orders.models import Method
from orders.queries.accounts import accounts
from orders.queries.quote import Bill, bill

NONE = "none"


@dataclass(frozen=True)
class Choice:
    """One payment method with the fee it would cost here."""

    method: Method
    fee: Money


@dataclass(frozen=True)
class PaymentStep:
    """What can be chosen, what is chosen, and what it comes to."""

    coupons: list[tuple[Coupon, Money]]
    coupon: Coupon | None
    methods: list[Choice]
    method: Method | None
    bill: Bill | None


def offered(currency: str) -> list[Method]:
    """The methods of payment: through the gateway, and T/T where the platform has an account in the currency."""
    return [*gateway.methods(), *([Method.TT] if accounts(currency) else [])]


def step(
    chosen: QueryDict,
    *,
    buyer_id: int,
    order_id: int | None,
    due: Money,
    policy: Policy,
    at: datetime,
    usd_rate: Decimal = Decimal(1),
) -> PaymentStep:
    """The payment of what is due. Without a choice, the coupon that ends soonest and the first method.

    A coupon already reserved for this order can be kept. A choice that is none gives way to the default;
    the service refuses it when it is sent.
    """
    usable = coupons.usable(buyer_id, at)
    if order_id is not None:
        usable = [*coupons.reserved_for(order_id), *usable]
    coupon = _chosen_coupon(chosen.get("coupon", ""), usable)
    methods = offered(due.currency.code)
    wanted = [method for method in methods if method == chosen.get("method")] or methods

    def billed(method: Method, with_coupon: Coupon | None) -> Bill:
        return bill(due, method=method, coupon=with_coupon, policy=policy, usd_rate=usd_rate)

    return PaymentStep(
        coupons=[(one, billed(methods[0], one).coupon) for one in usable] if methods else [],
        coupon=coupon,
        methods=[Choice(method, billed(method, coupon).fee) for method in methods],
        method=wanted[0] if wanted else None,
        bill=billed(wanted[0], coupon) if wanted else None,
    )


def _chosen_coupon(text: str, usable: list[Coupon]) -> Coupon | None:
    if text == NONE or not usable:
        return None
    return next((coupon for coupon in usable if str(coupon.pk) == text), usable[0])
