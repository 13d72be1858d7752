"""What every act on an order shares: its lock, its facts, what the clock has done, its deadlines.

An act is: `elapse.locked()` → rules → change columns → `settle()`, which saves the order and makes its
deadlines and guarantee rows follow from the facts.
"""

from collections.abc import Iterable
from datetime import datetime

from assurance.kernel import deadlines, events
from assurance.kernel.days import end_of, plus, start_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.policy import Policy
from assurance.notices.services import tell
from logistics.models import Parcel
from orders.models import Guarantee, Order
from orders.queries.facts import facts, left_alone, parcels_of, policy_of
from orders.rules import amendments, guarantees, lifecycle
from sellers import queries as sellers

DISPATCH, VERIFY, DELIVERY = "dispatch", "verify", "delivery"
LEFT_ALONE, RECEIPT, PROPOSAL = "left_alone", "receipt", "proposal"
DISPATCH_NEAR = "dispatch_near"

# What is told when a guarantee is found late: (event, rule). The set-based sweep says the same.
LATE_EVENTS = {DISPATCH: ("dispatch_overdue", "DSP-4"), DELIVERY: ("delivery_late", "DLV-4")}
KEPT_EVENTS = {DISPATCH: ("dispatch_kept", "DSP-3"), DELIVERY: ("delivery_kept", "DLV-3")}


def lock(order_id: int) -> Order:
    """Lock an order's row until the transaction ends and read it afresh."""
    return Order.objects.select_for_update(of=("self",)).select_related("policy", "seller").get(pk=order_id)


def move(order: Order, state: str, at: datetime) -> None:
    """Change the state, remembering since when. What goes on is back in the lists that it was deleted from."""
    if order.state != state:
        order.state, order.state_since = state, at
        order.seller_deleted_at = order.buyer_deleted_at = None


def record(
    order: Order,
    kind: str,
    *,
    at: datetime,
    actor: Actor = PLATFORM,
    rules: tuple[str, ...] = (),
    **data: object,
) -> None:
    """One event on the order's timeline."""
    events.record("order", order.pk, kind, at=at, actor=actor, rules=rules, **data)


def tell_buyer(order: Order, kind: str, at: datetime, **data: object) -> None:
    tell(
        [order.buyer_id],
        kind,
        about="order",
        about_id=order.pk,
        at=at,
        side="buyer",
        number=order.number,
        **data,
    )


def tell_seller(order: Order, kind: str, at: datetime, **data: object) -> None:
    people = sellers.staff_ids(order.seller_id)
    tell(people, kind, about="order", about_id=order.pk, at=at, side="seller", number=order.number, **data)


def end_proposals(order: Order, at: datetime, answer: str) -> None:
    """End an open proposal of a new dispatch day: "replaced" by another, or "lapsed" by DSP-6.

    One whose day had come before has lapsed already, at its own time (TIM-3).
    """
    for proposal in order.proposals.filter(answer=""):
        over = amendments.lapses_at(proposal.day)
        if over <= at:
            answer, at = "lapsed", over
        proposal.answer, proposal.answered_at = answer, at
        proposal.save(update_fields=["answer", "answered_at"])
        if answer == "lapsed":
            record(order, "date_lapsed", at=at, rules=("DSP-6",), day=proposal.day.isoformat())
            if over <= at:
                tell_seller(order, "date_lapsed", at, day=proposal.day.isoformat())
        deadlines.put(order.pk, {PROPOSAL: None})


def opened(order: Order, policy: Policy) -> None:
    """The deadlines of an order just made: it closes when nobody goes on with it (ORD-3)."""
    limit = lifecycle.closes_at(
        order.state, order.state_since, discount_since=order.discount_since, policy=policy
    )
    deadlines.first(order.pk, {LEFT_ALONE: limit[0] if limit else None})


def settle(order: Order, at: datetime, *, effective_now: bool = False) -> None:
    """Save the order and let deadlines and guarantee rows follow from its facts.

    `effective_now`: this act made the contract effective, so there are no guarantees and no deadlines of theirs
    to look up.
    """
    parcels = parcels_of(order.pk) if order.any_parcel else []
    order.receipt_due_at = _receipt_due(order, parcels, at)
    order.save()
    known = facts(order, parcels, at)
    turns = guarantees.turns(known, at)
    states = {
        DISPATCH: guarantees.dispatch_state(known, at),
        DELIVERY: guarantees.delivery_state(known, at),
    }
    # Deadlines before guarantee rows: the order in which the sweeps lock them.
    write = deadlines.first if effective_now else deadlines.put
    write(order.pk, _wanted(order, known, turns, states, at))
    if order.effective_at is not None and order.covered:
        late_at = {DISPATCH: turns.dispatch_late, DELIVERY: turns.delivery_late}
        rows = () if effective_now else order.guarantees.select_for_update()
        _announce(order, known, {row.kind: row for row in rows}, states, late_at, at)


