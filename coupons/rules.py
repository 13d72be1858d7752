"""What a coupon is worth, where it can be spent, and what it costs its bearer. Pure decisions."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import end_of, plus, start_of
from assurance.kernel.money import USD, Money, ceil_whole, convert, rounded
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule
from assurance.kernel.units import minor_unit


@rule("CPN-1")
def face(total: Money, *, usd_rate: Decimal, policy: Policy) -> Money:
    """A coupon's face in whole USD: a percentage of the contract total, rounded up, capped.

    The total becomes USD cents at the order's rate first (MON-2): 100.01 USD gives 11 USD.
    """
    total_usd = convert(total, usd_rate=usd_rate, to=USD)
    share = Money(total_usd.amount * policy.compensation_percent / 100, USD)
    return min(ceil_whole(share), Money(policy.compensation_cap, USD))


@rule("CPN-2")
def last_day(issued_on: date, policy: Policy) -> date:
    """The last platform day on which the coupon can be spent."""
    return plus(issued_on, policy.coupon_days)


@dataclass(frozen=True)
class CouponFacts:
    """A coupon as the rules see it. `reserved_for` is an order's id, `reserved_until` when that order closes."""

    owner_id: int
    last_day: date
    reserved_for: int | None = None
    reserved_until: datetime | None = None
    redeemed: bool = False


@rule("CPN-2", "CPN-4")
def state(coupon: CouponFacts, at: datetime) -> str:
    """active, reserved, redeemed or void; a reservation made in time outlives the last day (CPN-4).

    It ends when its order closes, by the clock and not by the job that closes the order (TIM-3).
    """
    if coupon.redeemed:
        return "redeemed"
    if coupon.reserved_for is not None and (coupon.reserved_until is None or at < coupon.reserved_until):
        return "reserved"
    return "active" if at < end_of(coupon.last_day) else "void"


def not_yours() -> RuleViolation:
    """Said of another buyer's coupon and of one that does not exist alike."""
    return RuleViolation("CPN-3", _("This coupon is not one of yours."), conflict=False, field="coupon")


def already_spent() -> RuleViolation:
    return RuleViolation("CPN-5", _("This coupon has already been spent."))


def reserved_elsewhere() -> RuleViolation:
    return RuleViolation(
        "CPN-4",
        _("This coupon is reserved for another order that waits for its payment."),
        advice=_("Pay or cancel that order first; the coupon is then free again."),
    )


@rule("CPN-3", "CPN-4", "CPN-5")
def check_usable(
    coupon: CouponFacts, *, buyer_id: int, order_id: int, other_on_order: bool, at: datetime
) -> None:
    """Refuse a coupon that this buyer cannot put on this order; the first rule in table order answers.

    `other_on_order`: the order already carries or has used another platform coupon.
    """
    now = state(coupon, at)
    if now == "void":
        raise RuleViolation(
            "CPN-2",
            _("This coupon was valid through %(day)s."),
            advice=_("Pay without it or choose another coupon."),
            day=coupon.last_day,
        )
    if coupon.owner_id != buyer_id:
        raise not_yours()
    if other_on_order:
        raise RuleViolation(
            "CPN-3",
            _("One platform coupon can be used on an order, and this order already has one."),
            advice=_("Keep the coupon for your next order."),
        )
    if now == "reserved" and coupon.reserved_for != order_id:
        raise reserved_elsewhere()
    if now == "redeemed":
        raise already_spent()


@rule("CPN-3")
def pays(face_usd: Money, *, due: Money, usd_rate: Decimal) -> tuple[Money, Money]:
    """What a coupon pays toward a payment: (in the order's currency, the same in USD).

    At least one minor unit is left for the buyer to pay; no change is given. A coupon used whole
    counts exactly its face in USD, whatever conversion back would give (PAY-4).
    """
    currency = due.currency.code
    most = due - Money(minor_unit(currency), currency)
    whole = convert(face_usd, usd_rate=usd_rate, to=currency)
    if whole <= most:
        return whole, face_usd
    return most, min(convert(most, usd_rate=usd_rate, to=USD), face_usd)


@rule("CPN-3")
def check_pays(part: Money, used: Money) -> None:
    """Refuse spending a coupon where one minor unit is all that is due, or all that is left is worth nothing."""
    if not part.amount or not used.amount:
        raise RuleViolation(
            "CPN-3",
            _("This payment is too small for a coupon."),
            advice=_("Keep the coupon for your next order."),
            conflict=False,
            field="coupon",
        )


@rule("REC-1")
def to_recover(used: Money, *, bearer_id: int | None) -> Money:
    """What is recovered for a redeemed coupon: the amount used, or nothing when the platform bears it."""
    return used if bearer_id is not None else Money(0, USD)


