"""What an order would cost and promise if it were made and paid now, before there is one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from coupons import queries as coupons
from coupons import rules as coupon_rules
from coupons.models import Coupon
from coupons.queries import StoreOffer
from logistics import queries as logistics
from logistics import rules as logistics_rules
from logistics.rules import Offer, Transit
from orders.models import Order
from orders.queries.facts import policy_of, terms_of
from orders.rules import guarantees, terms
from sellers import queries as sellers
from sellers.models import Product

WITHOUT = "none"


@dataclass(frozen=True)
class Quote:
    """A quantity of one product sent to a country. `chosen` none: no line reaches it. `usual` is the
    line that is preselected (LOG-5).

    `store_offers` are the seller's coupons that run now, `store` the one that is taken.

    `delivery` is the promised day when the chosen line is guaranteed, `compensation` the coupon that a
    late order of this total would give (CPN-1).
    """

    product: Product
    quantity: int
    price: Money
    goods: Money
    offers: tuple[Offer, ...]
    chosen: Offer | None
    usual: Offer | None
    shipping: Money
    store_offers: tuple[StoreOffer, ...]
    store: StoreOffer | None
    total: Money
    covered: bool
    dispatch_due: date
    compensation: Money
    policy: Policy

    @property
    def discount(self) -> Money:
        """What the chosen store coupon takes off."""
        return self.store.off if self.store is not None else self.goods * 0

    @property
    def delivery(self) -> date | None:
        return self.chosen.latest if self.chosen is not None and self.chosen.guaranteed else None


def quote(
    product: Product,
    quantity: int,
    country: str,
    *,
    at: datetime,
    line_id: int | None = None,
    store: str = "",
) -> Quote:
    """Price, shipping and promises of a quantity that the product is sold in; seven queries.

    A line that is not on offer gives way to the preselected one (LOG-5), a store coupon that takes nothing
    off to the best one; `store` is the id of one, or WITHOUT.
    """
    offers = logistics.offers([(product, quantity)], country, at=at)
    usual = logistics_rules.preselected(offers)
    chosen = next((offer for offer in offers if offer.line_id == line_id), usual)
    price = from_minor(sellers.unit_price(product, quantity), product.currency)
    goods = price * quantity
    shipping = chosen.cost if chosen is not None else goods * 0
    stores = coupons.store_offers(product.seller_id, goods, at)
    taken = _store_chosen(stores, store)
    total = terms.contract_total(goods, shipping, taken.off if taken else goods * 0)
    policy = policy_at(at).policy
    return Quote(
        product=product,
        quantity=quantity,
        price=price,
        goods=goods,
        offers=tuple(offers),
        chosen=chosen,
        usual=usual,
        shipping=shipping,
        store_offers=tuple(stores),
        store=taken,
        total=total,
        covered=sellers.is_member(product.seller_id, at),
        dispatch_due=plus(day_of(at), product.dispatch_days),
        compensation=coupon_rules.face(total, usd_rate=Decimal(1), policy=policy),
        policy=policy,
    )


def _store_chosen(offers: list[StoreOffer], wanted: str) -> StoreOffer | None:
    usable = [offer for offer in offers if offer.off.amount]
    if wanted == WITHOUT or not usable:
        return None
    return next((offer for offer in usable if str(offer.coupon.pk) == wanted), usable[0])


@dataclass(frozen=True)
class Promise:
    """What an unpaid order would promise if it were paid in full now; no day, no guarantee."""

    dispatch: date
    covered: bool
    delivery: date | None


def promise(order: Order, at: datetime) -> Promise:
    """The guarantees as they would be pinned by a payment now (UPG-2, DLV-1, LOG-5)."""
    due = terms.dispatch_due(terms_of(order), at) or day_of(at)
    covered = sellers.is_member(order.seller_id, at)
    way = Transit(order.transit_min, order.transit_max, order.handling_days, order.line_guaranteed)
    day = logistics_rules.promised_day(due, way)
    guaranteed = guarantees.carries_delivery(
        covered=covered,
        all_rts=order.rts,
        line_guaranteed=order.line_guaranteed,
        seller_drafted=order.drafted_by == "seller",
        self_export=order.export == terms.SELF,
    ) and logistics_rules.within_limit(day, clock_start=day_of(at), policy=policy_of(order, at))
    return Promise(due, covered, day if guaranteed else None)


@dataclass(frozen=True)
class Bill:
    """What a payment would be made of (ORD-7): what is due, the coupon's part, the fee, the charge."""

    due: Money
    coupon: Money
    fee: Money
    percent: Decimal

    @property
    def charge(self) -> Money:
        return self.due - self.coupon + self.fee


def bill(
    due: Money,
    *,
    method: str,
    coupon: Coupon | None,
    policy: Policy,
    usd_rate: Decimal = Decimal(1),
    cash: Money | None = None,
) -> Bill:
    """The bill for what is due, by a method, with a coupon; `cash` where more or less is paid beside the coupon.

    Refused PAY-1 for an unknown method.
    """
    part = coupon_part(due, coupon, usd_rate)
    paid = due - part if cash is None else cash
    fee = terms.method_fee(paid, method=method, policy=policy)
    return Bill(paid + part, part, fee, policy.method_fee_percent[method])


def coupon_part(due: Money, coupon: Coupon | None, usd_rate: Decimal) -> Money:
    """What a coupon, if there is one, pays of what is due; nothing where it would be refused (CPN-3)."""
    if coupon is None or due.amount <= 0:
        return due * 0
    part, used = coupon_rules.pays(coupon.face, due=due, usd_rate=usd_rate)
    return part if used.amount else due * 0
