"""From rows to the facts that rules take, with what the clock alone has done since (TIM-3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from assurance.kernel.models import PolicyVersion
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.kernel.rules import rule
from logistics.models import Parcel
from logistics.rules import Transit, promised_day
from orders.models import Export, Order
from orders.rules import guarantees, lifecycle, terms
from orders.rules.guarantees import Facts, ParcelFacts
from orders.rules.lifecycle import Funds

Parcels = Iterable[Parcel]


@rule("POL-1", traced=False)
def policy_of(order: Order, at: datetime) -> Policy:
    """The version pinned on the order, or the one in force while its contract is not yet effective (POL-1)."""
    return (order.policy or in_force_for(order, at)).policy


def in_force_for(order: Order, at: datetime) -> PolicyVersion:
    """The version in force, kept with the row: an act asks for it several times, and it serves since its start."""
    kept: list[tuple[datetime, PolicyVersion]] = order.__dict__.get("in_force", [])
    found = next((version for until, version in kept if version.starts_at <= at <= until), None)
    if found is None:
        found = policy_at(at)
        _keep(order, at, found)
    return found


def keep_versions(order: Order, at: datetime, versions: Collection[PolicyVersion]) -> None:
    """Keep with the row which version is in force and which was when its state began: lists read them once."""
    for instant in (at, order.state_since):
        version = max((v for v in versions if v.starts_at <= instant), key=lambda v: v.starts_at)
        _keep(order, instant, version)


def _keep(order: Order, at: datetime, version: PolicyVersion) -> None:
    order.__dict__.setdefault("in_force", []).append((at, version))


def parcels_of(order_id: int) -> list[Parcel]:
    return list(Parcel.objects.filter(order_id=order_id).order_by("id"))


def funds(order: Order) -> Funds:
    return Funds(
        total=order.total,
        initial=order.initial,
        paid=order.cash + order.coupon_part,
        short_accepted=order.short_accepted_at is not None,
        rest_asked=order.rest_asked_at is not None,
    )


def balance_of(order: Order) -> Money:
    """What is agreed beside the initial payment; nothing where all is paid at once (PAY-1)."""
    return order.total - order.initial if order.initial_minor is not None else order.total * 0


def carries_delivery(order: Order) -> bool:
    """DLV-1 of an effective order, but for the 45 days of LOG-5, which are judged when the clock starts."""
    return guarantees.carries_delivery(
        covered=order.covered,
        all_rts=order.rts,
        line_guaranteed=order.line_guaranteed,
        seller_drafted=order.drafted_by == "seller",
        self_export=order.export == Export.SELF,
    )


def terms_of(order: Order) -> terms.DispatchTerms:
    return terms.DispatchTerms(days=order.dispatch_days, after=order.dispatch_after, day=order.dispatch_day)


@dataclass(frozen=True)
class Elapsed:
    """An order's state once the clock is taken into account, though no job may have run yet; when it closes next."""

    state: str
    closed_because: str
    closed_at: datetime | None
    received_at: datetime | None
    closes_at: datetime | None = None


@rule("ORD-3", "POL-1", "TIM-3", traced=False)
def left_alone(order: Order, at: datetime) -> tuple[datetime, str] | None:
    """When an order left alone closes, and why; none if its state never does.

    By the figures in force when that state began: neither a later version nor the hour of a job decides it.
    """
    if order.state not in lifecycle.LEFT_ALONE:
        return None
    in_force_for(order, at)  # serves for that instant too, unless a version has begun in between
    policy = in_force_for(order, order.state_since).policy
    return lifecycle.closes_at(
        order.state, order.state_since, discount_since=order.discount_since, policy=policy
    )


def elapsed(order: Order, at: datetime) -> Elapsed:
    """What ORD-3 and ORD-8 have made of an order by now."""
    limit = left_alone(order, at)
    if limit is not None and limit[0] <= at:
        return Elapsed(lifecycle.CLOSED, limit[1], limit[0], None)
    if order.state == lifecycle.AWAITING_RECEIPT and order.receipt_due_at and order.receipt_due_at <= at:
        return Elapsed(lifecycle.COMPLETED, "", None, order.receipt_due_at)
    closes_at = limit[0] if limit else None
    return Elapsed(order.state, order.closed_because, order.closed_at, order.received_at, closes_at)


