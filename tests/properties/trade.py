"""How an order begins, is paid for, and goes its way."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from assurance.kernel.days import day_of
from assurance.kernel.money import Money, from_minor
from assurance.kernel.uploads import PDF, Upload
from coupons.models import Coupon
from orders.models import BankLine, Order, Payment, Return
from orders.queries.facts import funds as funds_of
from orders.rules import lifecycle
from orders.rules.bank.reference import reference_of
from orders.rules.terms import DispatchTerms
from orders.services import (
    amendment,
    bank,
    closing,
    dispatch,
    intake,
    payment,
    receipt,
    returns,
    start,
    statements,
)
from orders.services.start import Draft
from tests.orders.bank.writing import Paid, mt940
from tests.properties.base import Base, Sent, any_one, has_orders, some

RATES = {"USD": Decimal(1), "EUR": Decimal("1.17350000"), "JPY": Decimal("0.00912345")}


class Trade(Base):
    @rule(
        n=any_one,
        quantity=st.sampled_from([1, 2, 7, 40]),
        currency=st.sampled_from(["USD", "USD", "EUR", "JPY"]),
        initial=st.sampled_from([None, None, 30, 100]),
        after=st.sampled_from(["full", "initial"]),
        discount=st.sampled_from([0, 0, 10]),
        by_seller=st.booleans(),
    )
    def starts(
        self,
        n: int,
        quantity: int,
        currency: str,
        initial: int | None,
        after: str,
        discount: int,
        by_seller: bool,
    ) -> None:
        product = self.goods[n % len(self.goods)]
        usd = from_minor(product.tiers.get().price_minor * quantity).amount
        worth = int(usd / RATES[currency])
        draft = Draft(
            {product.pk: quantity},
            self.way.pk,
            "US",
            shipping=Money(3, currency),
            discount=Money(worth * discount // 100, currency),
            initial=Money(worth * initial // 100, currency) if initial else None,
            dispatch=DispatchTerms(days=product.dispatch_days, after=after),
            currency=currency,
            usd_rate=RATES[currency],
        )
        buyer = self.buyers[n % 2].pk
        if by_seller:
            self.act(start.by_seller, seller_id=product.seller_id, buyer_id=buyer, draft=draft)
        else:
            self.act(start.by_buyer, buyer_id=buyer, draft=draft)

    @precondition(has_orders)
    @rule(n=any_one, by=st.sampled_from(["supplier", "buyer"]))
    def confirms(self, n: int, by: str) -> None:
        self.act(closing.confirm, order_id=self.order(n).pk, by=by)

    @precondition(has_orders)
    @rule(n=any_one, reason=st.sampled_from(["terms", "refusal"]), cancel=st.booleans())
    def says_no(self, n: int, reason: str, cancel: bool) -> None:
        if cancel and n % 3 == 0:
            self.act(closing.cancel, order_id=self.order(n).pk, by="buyer")
        elif n % 3 == 1:
            self.act(closing.decline, order_id=self.order(n).pk, reason=reason)

    @precondition(has_orders)
    @rule(n=any_one, steps=st.integers(1, 3), with_coupon=st.booleans())
    def goes_on(self, n: int, steps: int, with_coupon: bool) -> None:
        """What the order waits for happens: most of life."""
        for _step in range(steps):
            order = self.order(n)
            if order.state in (lifecycle.AWAITING_SUPPLIER, lifecycle.AWAITING_BUYER):
                self.confirms(n, "supplier" if order.state == lifecycle.AWAITING_SUPPLIER else "buyer")
            elif order.state in (lifecycle.AWAITING_DISPATCH, lifecycle.PARTLY_DISPATCHED):
                self.dispatches(n, last=True)
            elif order.state == lifecycle.AWAITING_RECEIPT:
                self.receives_or_extends(n, None)
            else:
                self.pays(n, "visa", None, with_coupon, ("succeeded",))

    @precondition(lambda self: Coupon.objects.filter(state="active").exists())
    @rule(n=any_one, quantity=st.sampled_from([1, 3, 40]), steps=st.integers(0, 2), refund=st.booleans())
    def a_coupon_is_spent_elsewhere(self, n: int, quantity: int, steps: int, refund: bool) -> None:
        owner = self.one(Coupon, n).owner_id
        draft = Draft({self.goods[n % 2 + 3 * (n % 4 // 2)].pk: quantity}, self.way.pk, "US")
        if self.act(start.by_buyer, buyer_id=owner, draft=draft):
            self.pays(0, "visa", None, True, ("succeeded",))
            self.goes_on(0, steps, with_coupon=False)
            if refund and n % 2:
                self.refund_of_what_a_coupon_paid(n)

    # Money comes

    @precondition(has_orders)
    @rule(
        n=any_one,
        method=st.sampled_from(["visa", "paypal", "boleto"]),
        part=some,
        with_coupon=st.booleans(),
        outcomes=st.sampled_from(
            [
                ("succeeded",),
                ("succeeded",),
                ("succeeded", "succeeded"),
                ("pending", "succeeded"),
                ("failed",),
                (),
            ]
        ),
    )
    def pays(
        self, n: int, method: str, part: int | None, with_coupon: bool, outcomes: tuple[str, ...]
    ) -> None:
        attempt = self.tries(n, method, part, with_coupon)
        for outcome in outcomes if attempt else ():
            self.act(payment.settle, reference=attempt.reference, outcome=outcome)

    def tries(self, n: int, method: str, part: int | None, with_coupon: bool) -> Payment | None:
        order = self.order(n)
        coupon = self.coupon_for(order, n) if with_coupon else None
        amount = None if part is None else self.share(lifecycle.due_now(funds_of(order)), part)
        attempt: Payment | None = self.act(
            payment.start,
            order_id=order.pk,
            method=method,
            amount=amount,
            coupon_id=coupon.pk if coupon else None,
        )
        return attempt

    @precondition(has_orders)
    @rule(n=any_one)
    def a_coupon_is_taken_off(self, n: int) -> None:
        reserved = Coupon.objects.filter(state="reserved").order_by("-id").first()
        order_id = reserved.reserved_order_id if reserved is not None and n % 4 else self.order(n).pk
        self.act(payment.take_off_coupon, order_id=order_id)

    def coupon_for(self, order: Order, n: int) -> Coupon | None:
        """Mostly one of the buyer's that can be used, else any."""
        usable = Coupon.objects.filter(owner_id=order.buyer_id, state="active").order_by("-id").first()
        found: Coupon | None = self.one(Coupon, n) if n % 5 == 0 else usable
        return found

    @precondition(has_orders)
    @rule(n=any_one, outcome=st.sampled_from(["succeeded", "failed", "pending"]))
    def gateway_tells_again(self, n: int, outcome: str) -> None:
        """Repeated, late, out of order, for an order that has closed."""
        attempt = self.one(Payment, n)
        if attempt and attempt.method != "tt":
            self.act(payment.settle, reference=attempt.reference, outcome=outcome)

    @precondition(has_orders)
    @rule(n=any_one, part=some, with_coupon=st.booleans(), associate=st.booleans())
    def transfers(self, n: int, part: int | None, with_coupon: bool, associate: bool) -> None:
        if with_coupon:
            self.tries(n, "tt", None, True)
        order = self.order(n)
        amount = self.share(lifecycle.due_now(funds_of(order)), part or 100)
        if amount.amount > 0:
            self.taken += 1
            self.act(bank.arrive, order_id=order.pk, amount=amount, bank_reference=f"line-{self.taken}")
        if associate:
            self.act(bank.associate, order_id=order.pk)

    @precondition(has_orders)
    @rule(n=any_one, do=st.sampled_from([bank.associate, bank.accept_short, bank.ask_for_rest]))
    def seller_handles_money(self, n: int, do: Callable[..., Any]) -> None:
        self.act(do, order_id=self.order(n).pk)

    @precondition(lambda self: Return.objects.exists() or BankLine.objects.exists())
    @rule(n=any_one, do=st.sampled_from(["send back", "set aside", "assign"]))
    def finance_works(self, n: int, do: str) -> None:
        back, line = self.one(Return, n), self.one(BankLine, n)
        if do == "send back" and back:
            self.act(returns.mark_returned, return_id=back.pk, reason="Sent")
        elif do == "set aside" and line:
            self.act(bank.set_aside, line_id=line.pk, reason="Unclear")
        elif do == "assign" and line:
            self.act(bank.assign, line_id=line.pk, number=self.order(n).number, reason="Named by the payer")

    @precondition(has_orders)
    @rule(n=any_one, part=some, with_coupon=st.booleans(), at_once=st.booleans())
    def a_statement_comes(self, n: int, part: int | None, with_coupon: bool, at_once: bool) -> None:
        """Finance asks for it to be taken in; the worker may come to it long after."""
        if with_coupon:
            self.tries(n, "tt", None, True)
        order = self.order(n)
        amount = self.share(lifecycle.due_now(funds_of(order)), part or 100)
        if order.currency != "USD" or amount.amount <= 0:
            return
        self.taken += 1
        paid = Paid(str(amount.amount), reference_of(order.number), reference=f"B{self.taken}")
        statement, _is_new = self.act(statements.upload, name="day.sta", data=mt940(paid))
        self.act(statements.take_in, statement_id=statement.pk, reason="Daily")
        if at_once:
            self.act(intake.take_due)

    # Goods go

    @precondition(has_orders)
    @rule(n=any_one, last=st.booleans(), by_proof=st.sampled_from([False, False, True]))
    def dispatches(self, n: int, last: bool, by_proof: bool = False) -> None:
        order = self.order(n)
        self.taken += 1
        number = "" if by_proof else f"parcel-{self.taken}"
        proof = [Upload("waybill.pdf", PDF, b"%%PDF-1.7 %d" % self.taken)] if by_proof else []
        parcel = self.act(
            dispatch.dispatch, order_id=order.pk, carrier="DHL", number=number, last=last, proof=proof
        )
        if parcel:
            self.sent[order.pk].append(Sent(number, self.now, parcel.pk))

    @precondition(lambda self: bool(self.sent))
    @rule(n=any_one)
    def names_an_old_parcel_the_last_one(self, n: int) -> None:
        order_id = sorted(self.sent)[n % len(self.sent)]
        numbers = [parcel.number for parcel in self.sent[order_id] if parcel.number]
        if numbers:
            self.act(dispatch.dispatch, order_id=order_id, carrier="DHL", number=numbers[0], last=True)

    @precondition(lambda self: any(not one.number for sent in self.sent.values() for one in sent))
    @rule(n=any_one)
    def a_parcel_gets_its_number(self, n: int) -> None:
        for order_id in sorted(self.sent):
            for parcel in self.sent[order_id]:
                if not parcel.number:
                    self.taken += 1
                    number = f"parcel-{self.taken}"
                    given = {"order_id": order_id, "parcel_id": parcel.id, "carrier": "DHL", "number": number}
                    if self.act(dispatch.add_number, **given):
                        parcel.number = number
                    return

    @precondition(lambda self: bool(self.sent))
    @rule(
        n=any_one,
        kind=st.sampled_from(["picked_up", "in_transit", "delivered"]),
        ago=st.sampled_from([timedelta(0), timedelta(hours=3), timedelta(days=1), timedelta(days=4)]),
    )
    def carrier_tells(self, n: int, kind: str, ago: timedelta) -> None:
        """What happened may be told days later, and out of order; before its order was made it counts for nothing."""
        parcels = [(order, sent) for order in sorted(self.sent) for sent in self.sent[order] if sent.number]
        if not parcels:
            return
        order_id, parcel = parcels[-1 - n % min(len(parcels), 6)]
        seen = self.now - ago
        told = self.act(dispatch.track, carrier="DHL", number=parcel.number, kind=kind, happened_at=seen)
        if told and seen >= Order.objects.get(pk=order_id).created_at:
            parcel.scan = min(parcel.scan or seen, seen)

    @precondition(has_orders)
    @rule(n=any_one, by=st.sampled_from(["buyer", "supplier", None]))
    def receives_or_extends(self, n: int, by: str | None) -> None:
        if by is None:
            self.act(receipt.receive, order_id=self.order(n).pk)
        else:
            self.act(receipt.extend, order_id=self.order(n).pk, by=by)

    @precondition(has_orders)
    @rule(n=any_one, days=st.integers(0, 12), answer=st.sampled_from([None, "accept", "accept", "refuse"]))
    def another_day(self, n: int, days: int, answer: str | None) -> None:
        order = self.order(n)
        day = day_of(self.now) + timedelta(days=days)
        self.act(amendment.propose, order_id=order.pk, day=day, reason="Kiln")
        if answer:
            self.act(getattr(amendment, answer), order_id=order.pk)

    @precondition(has_orders)
    @rule(n=any_one)
    def address_changes(self, n: int) -> None:
        if n % 4 == 0:
            self.act(receipt.change_address, order_id=self.order(n).pk)
