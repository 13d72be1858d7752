"""How a payment is put together on a page: amount, coupon and method chosen in the address, the bill beside them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _
from django_countries import countries

from assurance.kernel.money import Money
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation
from coupons import queries as coupons
from coupons.models import Coupon
from orders import gateway
from orders.models import Method, Order
from orders.queries.bank import choosable, is_asked_for
from orders.queries.facts import funds
from orders.queries.quote import Bill, bill, coupon_part
from orders.rules import lifecycle
from orders.views.buyer.forms import ALL, DUE, OTHER, ShareForm

NONE = "none"


@dataclass(frozen=True)
class Choice:
    """One payment method with the fee it would cost here, and what is to be known of it."""

    method: Method
    fee: Money
    note: str = ""
    is_off: bool = False


@dataclass(frozen=True)
class PaymentStep:
    """What can be chosen, what is chosen, and what it comes to. No bill: something has to be chosen first.

    `reserved` is the coupon that the order holds, `is_bound` says that it cannot be taken off any more.
    """

    coupons: list[tuple[Coupon, Money]]
    coupon: Coupon | None
    methods: list[Choice]
    method: Method | None
    bill: Bill | None
    reserved: Coupon | None = None
    is_bound: bool = False


@dataclass(frozen=True)
class Share:
    """How much of the contract is paid. `cash` is paid beside the coupon; none for what is due, or while the

    form holds no amount that can be paid. `now` is what is due beside the coupon, `everything` what is left beside
    it, `is_more` whether that is more. `outcome` is what the payment makes of the order, `left` what is
    missing then.
    """

    form: ShareForm
    chosen: str
    now: Money
    everything: Money
    is_more: bool
    cash: Money | None
    outcome: str
    left: Money

    @property
    def is_ready(self) -> bool:
        return self.chosen == DUE or self.cash is not None

    @property
    def plain(self) -> str:
        """The cash as the form takes it back."""
        return str(self.cash.amount) if self.cash is not None else ""


def _note(method: Method, country: str) -> str:
    if not gateway.is_for(method, country):
        return _("Only for addresses in %(country)s") % {"country": countries.name(gateway.ONLY_IN[method])}
    if method == Method.TT:
        return _("It counts once the bank reports it and it is matched to the order")
    return ""


def step(
    chosen: QueryDict,
    *,
    buyer_id: int,
    due: Money,
    policy: Policy,
    at: datetime,
    country: str,
) -> PaymentStep:
    """The payment of an order being made, to be sent to a country.

    Without a choice, the coupon that ends soonest and the first method. A choice that is none gives way to the
    default; the service refuses it when it is sent.
    """
    usable = _that_pay(choosable(buyer_id, at), due)
    coupon = _chosen_coupon(chosen.get("coupon", ""), usable)
    return _step(chosen, usable, coupon, due=due, policy=policy, country=country)


def step_of(chosen: QueryDict, order: Order, *, policy: Policy, at: datetime) -> tuple[PaymentStep, Share]:
    """The payment of an order that is there. A coupon already reserved for it can be kept or taken off; where one

    has been used, or a transfer was asked for with it, no other is offered (CPN-3).
    """
    due = lifecycle.due_now(funds(order))
    reserved = coupons.reserved_for(order.pk)
    is_bound = any(is_asked_for(order, coupon.pk) for coupon in reserved)
    others = [] if order.coupon_minor or is_bound else choosable(order.buyer_id, at)
    usable = _that_pay([*reserved, *others], due, order.usd_rate)
    coupon = _chosen_coupon(chosen.get("coupon", ""), usable)
    share = _share(chosen, order, coupon)
    pays = _step(
        chosen,
        usable,
        coupon,
        due=due,
        policy=policy,
        country=str(order.destination),
        usd_rate=order.usd_rate,
        share=share,
        reserved=reserved[0] if reserved else None,
        is_bound=is_bound,
        before=order.payments.order_by("-id").values_list("method", flat=True).first(),
    )
    return pays, share


def _step(
    chosen: QueryDict,
    usable: list[Coupon],
    coupon: Coupon | None,
    *,
    due: Money,
    policy: Policy,
    country: str,
    usd_rate: Decimal = Decimal(1),
    share: Share | None = None,
    reserved: Coupon | None = None,
    is_bound: bool = False,
    before: str | None = None,
) -> PaymentStep:
    """`before` is the method of the attempt before, which is chosen again where nothing else is."""
    methods = gateway.offered(due.currency.code, country)
    wanted = [method for method in methods if method == chosen.get("method", before)] or methods
    cash = share.cash if share else None

    def billed(method: Method) -> Bill:
        return bill(due, method=method, coupon=coupon, policy=policy, usd_rate=usd_rate, cash=cash)

    return PaymentStep(
        coupons=[(one, coupon_part(due, one, usd_rate)) for one in usable] if methods else [],
        coupon=coupon,
        methods=[
            Choice(method, billed(method).fee, _note(method, country), method not in methods)
            for method in gateway.connected(due.currency.code)
        ],
        method=wanted[0] if wanted else None,
        bill=billed(wanted[0]) if wanted and (share is None or share.is_ready) else None,
        reserved=reserved,
        is_bound=is_bound,
    )


def _share(chosen: QueryDict, order: Order, coupon: Coupon | None) -> Share:
    """The choice of how much; what is wrong with an amount is said beside it (PAY-1)."""
    now = funds(order)
    due = lifecycle.due_now(now)
    part = coupon_part(due, coupon, order.usd_rate)
    form = ShareForm(chosen, currency=order.currency)
    most = now.outstanding - part
    cash = {DUE: None, ALL: most, OTHER: form.other}[form.chosen]
    if form.chosen == OTHER and cash is not None:
        try:
            lifecycle.check_part(cash, most=most)
        except RuleViolation as violation:
            form.add_error("amount", violation.message)
            cash = None
    outcome, left = lifecycle.outcome(now, due if cash is None else cash + part)
    return Share(form, form.chosen, due - part, most, now.outstanding > due, cash, outcome, left)


def _that_pay(found: list[Coupon], due: Money, usd_rate: Decimal = Decimal(1)) -> list[Coupon]:
    return [coupon for coupon in found if coupon_part(due, coupon, usd_rate).amount]


def _chosen_coupon(text: str, usable: list[Coupon]) -> Coupon | None:
    if text == NONE or not usable:
        return None
    return next((coupon for coupon in usable if str(coupon.pk) == text), usable[0])