def facts(order: Order, parcels: Parcels, at: datetime) -> Facts:
    """An order's facts as of an instant; `parcels` are its rows, so that lists can prefetch them."""
    policy = policy_of(order, at)
    now = elapsed(order, at)
    return Facts(
        covered=order.covered,
        can_deliver=order.can_deliver,
        clock_started_at=order.clock_started_at,
        dispatch_due=order.dispatch_due,
        promise=order.promise,
        parcels=tuple(ParcelFacts(p.submitted_at, p.first_scan_at, p.delivered_at) for p in parcels),
        submitted_at=order.submitted_at,
        received_at=now.received_at,
        confirmed_at=order.confirmed_at,
        address_changed_at=order.address_changed_at,
        exempted_at=order.exempted_at,
        platform_bears=order.platform_bears,
        claimed=order.claimed_at is not None,
        refunded_at=order.refunded_at,
        closed_at=now.closed_at,
        policy=policy,
    )


def promise_after(order: Order, due: date) -> date:
    """The delivery day that follows from a dispatch day on the order's line (LOG-4)."""
    way = Transit(order.transit_min, order.transit_max, order.handling_days, order.line_guaranteed)
    return promised_day(due, way)


def nominal_fee(order: Order) -> Money:
    """The transaction fee on the contract total (ORD-5), before what is left to release limits it."""
    return terms.service_fee(
        order.total,
        export=order.export,
        platform_line=order.platform_line,
        usd_rate=order.usd_rate,
        cny_rate=order.cny_rate,
    )


def held(order: Order) -> Money:
    """The money that the platform still holds for the order."""
    kept = order.cash_minor + order.coupon_minor - order.refunded_minor - order.coupon_returned_minor
    return (
        from_minor(kept - order.released_minor, order.currency)
        if kept > order.released_minor
        else order.total * 0
    )


def fee(order: Order, at: datetime | None = None) -> Money:
    """The fee as it stands: what is taken, and what will be of the money still to be released (ORD-5).

    With `at`, an order that the clock has closed since its last act counts as closed.
    """
    is_closed = order.closed_at is not None
    if at is not None and not is_closed:
        is_closed = elapsed(order, at).closed_at is not None
    if is_closed:
        return order.total * 0
    to_come = terms.fee_due(
        nominal_fee(order) - order.fee_taken,
        left=funds(order).outstanding + held(order),
        fully_refunded=order.refunded_at is not None,
    )
    return order.fee_taken + to_come


@dataclass(frozen=True)
class View:
    """Everything that a page, the API and a scenario show of an order's promises at one instant."""

    state: str
    closed_because: str
    closes_at: datetime | None
    covered: bool
    overdue: bool
    overdue_since: datetime | None
    dispatch_due: date | None
    promise: date | None
    dispatched_at: datetime | None
    delivered_at: datetime | None
    received_at: datetime | None
    dispatch: str
    delivery: str
    entrance: bool
    entrance_closes: date | None
    dispatch_entrance: bool
    delivery_entrance: bool
    facts: Facts


SHOWS_PROMISE = frozenset({guarantees.PENDING, guarantees.ACTIVE, guarantees.KEPT, guarantees.LATE})


def view(order: Order, parcels: Parcels, at: datetime) -> View:
    """The order's promises as of an instant."""
    known = facts(order, parcels, at)
    now = elapsed(order, at)
    dispatch = guarantees.dispatch_state(known, at)
    delivery = guarantees.delivery_state(known, at)
    is_open, closes = guarantees.entrance(known, at)
    overdue = dispatch == guarantees.LATE
    return View(
        state=now.state,
        closed_because=now.closed_because,
        closes_at=now.closes_at,
        covered=order.covered,
        overdue=overdue,
        overdue_since=known.deadline if overdue else None,
        dispatch_due=order.dispatch_due,
        promise=order.promise if delivery in SHOWS_PROMISE else None,
        dispatched_at=guarantees.dispatched_at(known, at),
        delivered_at=guarantees.delivered_at(known, at),
        received_at=now.received_at,
        dispatch=dispatch,
        delivery=delivery,
        entrance=is_open,
        entrance_closes=closes,
        dispatch_entrance=guarantees.dispatch_entrance(known, at)[0],
        delivery_entrance=guarantees.delivery_entrance(known, at)[0],
        facts=known,
    )
