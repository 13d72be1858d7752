"""An application for a refund: its thread with files, its days, and what a decision would move."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from assurance.kernel.days import day_of, from_day, plus
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.ledger.models import AccountKind, Entry
from assurance.ledger.queries import balance
from orders.models import Attachment, Order, Purpose, Refund, RefundStep, Step
from orders.queries import files
from orders.queries.facts import View, held, policy_of
from orders.rules import refunds
from orders.rules.refunds import Purse, Split
from sellers import rules as seller_rules


@dataclass(frozen=True)
class Standing:
    """How an application stands at a time, whether a job has run or not (TIM-3)."""

    refund: Refund
    state: str

    @property
    def is_open(self) -> bool:
        return self.state in (refunds.NEGOTIATING, refunds.ESCALATED)

    @property
    def negotiating(self) -> bool:
        return self.state == refunds.NEGOTIATING

    @property
    def offer(self) -> Money | None:
        """What the supplier offers and the buyer may still accept."""
        return self.refund.counter if self.negotiating else None


@dataclass(frozen=True)
class Application(Standing):
    """An application with its days and its thread."""

    answer_by: date
    escalate_from: datetime
    escalates_at: datetime
    thread: list[tuple[RefundStep, list[Attachment]]]


def standing(refund: Refund, policy: Policy, at: datetime) -> Standing:
    """An application as it stands; no query."""
    return Standing(refund, refunds.state_at(refund.state, refund.opened_at, policy=policy, at=at))


def negotiated(orders: Iterable[Order], views: Mapping[int, View], at: datetime) -> dict[int, Standing]:
    """The refunds of a page of orders that no ruling is awaited on, by order id; one query where there are any."""
    asked = [order.pk for order in orders if order.disputed]
    found = Refund.objects.filter(order_id__in=asked, state=refunds.NEGOTIATING) if asked else ()
    return {refund.order_id: standing(refund, views[refund.order_id].facts.policy, at) for refund in found}


def application(refund: Refund, at: datetime, sent_with: Iterable[Attachment] | None = None) -> Application:
    """An application with its thread, the latest step first; two queries, one where the order's files are known."""
    policy = policy_of(refund.order, at)
    steps = refund.steps.select_related("by").order_by("-at", "-id")
    return Application(
        refund=refund,
        state=standing(refund, policy, at).state,
        answer_by=plus(day_of(refund.opened_at), policy.refund_answer_days),
        escalate_from=from_day(refund.opened_at, policy.refund_escalate_days),
        escalates_at=refunds.escalates_at(refund.opened_at, policy),
        thread=files.beside(refund.order_id, Purpose.EVIDENCE, steps, sent_with),
    )


def purse(order: Order) -> Purse:
    """An order's money as a refund finds it."""
    return Purse(
        cash=order.cash,
        refunded=order.refunded,
        coupon=order.coupon_part - order.coupon_returned,
        held=held(order),
        fee_taken=order.fee_taken,
        released_usd=order.released_usd,
        usd_rate=order.usd_rate,
    )


def came_by(order: Order) -> dict[AccountKind, Money]:
    """The order's cash by the way it came, less what has gone back that way: as the ledger has it, in two queries.

    A payment comes from one of them; its fee, and what was beyond the contract, are not the order's.
    """
    paid_out = [f"refund:{pk}" for pk in order.refunds.values_list("pk", flat=True)]
    moved = Entry.objects.filter(
        Q(transfer__cause="order", transfer__cause_id=order.pk, transfer__what="payment")
        | Q(transfer__reference__in=paid_out)
    )
    legs: dict[int, dict[str, int]] = defaultdict(dict)
    for transfer_id, kind, minor in moved.values_list("transfer_id", "account__kind", "amount_minor"):
        legs[transfer_id][kind] = minor
    left = dict.fromkeys((AccountKind.BANK, AccountKind.GATEWAY), 0)
    for leg in legs.values():
        for way in left.keys() & leg.keys():
            aside = leg.get(AccountKind.METHOD_FEE, 0) + leg.get(AccountKind.RETURNS, 0)
            left[way] -= leg[way] + aside
    return {way: from_minor(minor, order.currency) for way, minor in left.items()}


@dataclass(frozen=True)
class Outcome:
    """What a decision would move now: who pays, and what of it the seller's balance lacks."""

    amount: Money | None
    parts: Split
    from_balance: Money
    debt: Money


def outcome(order: Order, amount: Money | None, has: Money) -> Outcome:
    """The consequences of refunding an amount, or everything, with `has` on the seller's balance."""
    parts = refunds.split(amount, purse(order))
    owed = max(parts.usd, parts.usd * 0)
    taken = seller_rules.taken_now(owed, balance=has)
    return Outcome(amount, parts, taken, owed - taken)


def outcomes(refund: Refund) -> list[Outcome]:
    """The decisions at hand: everything, what was asked for, what the supplier last offered."""
    order = refund.order
    has = balance(AccountKind.SELLER, order.seller_id)
    offers = refund.steps.filter(kind=Step.COUNTERED).order_by("-id").values_list("amount_minor", flat=True)
    asked = {minor for minor in (refund.amount_minor, *offers[:1]) if minor is not None}
    parts = [from_minor(minor, order.currency) for minor in sorted(asked, reverse=True)]
    left = order.cash - order.refunded
    return [outcome(order, amount, has) for amount in (None, *(part for part in parts if part <= left))]