STORE_MOST_PERCENT = 90
STORE_MOST_DOLLARS = STORE_MOST_USES = 1_000_000


@dataclass(frozen=True)
class StoreFacts:
    """A seller's own coupon as the rules see it. `percent` or `amount` is given; `least` is the goods it asks for."""

    seller_id: int
    percent: Decimal | None
    amount: Money | None
    least: Money
    first_day: date
    last_day: date
    limit: int | None = None
    used: int = 0
    ended_at: datetime | None = None


@rule("ORD-7")
def store_state(coupon: StoreFacts, at: datetime) -> str:
    """coming, running, used_up, over or ended: the seller's word first, then the days, then the uses."""
    if coupon.ended_at is not None and coupon.ended_at <= at:
        return "ended"
    if at >= end_of(coupon.last_day):
        return "over"
    if at < start_of(coupon.first_day):
        return "coming"
    return "used_up" if coupon.limit is not None and coupon.used >= coupon.limit else "running"


@rule("ORD-7")
def store_pays(coupon: StoreFacts, goods: Money, *, usd_rate: Decimal) -> Money:
    """What it takes off goods that reach its minimum, in their currency; nothing below it."""
    currency = goods.currency.code
    if goods < convert(coupon.least, usd_rate=usd_rate, to=currency):
        return goods * 0
    if coupon.percent is not None:
        return rounded(goods.amount * coupon.percent / 100, currency)
    assert coupon.amount is not None
    return convert(coupon.amount, usd_rate=usd_rate, to=currency)


@rule("ORD-7")
def check_store(
    coupon: StoreFacts | None, goods: Money, *, seller_id: int, usd_rate: Decimal, at: datetime
) -> Money:
    """What the coupon takes off these goods, or why it cannot be put on their order."""
    if coupon is None or coupon.seller_id != seller_id:
        raise _no_store_coupon(_("This coupon is not from this supplier."))
    state = store_state(coupon, at)
    if state == "ended":
        raise _no_store_coupon(_("The supplier has ended this store coupon."), conflict=True)
    if state == "over":
        raise _no_store_coupon(
            _("This store coupon was valid through %(day)s."), conflict=True, day=coupon.last_day
        )
    if state == "coming":
        raise _no_store_coupon(_("This store coupon is valid from %(day)s on."), day=coupon.first_day)
    if state == "used_up":
        raise _no_store_coupon(_("The last use of this store coupon has been taken."), conflict=True)
    off = store_pays(coupon, goods, usd_rate=usd_rate)
    if not off.amount:
        raise _no_store_coupon(_("This store coupon is for goods of %(least)s or more."), least=coupon.least)
    return off


@rule("ORD-7")
def check_store_terms(coupon: StoreFacts, *, today: date) -> None:
    """Refuse a coupon that could make goods free, or that no order could ever use."""
    most = Money(STORE_MOST_DOLLARS, USD)
    if coupon.percent is not None and not 0 < coupon.percent <= STORE_MOST_PERCENT:
        raise _unfit("percent", _("A percentage is above 0 and at most %(most)s."), most=STORE_MOST_PERCENT)
    if coupon.percent is not None and coupon.percent != round(coupon.percent, 2):
        raise _unfit("percent", _("A percentage has at most two decimals."))
    if coupon.amount is not None and coupon.amount.amount <= 0:
        raise _unfit("amount", _("The amount must be more than zero."))
    for name, money in (("amount", coupon.amount), ("least", coupon.least)):
        if money is not None and money > most:
            raise _unfit(name, _("At most %(most)s."), most=most)
    if coupon.amount is not None and coupon.least <= coupon.amount:
        raise _unfit(
            "least", _("The minimum order is more than the amount, so that something is left to pay.")
        )
    if coupon.last_day < coupon.first_day:
        raise _unfit("last_day", _("The end is before the beginning."))
    if coupon.last_day < today:
        raise _unfit("last_day", _("The last day has already passed."))
    if coupon.limit is not None and not 1 <= coupon.limit <= STORE_MOST_USES:
        raise _unfit(
            "limit", _("Between 1 and %(most)s uses, or without a limit."), most=f"{STORE_MOST_USES:,}"
        )


def _no_store_coupon(message: Any, *, conflict: bool = False, **values: object) -> RuleViolation:
    advice = _("Choose another store coupon, or order without one.")
    return RuleViolation("ORD-7", message, advice=advice, conflict=conflict, field="store_coupon", **values)


def _unfit(field: str, message: Any, **values: object) -> RuleViolation:
    return RuleViolation("ORD-7", message, conflict=False, field=field, **values)
