"""One order on the stage: the acts of its people, each one call of a service.

A plot is a generator over a deal: it yields the time of the next act (`later`, `on`, `due`, …) and, once the
stage has come there, acts. All acts happen at `deal.at`.
"""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

from assurance.accounts.models import User
from assurance.demo import carrier
from assurance.demo.world.stage import SEED, Stage, Story
from assurance.kernel.days import day_of, plus, start_of
from assurance.kernel.events import Actor
from assurance.kernel.money import Money, from_minor, rounded
from claims import services as claims
from claims.models import Claim
from coupons import queries as coupons
from coupons.models import Coupon
from logistics import queries as logistics
from logistics import rules as logistics_rules
from orders.models import Order, Refund
from orders.rules import lifecycle
from orders.rules.terms import DispatchTerms
from orders.services import (
    amendment,
    bank,
    closing,
    contract,
    dispatch,
    messages,
    payment,
    production,
    receipt,
    refunds,
    reviews,
    start,
)
from sellers import queries as sellers
from sellers.models import Product

METHODS = ("visa", "mastercard", "paypal", "apple_pay", "google_pay", "e_checking", "visa", "paypal")
# Empty: as the way in which it starts says.
SOURCES = ("", "search", "", "campaign", "search")
_HOURS = (0, 1, 2, 6, 7, 8, 9, 10, 11, 13, 15, 17, 18, 19, 20, 21)


