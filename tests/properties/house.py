"""Two suppliers, two buyers, the platform's staff and the clock, each doing whatever they like.

A step is one act through the services. What the rulebook says of who bears a coupon is judged here once more, from
the machine's own notes of what was submitted and scanned.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assurance.kernel import clock
from assurance.kernel.days import day_of, end_of
from assurance.kernel.money import Money, from_minor, to_minor
from assurance.kernel.rules import RuleViolation
from assurance.schedule import run_all
from claims import services as claims
from claims.models import Claim
from coupons.models import Coupon
from orders.models import BankLine, Guarantee, Order, Payment, Refund, Return
from orders.queries.facts import funds as funds_of
from orders.queries.facts import parcels_of, view
from orders.rules import lifecycle
from orders.rules.terms import DispatchTerms
from orders.services import amendment, bank, closing, dispatch, payment, receipt, refunds, returns, start
from orders.services.start import Draft
from sellers.services import funds
from tests import factories as make
from tests.properties import books

RATES = {"USD": Decimal(1), "EUR": Decimal("1.17350000"), "JPY": Decimal("0.00912345")}
PASSES = [
    timedelta(minutes=7),
    timedelta(hours=9),
    *(timedelta(days=n) for n in (1, 1, 2, 3, 5, 8, 16, 31, 61)),
]
VERIFIED = timedelta(hours=48)

any_one = st.integers(0, 10**6)
some = st.sampled_from([None, 1, 10, 35, 50, 100, 130])  # percent; none is everything


@dataclass
class Sent:
    """A parcel as the machine remembers it."""

    number: str
    submitted: datetime
    scan: datetime | None = None


class House(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = make.NOW.astimezone(UTC)
        self.jobs_on = False
        self.sent: dict[int, list[Sent]] = defaultdict(list)
        self.taken = 0
        self.people()
        self.print = books.fingerprint()

    def people(self) -> None:
        self.way = make.line()
        self.buyers = [make.person("alice"), make.person("bob")]
        self.sellers = [make.seller(staff=make.person("ming")), make.seller("Fangda")]
        self.goods = [
            make.product(of, price=price, rts=rts, ships_by=make.template(of, self.way), dispatch_days=days)
            for of in self.sellers
            for price, rts, days in ((193, True, 1), (4_999, True, 3), (12_345, False, 2))
        ]

    @initialize(kinds=st.lists(st.integers(0, 17), min_size=3, max_size=6), claimed=st.integers(0, 4))
    def some_trade(self, kinds: list[int], claimed: int) -> None:
        """Nobody comes into an empty house: a few orders are paid and late, and claims have been approved."""
        for n in kinds:
            self.starts(n, 7, ["USD", "EUR", "JPY"][n % 3], None, "full", 0, by_seller=False)
            self.goes_on(0, steps=1 if self.goods[n % 6].rts else 2, with_coupon=False)
        self.now += timedelta(days=5)
        for _ in range(claimed):
            self.claims_something(0, "dispatch", approve=True)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def act(self, do: Callable[..., Any], **given: Any) -> Any:
        """Do it now; none if it was refused, which changes nothing."""
        try:
            with clock.frozen(self.now):
                done = do(at=self.now, **given)
        except RuleViolation as violation:
            assert books.fingerprint() == self.print, (
                f"refused {violation.rule_id}, and something has changed"
            )
            return None
        books.commit()
        self.print = books.fingerprint()
        return done

    def one(self, model: Any, n: int) -> Any:
        """Any row, mostly one of the last."""
        found = model.objects.order_by("-id")[: 1 + n % 7]
        return found[n % len(found)] if found else None

    def order(self, n: int) -> Order:
        found: Order = self.one(Order, n)
        return found

    def has_orders(self) -> bool:
        return Order.objects.exists()

    def has_claims(self) -> bool:
        return Claim.objects.exists()

    def has_refunds(self) -> bool:
        return Refund.objects.exists()

    # How an order begins

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

    # Goods go

    @precondition(has_orders)
    @rule(n=any_one, last=st.booleans())
    def dispatches(self, n: int, last: bool) -> None:
        order = self.order(n)
        self.taken += 1
        number = f"parcel-{self.taken}"
        if self.act(dispatch.dispatch, order_id=order.pk, carrier="DHL", number=number, last=last):
            self.sent[order.pk].append(Sent(number, self.now))

    @precondition(lambda self: bool(self.sent))
    @rule(
        n=any_one,
        kind=st.sampled_from(["picked_up", "in_transit", "delivered"]),
        ago=st.sampled_from([timedelta(0), timedelta(hours=3), timedelta(days=1), timedelta(days=4)]),
    )
    def carrier_tells(self, n: int, kind: str, ago: timedelta) -> None:
        """What happened may be told days later, and out of order."""
        parcels = [parcel for order in sorted(self.sent) for parcel in self.sent[order]]
        parcel = parcels[-1 - n % min(len(parcels), 6)]
        seen = self.now - ago
        if self.act(dispatch.track, carrier="DHL", number=parcel.number, kind=kind, happened_at=seen):
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
        for parcel in self.sent[order.pk]:
            known_by = parcel.submitted + VERIFIED
            scan = parcel.scan if parcel.scan is not None and parcel.scan <= known_by else None
            if scan is None and self.now <= known_by:
                return True
            if (scan or parcel.submitted) >= end_of(order.dispatch_due):
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

    # The clock and the jobs

    @rule(by=st.sampled_from(PASSES))
    def time_passes(self, by: timedelta) -> None:
        self.now += by
        if self.jobs_on:
            self.run_jobs()

    @rule(on=st.booleans())
    def jobs_are_switched(self, on: bool) -> None:
        self.jobs_on = on

    @rule()
    def jobs_run(self) -> None:
        self.run_jobs()

    def run_jobs(self) -> None:
        """What everybody sees is the same before and after (TIM-3), and once is as good as twice."""
        before = self.seen()
        self.act(run_all)
        assert self.seen() == before, "a job has changed what people see"
        once = self.print
        self.act(run_all)
        assert self.print == once, "jobs repeated have changed something"

    def seen(self) -> list[tuple[Any, ...]]:
        rows = []
        for order in Order.objects.order_by("id"):
            shown = view(order, parcels_of(order.pk), self.now)
            rows.append(
                (
                    order.pk,
                    shown.state,
                    shown.closed_because,
                    shown.received_at,
                    shown.dispatch,
                    shown.delivery,
                    shown.overdue_since,
                    shown.entrance,
                    shown.entrance_closes,
                )
            )
        return rows

    def share(self, of: Money, percent: int) -> Money:
        return from_minor(max(0, to_minor(of) * percent // 100), of.currency.code)

    # What holds after every step

    @invariant()
    def the_books_are_in_order(self) -> None:
        assert books.faults() == []

    @invariant()
    def lists_show_late_what_is_late(self) -> None:
        """Lists compare `Guarantee.late_at` with the clock, and never wait for a sweep."""
        late = set(Guarantee.objects.filter(late_at__lte=self.now).values_list("order_id", "kind"))
        shown = set()
        for order in Order.objects.all():
            now = view(order, parcels_of(order.pk), self.now)
            shown |= {(order.pk, kind) for kind in ("dispatch", "delivery") if getattr(now, kind) == "late"}
        assert late == shown
