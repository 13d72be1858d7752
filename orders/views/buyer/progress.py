"""How an order's way and its two guarantees are drawn on its page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assurance.kernel.days import day_of, end_of
from assurance.kernel.wording import MONTHS, chinese, day_text, figure, instant_text, money_text
from assurance.ui.spans import Point, Span, time_span
from assurance.ui.templatetags.trade import translated
from assurance.ui.wording import distance, last_moment
from orders.queries.quote import Promise
from orders.rules import guarantees, lifecycle, terms
from orders.views import reviews
from orders.views.buyer.standing import Standing
from orders.views.history import delivered_late
from sellers.views.wording import percent_text

CONTRACT, PAYMENT, SHIPMENT, RECEIVING, REVIEWS = range(5)
DISPATCH, DELIVERY = "dispatch", "delivery"
DRAWN = (guarantees.ACTIVE, guarantees.LATE)


@dataclass(frozen=True)
class Stop:
    label: str
    note: str
    state: str
    current: bool


@dataclass(frozen=True)
class Row:
    label: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Card:
    """One guarantee: its state or its claim's, the drawing, and what stands, follows and can be claimed."""

    kind: str
    state: str
    is_open: bool
    has_claim: bool
    rows: list[Row]
    span: Span | None = None


def route(now: Standing) -> list[Stop]:
    """Contract › Payment › Shipment › Receiving › Reviews."""
    here, is_closed = _here(now), now.view.state == lifecycle.CLOSED
    reviews_note, reviews_state = reviews.stop(now.order, now.view, now.at)
    is_late = (here == SHIPMENT and now.view.overdue) or (
        here == RECEIVING and now.view.delivery == guarantees.LATE
    )
    labels = (_("Contract"), _("Payment"), _("Shipment"), _("Receiving"), _("Reviews"))
    notes = (
        _day_of(now.order.created_at),
        _day_of(now.order.full_met_at),
        _shipment_note(now, is_late=is_late and here == SHIPMENT),
        _receiving_note(now, is_late=is_late and here == RECEIVING),
        reviews_note,
    )
    stops = []
    for i, (label, note) in enumerate(zip(labels, notes, strict=True)):
        if i == REVIEWS and reviews_state in ("done", "off"):
            stops.append(Stop(label, note, reviews_state, current=False))
            continue
        if i < here:
            state = "done"
        elif is_closed:
            state = "off"
        else:
            state = "" if i > here else "late" if is_late else "now"
        stops.append(Stop(label, note if state != "off" else "", state, i == here))
    return stops


def cards(now: Standing, promise: Promise | None) -> list[Card]:
    """The guarantees that the order carries; with a promise, those it would carry if it were paid now."""
    if promise is not None:
        return _promised(now, promise)
    found = []
    if now.view.dispatch != guarantees.NONE:
        found.append(_dispatch_card(now))
    if now.view.delivery != guarantees.NONE:
        found.append(_delivery_card(now))
    return found


def _here(now: Standing) -> int:
    order, view = now.order, now.view
    if view.state in (lifecycle.AWAITING_SUPPLIER, lifecycle.AWAITING_BUYER):
        return CONTRACT
    if order.full_met_at is None:
        return PAYMENT
    if order.submitted_at is None:
        return SHIPMENT
    return RECEIVING if view.received_at is None else REVIEWS


def _shipment_note(now: Standing, *, is_late: bool) -> str:
    deadline = now.view.facts.deadline
    if now.order.submitted_at is not None:
        return _day_of(now.view.dispatched_at or now.order.submitted_at)
    if deadline is None:
        return ""
    return distance(deadline, now.at).text if is_late else _by(now.view.dispatch_due)


def _receiving_note(now: Standing, *, is_late: bool) -> str:
    if now.view.received_at is not None:
        return _day_of(now.view.received_at)
    promise = now.view.promise
    if promise is None:
        return ""
    if not is_late:
        return _by(promise)
    return delivered_late(now.view) or distance(end_of(promise), now.at).text


def _promised(now: Standing, promise: Promise) -> list[Card]:
    if not promise.covered:
        return []
    claim = _if_late(now)
    later = now.order.initial_minor is not None and now.order.dispatch_after != terms.INITIAL
    begins = _("It starts once the balance is paid too") if later else _("It starts with your payment")
    if now.view.state == lifecycle.AWAITING_SUPPLIER:
        starts = Row(_("What happens next"), begins, _("Once the supplier has confirmed the order"))
        dispatch = Row(_("Guaranteed dispatch"), _by(now.order.dispatch_day) or _after_payment(now))
        delivery = Row(_("Guaranteed delivery"), _("set when the payment is complete"), _way(now))
    else:
        starts = Row(_("What happens next"), begins)
        today = _("Dispatch, if you pay all of it today") if later else _("Dispatch, if you pay today")
        dispatch = Row(today, _by(promise.dispatch), _after_payment(now))
        today = _("Delivery, if you pay all of it today") if later else _("Delivery, if you pay today")
        delivery = Row(today, _by(promise.delivery), _way(now))
    found = [Card(DISPATCH, guarantees.PENDING, False, False, [dispatch, claim, starts])]
    if promise.delivery is not None:
        found.append(Card(DELIVERY, guarantees.PENDING, False, False, [delivery, claim, starts]))
    return found