class Deal:
    """An order of a buyer with a seller, from its start on. `number` makes everything about it repeatable."""

    def __init__(
        self,
        stage: Stage,
        number: int,
        buyer: User,
        seller: str,
        at: datetime,
        *,
        kind: str = "rts",
        size: float = 0,
        guaranteed: bool = True,
        mode: str = "",
        method: str = "",
        store: bool = False,
    ) -> None:
        self.stage = stage
        self.number = number
        self.buyer = buyer
        self.seller = seller
        self.at = at
        self.chance = random.Random(f"{SEED}:{number}")  # noqa: S311
        self.items = self._choose(kind, size or self.chance.choice((1, 1, 1.5, 2, 2, 3, 4, 6, 10)))
        self.guaranteed = guaranteed
        self.mode = mode or self.chance.choice(("express", "express", "air", ""))
        self.store = store
        self.method = method or self.chance.choice(METHODS)
        self.order_id = 0
        self.reference = ""
        self.parcels: list[tuple[str, str]] = []
        self.arrives: datetime | None = None

    # When -------------------------------------------------------------------------------------------

    def later(self, hours: float = 0, minutes: float = 0) -> datetime:
        """So much later."""
        self.at += timedelta(hours=hours, minutes=minutes or self.chance.randint(4, 40))
        return self.at

    def on(self, days: int, hour: int | None = None) -> datetime:
        """At some hour, or a given one, so many days later."""
        self._reach(start_of(plus(day_of(self.at), days)), hour)
        return self.at

    def due(self, days: int, hour: int | None = None) -> datetime:
        """So many days after the day by which the order is to be dispatched; before it if negative."""
        self._reach(start_of(plus(self._day("dispatch_due"), days)), hour)
        return self.at

    def promised(self, days: int, hour: int | None = None) -> datetime:
        """So many days after the promised delivery day."""
        self._reach(start_of(plus(self.promise, days)), hour)
        return self.at

    @property
    def promise(self) -> date:
        return self._day("promise")

    def arrival(self, days: int) -> datetime:
        """So many days after the carrier brings the last parcel."""
        if self.arrives is None:
            raise ValueError(f"deal {self.number} has no parcel that arrives")
        self._reach(start_of(plus(day_of(self.arrives), days)), None)
        return self.at

    def _reach(self, midnight: datetime, hour: int | None) -> None:
        """An hour of that day, but never before the act just done."""
        chosen = self.chance.choice(_HOURS) if hour is None else hour
        minutes = self.chance.randint(0, 59) if hour is None else 0
        self.at = max(midnight + timedelta(hours=chosen, minutes=minutes), self.at + timedelta(minutes=3))

    def _day(self, column: str) -> date:
        """The order's `dispatch_due` or `promise`; ValueError where the plot asks for it too early."""
        day = Order.objects.values_list(column, flat=True).get(pk=self.order_id)
        if day is None:
            raise ValueError(f"deal {self.number} has no {column}")
        return day

    # Who and what -----------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        return Order.objects.select_related("line").get(pk=self.order_id)

    @property
    def coupon(self) -> Coupon:
        """What an approved claim on this order brought the buyer."""
        return Coupon.objects.get(from_order_id=self.order_id)

    @property
    def refund(self) -> Refund:
        return Refund.objects.filter(order_id=self.order_id).latest("id")

    @property
    def _claim_id(self) -> int:
        return Claim.objects.values_list("pk", flat=True).get(order_id=self.order_id)

    @property
    def as_buyer(self) -> Actor:
        return Actor("buyer", self.buyer.pk)

    @property
    def as_seller(self) -> Actor:
        return Actor("seller", self.stage.cast.staff[self.seller].pk)

    @property
    def as_ops(self) -> Actor:
        return Actor("ops", self.stage.cast.ops.pk)

    @property
    def dispatch_days(self) -> int:
        return max(product.dispatch_days for product, _quantity in self.items)

    def _choose(self, kind: str, size: float) -> list[tuple[Product, int]]:
        """One product, sometimes two; goods made to order are ordered alone."""
        goods = [g for g in self.stage.catalogue[self.seller] if g.product.rts == (kind == "rts")]
        chosen = self.chance.sample(goods, 2 if kind == "rts" and self.chance.random() < 0.2 else 1)
        return [(good.product, _packed(good.least * size)) for good in chosen]

    def _draft(self, *, initial: bool = False) -> start.Draft:
        offer = self._line()
        shipping = offer.cost if offer else Money(0, "USD")
        first = None
        if initial:
            goods = sum(sellers.unit_price(product, quantity) * quantity for product, quantity in self.items)
            first = rounded((from_minor(goods) + shipping).amount * 30 / 100, "USD")
        return start.Draft(
            source=SOURCES[self.number % len(SOURCES)],
            items={product.pk: quantity for product, quantity in self.items},
            line_id=offer.line_id if offer else None,
            destination=str(self.buyer.country),
            address=self.stage.cast.addresses[self.buyer.pk],
            shipping=shipping,
            initial=first,
        )

    def _with_store_coupon(self, draft: start.Draft) -> start.Draft:
        """The order as asked for, with the supplier's best store coupon if this buyer looks for one."""
        if not self.store:
            return draft
        goods = sum(sellers.unit_price(product, quantity) * quantity for product, quantity in self.items)
        best = coupons.store_offers(self.items[0][0].seller_id, from_minor(goods), self.at)[:1]
        chosen = best[0].coupon.pk if best and best[0].off.amount else None
        return replace(draft, store_coupon_id=chosen)

    def _line(self) -> logistics_rules.Offer | None:
        """The line that a buyer chooses: preselected among those wanted; none for goods made to order."""
        if not self.items[0][0].rts:
            return None
        offers = logistics.offers(self.items, str(self.buyer.country), at=self.at)
        wanted = [offer for offer in offers if offer.guaranteed or not self.guaranteed]
        by_mode = [offer for offer in wanted if offer.mode == self.mode]
        return logistics_rules.preselected(by_mode or wanted or offers)

    # Making the contract ------------------------------------------------------------------------------

    def start(self) -> None:
        order = start.by_buyer(
            buyer_id=self.buyer.pk,
            draft=self._with_store_coupon(self._draft()),
            at=self.at,
            actor=self.as_buyer,
            request_key=self.key,
        )
        self.order_id = order.pk

    def draft(self, *, send: bool = True, initial: bool = False) -> None:
        order = start.by_seller(
            seller_id=self.stage.cast.sellers[self.seller].pk,
            buyer_id=self.buyer.pk,
            draft=self._draft(initial=initial),
            at=self.at,
            actor=self.as_seller,
            request_key=self.key,
            send=send,
        )
        self.order_id = order.pk

    @property
    def key(self) -> str:
        return f"demo:{self.number}"

    def change(self, *, more: int, dispatch_days: int) -> None:
        """The supplier writes the order anew: so many times the quantity, and its own dispatch days."""
        draft = self._draft()
        contract.change(
            order_id=self.order_id,
            draft=replace(
                draft,
                items={pk: quantity * more for pk, quantity in draft.items.items()},
                dispatch=DispatchTerms(days=dispatch_days),
            ),
            seen=self.order.version,
            at=self.at,
            actor=self.as_seller,
        )

    def confirm(self, by: str) -> None:
        closing.confirm(order_id=self.order_id, by=by, at=self.at, actor=self._of(by))

    def decline(self, by: str, reason: str, words: str) -> None:
        closing.decline(
            order_id=self.order_id, by=by, reason=reason, words=words, at=self.at, actor=self._of(by)
        )

    def cancel(self, by: str) -> None:
        closing.cancel(order_id=self.order_id, by=by, at=self.at, actor=self._of(by))

    def move_address(self, street: str) -> None:
        address = {**self.stage.cast.addresses[self.buyer.pk], "street": street}
        receipt.change_address(order_id=self.order_id, address=address, at=self.at, actor=self.as_buyer)

    def _of(self, side: str) -> Actor:
        return self.as_buyer if side == "buyer" else self.as_seller

    # Paying -------------------------------------------------------------------------------------------

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

    # Sending and receiving ------------------------------------------------------------------------------

    def dispatch(self, fate: str = carrier.USUAL, *, last: bool = True) -> None:
        """Hand a parcel over; what becomes of it is its fate, told by the carrier in its own time."""
        order = self.order
        firm = order.line.carrier if order.line else "DHL"
        number = f"DM{self.number:04}{len(self.parcels) + 1}{self.chance.randrange(10**6):06}{fate}"
        dispatch.dispatch(
            order_id=self.order_id, carrier=firm, number=number, last=last, at=self.at, actor=self.as_seller
        )
        self.parcels.append((firm, number))
        reports = carrier.plan(number, self.at, carrier.Journey.of(order), str(order.destination))
        if reports and reports[-1].kind == "delivered":
            self.arrives = max(reports[-1].happened_at, self.arrives or reports[-1].happened_at)
        for told in reports:
            self.stage.play(_told(told, firm, number))

    def tell_delivered(self, happened_at: datetime) -> None:
        """The carrier's message comes only now."""
        firm, number = self.parcels[-1]
        dispatch.track(carrier=firm, number=number, kind="delivered", happened_at=happened_at, at=self.at)

    def receive(self) -> None:
        """Confirm receipt, unless the goods were so long under way that it has been taken as given."""
        if not Order.objects.filter(pk=self.order_id, state=lifecycle.COMPLETED).exists():
            receipt.receive(order_id=self.order_id, at=self.at, actor=self.as_buyer)

    def extend(self, by: str) -> None:
        receipt.extend(order_id=self.order_id, by=by, at=self.at, actor=self._of(by))

    # Another day, claims, exemptions ----------------------------------------------------------------------

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

    # Refunds --------------------------------------------------------------------------------------------

    def apply_refund(self, share: int | None, reason: str) -> None:
        """Apply for so many percent of the cash paid, or for everything."""
        order = self.order
        amount = rounded(order.cash.amount * share / 100, order.currency) if share else None
        refunds.apply(order_id=self.order_id, amount=amount, reason=reason, at=self.at, actor=self.as_buyer)

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

    def write(self, side: str, words: str) -> None:
        """A message to the other side."""
        actor = self.as_buyer if side == "buyer" else self.as_seller
        token = f"demo:{self.number}:{self.at.timestamp()}"
        messages.send(order_id=self.order_id, side=side, words=words, token=token, at=self.at, actor=actor)

    def show_production(self, stage: str, words: str) -> None:
        production.show(
            order_id=self.order_id,
            stage=stage,
            words=words,
            token=f"demo:{self.number}:{stage}",
            at=self.at,
            actor=self.as_seller,
        )

    def review(self, stars: tuple[int, int, int], words: str) -> None:
        reviews.review(
            order_id=self.order_id, stars=reviews.Stars(*stars), words=words, at=self.at, actor=self.as_buyer
        )

    def reply(self, words: str) -> None:
        reviews.reply(order_id=self.order_id, words=words, at=self.at, actor=self.as_seller)

    def escalate_refund(self) -> None:
        refunds.escalate(refund_id=self.refund.pk, at=self.at, actor=self.as_buyer)

    def rule_refund(self, share: int, words: str) -> None:
        """Ops grant so many percent of what was applied for."""
        refund = self.refund
        asked = refund.amount or self.order.cash
        amount = rounded(asked.amount * share / 100, refund.currency)
        refunds.rule(refund_id=refund.pk, amount=amount, words=words, at=self.at, actor=self.as_ops)


def _told(report: carrier.Report, firm: str, number: str) -> Story:
    yield report.happened_at
    carrier.tell(report, carrier=firm, number=number, at=report.happened_at)


def _packed(quantity: float) -> int:
    """Whole tens, as goods are packed; small numbers as they are."""
    return int(-(-quantity // 10) * 10) if quantity > 20 else int(-(-quantity // 1))