def _wanted(
    order: Order, known: guarantees.Facts, turns: guarantees.Turns, states: dict[str, str], at: datetime
) -> dict[str, datetime | None]:
    limit = left_alone(order, at)
    wanted = {
        LEFT_ALONE: limit[0] if limit else None,
        RECEIPT: order.receipt_due_at if order.state == lifecycle.AWAITING_RECEIPT else None,
        DISPATCH: None,
        DISPATCH_NEAR: None,
        VERIFY: None,
        DELIVERY: turns.delivery_late if states[DELIVERY] == guarantees.ACTIVE else None,
    }
    running = states[DISPATCH] in (guarantees.ACTIVE, guarantees.VERIFYING)
    if states[DISPATCH] == guarantees.ACTIVE and turns.dispatch_late == known.deadline:
        wanted[DISPATCH] = turns.dispatch_late
        if known.submitted_at is None and known.dispatch_due is not None:
            near = start_of(plus(known.dispatch_due, -1))
            wanted[DISPATCH_NEAR] = near if near > at else None
    if running:
        wanted[VERIFY] = turns.verify
    return wanted


def _receipt_due(order: Order, parcels: Iterable[Parcel], at: datetime) -> datetime | None:
    """When receipt will be taken as given if nothing more is learnt (ORD-8).

    What is learnt only now cannot have decided earlier, hence never before `at`; an unchanged day stays.
    """
    if order.submitted_at is None or order.received_at is not None or order.closed_at is not None:
        return None
    policy = policy_of(order, at)
    dispatched = lifecycle.provisional_dispatch(
        order.submitted_at, [(p.submitted_at, p.first_scan_at) for p in parcels], policy.scan_hours
    )
    extensions = int(order.buyer_extended) + int(order.supplier_extended)
    due = lifecycle.receipt_due(dispatched, mode=order.mode, extensions=extensions, policy=policy)
    return due if due == order.receipt_due_at else max(due, at)


def _announce(
    order: Order,
    known: guarantees.Facts,
    rows: dict[str, Guarantee],
    states: dict[str, str],
    late_at: dict[str, datetime | None],
    at: datetime,
) -> None:
    """Bring the guarantee rows up to the facts; what changed for people becomes an event and notices."""
    fresh = []
    for kind, state in states.items():
        row = rows.get(kind)
        shown = guarantees.ACTIVE if state == guarantees.VERIFYING else state
        if row is None:
            if state != guarantees.NONE:
                fresh.append(
                    Guarantee(
                        order=order,
                        number=order.number,
                        buyer_id=order.buyer_id,
                        seller_id=order.seller_id,
                        kind=kind,
                        state=shown,
                        late_at=late_at[kind],
                    )
                )
                _say(order, known, kind, guarantees.PENDING, shown, at)
            continue
        before = row.state
        if (before, row.late_at) != (shown, late_at[kind]):
            row.state, row.late_at = shown, late_at[kind]
            row.save(update_fields=["state", "late_at"])
            _say(order, known, kind, before, shown, at)
    if fresh:
        Guarantee.objects.bulk_create(fresh)


def _say(order: Order, known: guarantees.Facts, kind: str, before: str, now: str, at: datetime) -> None:
    if before == now:
        return
    if now == guarantees.LATE:
        event, rule = LATE_EVENTS[kind]
        since = known.deadline if kind == DISPATCH else end_of(known.promise) if known.promise else at
        record(order, event, at=since or at, rules=(rule,))
        tell_buyer(order, event, since or at)
        tell_seller(order, event, since or at)
        return
    if before == guarantees.LATE:
        record(order, f"{kind}_late_withdrawn", at=at, rules=("DSP-3",) if kind == DISPATCH else ("DLV-5",))
    if now == guarantees.KEPT:
        event, rule = KEPT_EVENTS[kind]
        when = guarantees.dispatched_at(known, at) if kind == DISPATCH else guarantees.delivered_at(known, at)
        record(order, event, at=when or at, rules=(rule,))
    elif now in (guarantees.EXEMPTED, guarantees.ENDED):
        record(order, f"{kind}_{now}", at=at, rules=("DSP-7",) if now == guarantees.EXEMPTED else ("RFD-3",))