def _dispatch_card(now: Standing) -> Card:
    facts, state = now.view.facts, now.view.dispatch
    due = Row(
        _("Guaranteed dispatch"),
        _until(facts.deadline) if facts.deadline else _after_payment(now),
        _dispatch_terms(now),
    )
    done = Row(_("Dispatched"), instant_text(now.view.dispatched_at)) if now.view.dispatched_at else None
    return Card(
        kind=DISPATCH,
        state=_shown_state(now, DISPATCH, state),
        is_open=now.view.dispatch_entrance,
        has_claim=_claimed_for(now, DISPATCH),
        rows=[due, *_rest(now, DISPATCH, state, done, is_open=now.view.dispatch_entrance)],
        span=_dispatch_span(now) if state in DRAWN else None,
    )


def _delivery_card(now: Standing) -> Card:
    state, promise = now.view.delivery, now.order.promise
    due = Row(
        _("Guaranteed delivery"),
        _until(end_of(promise)) if promise else _("set when the payment is complete"),
        _way(now),
    )
    done = Row(_("Delivered"), instant_text(now.view.delivered_at)) if now.view.delivered_at else None
    return Card(
        kind=DELIVERY,
        state=_shown_state(now, DELIVERY, state),
        is_open=now.view.delivery_entrance,
        has_claim=_claimed_for(now, DELIVERY),
        rows=[due, *_rest(now, DELIVERY, state, done, is_open=now.view.delivery_entrance)],
        span=_delivery_span(now) if state == guarantees.LATE else None,
    )


def _claimed_for(now: Standing, kind: str) -> bool:
    return now.claim is not None and now.claim.guarantee == kind


def _shown_state(now: Standing, kind: str, state: str) -> str:
    if now.claim is not None and _claimed_for(now, kind):
        return {"in_review": "review", "approved": "issued"}.get(now.claim.state, state)
    return state


def _rest(now: Standing, kind: str, state: str, done: Row | None, *, is_open: bool) -> list[Row]:
    """The second and third facts: what can be or was claimed, and what happens next."""
    if _claimed_for(now, kind):
        return _of_claim(now)
    if is_open:
        days = now.view.facts.policy.review_days
        review = ngettext("We review within %(n)d day", "We review within %(n)d days", days) % {"n": days}
        return [_if_claimed(now), Row(_("What happens next"), review, _("The coupon is there on approval"))]
    match state:
        case guarantees.PENDING:
            return [_if_late(now), Row(_("What happens next"), _("It starts when the payment is complete"))]
        case guarantees.ACTIVE:
            return [_if_late(now), _what_is_awaited(kind)]
        case guarantees.VERIFYING:
            hours = _("within %(hours)s hours") % {"hours": now.view.facts.policy.scan_hours}
            scan = Row(_("What happens next"), _("The carrier’s first scan decides"), hours)
            return [_if_late(now), scan]
        case guarantees.KEPT:
            kept = Row(_("What happens next"), _("Nothing: the guarantee is kept"))
            return [done, kept] if done else [kept]
        case guarantees.LATE:
            return [*([done] if done else []), Row(_("Claim"), _("No longer possible"), _why_not(now))]
        case guarantees.EXEMPTED:
            return [Row(_("Why"), _("Force majeure"), _("No compensation is due"))]
        case _:
            changed = kind == DELIVERY and now.order.address_changed_at is not None
            why = _("The delivery address was changed") if changed else _("The order was closed before")
            return [Row(_("Why"), why)]


def _what_is_awaited(kind: str) -> Row:
    if kind == DISPATCH:
        return Row(
            _("What happens next"), _("The supplier hands over every parcel"), _("A part is not enough")
        )
    return Row(_("What happens next"), _("The carrier reports delivery"), _("Its own scan time counts"))


def _of_claim(now: Standing) -> list[Row]:
    claim = now.claim
    if claim is None:
        return []
    sum_ = Row(_("Your claim"), money_text(claim.amount), _made_on(claim.filed_at))
    if claim.state == "in_review":
        return [sum_, Row(_("What happens next"), _("We decide"), _until(end_of(claim.review_by)))]
    decided = _day_of(claim.decided_at)
    if claim.state == "approved":
        return [sum_, Row(_("Approved"), decided, _("The coupon is in My coupons"))]
    return [sum_, Row(_("Rejected"), decided, claim.decision_reason)]


def _made_on(at: datetime) -> str:
    return _("submitted on %(day)s") % {"day": _day_of(at)}


