"""Counting money toward an order, whichever way it came (PAY-2, PAY-3). On a locked order."""

from datetime import datetime

from assurance.kernel.days import day_of, plus
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import USD, Money, to_minor, to_text
from assurance.kernel.queries import rates_at
from assurance.ledger import services as ledger
from assurance.ledger.services import Holder
from coupons import services as coupons
from coupons.models import Coupon
from logistics import rules as logistics_rules
from orders.models import BankLine, Export, Order, Return
from orders.queries.facts import carries_delivery, funds, in_force_for, policy_of, terms_of
from orders.rules import lifecycle, terms
from orders.services import book, release
from sellers import queries as sellers
from sellers.services import funds as funds_of_sellers
from sellers.services import membership


def count(
    order: Order,
    *,
    cash: Money,
    fee: Money,
    coupon: tuple[Coupon, Money, Money] | None,
    source: Holder,
    reference: str,
    rule: str,
    at: datetime,
    actor: Actor = PLATFORM,
) -> Money:
    """Count money that has arrived; returns what was beyond the contract and is marked for return, with its fee.

    `coupon` is a locked coupon with what it pays in the order's currency and in USD. The buyer's and the
    platform's amounts are one transfer, so the seller never has one without the other (PAY-3).
    """
    part = coupon[1] if coupon else order.total * 0
    used = coupon[2] if coupon else None
    counted, excess = lifecycle.counted(cash, coupon=part, outstanding=funds(order).outstanding)
    kept = terms.fee_of_part(fee, cash=cash, part=counted)
    going_back = excess + fee - kept
    legs = [
        (source, -(cash + fee)),
        (ledger.held(order.pk), counted + part),
        (ledger.METHOD_FEE, kept),
        (ledger.RETURNS, going_back),
    ]
    if order.received_at is not None:  # what counts is released at once
        funds_of_sellers.lock(order.seller_id, *coupons.bearers(order.pk))
    if coupon and used is not None:
        legs += [(ledger.COUPONS, -used), *ledger.exchanged(used, part)]
        coupons.redeem(coupon=coupon[0], order_id=order.pk, used=used, at=at, actor=actor)
    ledger.post(what="payment", rule=rule, cause=("order", order.pk), at=at, reference=reference, legs=legs)
    if going_back.amount:
        _to_send_back(order, going_back, source, reference, "PAY-2", at)
    order.cash += counted
    order.coupon_part += part
    order.method_fee += kept
    money_counted(order, at)
    said = {"cash": to_text(counted), "coupon": to_text(part), "fee": to_text(kept)}
    book.record(order, "paid", at=at, actor=actor, rules=(rule,), **said)
    book.tell_seller(order, "order_paid", at, amount=str((counted + part).amount), currency=order.currency)
    return going_back


def to_be_returned(
    order: Order | None,
    *,
    money: Money,
    source: Holder,
    reference: str,
    rule: str,
    at: datetime,
    line: BankLine | None = None,
) -> None:
    """Money that does not count (the order is closed, the attempt was replaced, nobody knows what a bank

    line is for) waits to go back.
    """
    ledger.post(
        what="to_return",
        rule=rule,
        cause=("order", order.pk) if order else ("bank_line", line.pk if line else 0),
        at=at,
        reference=reference,
        legs=[(source, -money), (ledger.RETURNS, money)],
    )
    _to_send_back(order, money, source, reference, rule, at, line)
    if order is not None:
        book.record(order, "money_to_return", at=at, rules=(rule,), amount=to_text(money))


def _to_send_back(
    order: Order | None,
    money: Money,
    source: Holder,
    reference: str,
    rule: str,
    at: datetime,
    line: BankLine | None = None,
) -> None:
    """One row of finance's list, for what the transfer of this reference set aside."""
    Return.objects.create(
        order=order,
        bank_line=line,
        channel=source.kind,
        rule=rule,
        currency=money.currency.code,
        amount_minor=to_minor(money),
        since=at,
        reference=reference,
    )


def money_counted(order: Order, at: datetime) -> None:
    """What follows from the money now on an order: effectiveness, triggers, state, release. Saves."""
    is_first = order.effective_at is None
    if is_first:
        _make_effective(order, at)
    now = funds(order)
    if now.initial_met and order.initial_met_at is None:
        order.initial_met_at = at
    if now.full and order.full_met_at is None:
        order.full_met_at = at
    _start_clock(order, at)
    state = lifecycle.paid_state(
        now,
        submitted=order.submitted_at is not None,
        any_parcel=order.any_parcel,
        received=order.received_at is not None,
    )
    book.move(order, state, at)
    if order.received_at is not None:
        release.release(order, at)
    if not now.full:
        coupons.keep(order_id=order.pk)
    elif order.discount_since is not None and coupons.release(order_id=order.pk, at=at):
        order.discount_since = None
    book.settle(order, at, effective_now=is_first)


def _make_effective(order: Order, at: datetime) -> None:
    """The first money: rates, policy and coverage are pinned (MON-2, POL-1, UPG-2); the seller's quiet days

    start anew.
    """
    order.effective_at = at
    _pin_rates(order, at)
    order.policy = in_force_for(order, at)
    order.covered = sellers.is_member(order.seller_id, at)
    membership.contract_effective(seller=order.seller, at=at)
    _judge_delivery(order, at)


def _pin_rates(order: Order, at: datetime) -> None:
    """The rates of the day (MON-2), that of the RMB cap only where it is one (ORD-5).

    A currency that has none today keeps the rate that the order was written with.
    """
    needed = [] if order.currency == USD else [order.currency]
    if order.export == Export.AGENCY:
        needed.append("CNY")
    if needed:
        found = rates_at(at, needed)
        order.usd_rate = found.get(order.currency, order.usd_rate)
        order.cny_rate = found.get("CNY", order.cny_rate)


def _start_clock(order: Order, at: datetime) -> None:
    """DSP-2: the deadline, and with it the promise (DLV-2), are pinned when the trigger is wholly met."""
    started = terms.clock_start(
        terms_of(order), initial_met_at=order.initial_met_at, full_met_at=order.full_met_at
    )
    if started is None or order.clock_started_at is not None:
        return
    order.clock_started_at = started
    if order.dispatch_day is None:  # a fixed day is due from the making, and may have been moved since
        order.dispatch_due = order.first_due = terms.dispatch_due(terms_of(order), started)
    _judge_delivery(order, started)


def _judge_delivery(order: Order, at: datetime) -> None:
    """DLV-1 as it stands if the clock starts now; judged for good when it does.

    The 45 days are judged on the first dispatch day: a day agreed later does not count (DSP-6).
    """
    due = order.dispatch_due or plus(day_of(at), order.dispatch_days or 0)
    way = logistics_rules.Transit(
        order.transit_min, order.transit_max, order.handling_days, order.line_guaranteed
    )
    promise = logistics_rules.promised_day(due, way)
    first_promise = logistics_rules.promised_day(order.first_due or due, way)
    order.can_deliver = carries_delivery(order) and logistics_rules.within_limit(
        first_promise, clock_start=day_of(at), policy=policy_of(order, at)
    )
    order.promise = promise if order.can_deliver and order.dispatch_due else None