def _if_late(now: Standing) -> Row:
    if now.claim is not None:
        made = _("The one claim of this order has been made")
        return Row(_("If it is late"), _("Nothing more can be claimed"), made)
    text = _("You can claim %(sum)s") % {"sum": money_text(now.compensation)}
    return Row(_("If it is late"), text, _("One claim per order"))


def _if_claimed(now: Standing) -> Row:
    policy = now.view.facts.policy
    text = _("%(sum)s coupon") % {"sum": money_text(now.compensation)}
    note = _("%(percent)s%% of %(total)s, rounded up; %(days)s days") % {
        "percent": percent_text(policy.compensation_percent),
        "total": figure(now.order.total),
        "days": policy.coupon_days,
    }
    return Row(_("If you claim"), text, note)


def _why_not(now: Standing) -> str:
    if now.claim is not None or now.order.claimed_at is not None:
        return _("The one claim of this order has been made")
    if now.order.refunded_at is not None:
        return _("A refund closed the order")
    return _("The time for it is over")


def _dispatch_terms(now: Standing) -> str:
    order = now.order
    if order.dispatch_day is not None:
        return _("the agreed day")
    if order.first_due is not None and order.dispatch_due != order.first_due:
        return _("rescheduled from %(day)s") % {"day": day_text(order.first_due)}
    return _after_payment(now)


def _after_payment(now: Standing) -> str:
    n = now.order.dispatch_days or 0
    if now.order.dispatch_after == terms.INITIAL:
        text = ngettext("%(n)d day after the initial payment", "%(n)d days after the initial payment", n)
    elif now.order.initial_minor is not None:
        text = ngettext("%(n)d day after the balance is paid", "%(n)d days after the balance is paid", n)
    else:
        text = ngettext("%(n)d day after payment", "%(n)d days after payment", n)
    return text % {"n": n}


def _way(now: Standing) -> str:
    return translated(now.order.line) if now.order.line else ""


def _dispatch_span(now: Standing) -> Span | None:
    start, deadline = now.order.clock_started_at, now.view.facts.deadline
    if start is None or deadline is None or start >= deadline:
        return None
    due = Point(deadline, _("Due"), _short(last_moment(deadline)), "kept")
    if now.view.dispatch != guarantees.LATE:
        label = _("Paid on %(paid)s; dispatch is due on %(due)s.")
        here = [Point(now.at, _("Now"), _short(now.at), "kept")] if start < now.at < deadline else []
        points = sorted([*here, Point(deadline, due.label, due.note, "rest")], key=lambda p: p.at)
    else:
        label = _("Paid on %(paid)s; dispatch was due on %(due)s.")
        done = now.view.dispatched_at
        points = [due, *_past_due(now, deadline, done, _("Sent"), now.view.entrance_closes)]
    return _drawn(now, start, points, label, deadline)


def _delivery_span(now: Standing) -> Span | None:
    start, promise = now.order.clock_started_at, now.order.promise
    if start is None or promise is None:
        return None
    limit = end_of(promise)
    due = Point(limit, _("Due"), _short(last_moment(limit)), "kept")
    closes = promise + timedelta(days=now.view.facts.policy.entrance_days)
    points = [due, *_past_due(now, limit, now.view.delivered_at, _("Arrived"), closes)]
    return _drawn(now, start, points, _("Paid on %(paid)s; delivery was due on %(due)s."), limit)


def _past_due(
    now: Standing, due: datetime, done: datetime | None, done_label: str, closes: date | None
) -> list[Point]:
    """What lies behind a missed day: when it happened, now, and the end of the entrance, in order."""
    days = now.view.facts.policy.entrance_days
    end = end_of(closes) if closes else max(now.at, due) + timedelta(days=days)
    note = _short(last_moment(end)) if closes else _("%(days)s days after receipt") % {"days": days}
    marks = []
    if done is not None and due < done < end:
        marks.append(Point(done, done_label, _short(done), "late"))
    if due < now.at < end:
        marks.append(Point(now.at, _("Now"), _short(now.at), "open" if marks else "late"))
    return [*sorted(marks, key=lambda p: p.at), Point(end, _("Closes"), note, "open")]


def _drawn(now: Standing, start: datetime, points: list[Point], label: str, due: datetime) -> Span:
    said = label % {"paid": _day_of(start), "due": _day_of(last_moment(due))}
    end = points[-1].at
    return time_span(
        Point(start, _("Paid"), _short(start)),
        *points,
        label=said,
        now=now.at if start < now.at < end else None,
    )


def _day_of(at: datetime | None) -> str:
    return day_text(day_of(at)) if at else ""


def _short(at: datetime) -> str:
    """A day under the drawing, which has no room for the year: `26 Mar`, `3月26日`."""
    day = day_of(at)
    return f"{day.month}月{day.day}日" if chinese() else f"{day.day} {MONTHS[day.month - 1]}"


def _by(day: date | None) -> str:
    return _("by %(day)s") % {"day": day_text(day)} if day else ""


def _until(at: datetime) -> str:
    return _("by %(moment)s") % {"moment": instant_text(last_moment(at))}
