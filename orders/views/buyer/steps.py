"""What comes next on an order, for its buyer: whose turn it is, until when, and what can be done."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assurance.kernel.days import end_of
from assurance.kernel.wording import day_text, instant_text, money_text
from assurance.ui.wording import SECOND, last_moment
from orders.models import Order
from orders.queries.facts import funds, held
from orders.rules import guarantees, lifecycle, refunds, terms
from orders.rules.amendments import lapses_at
from orders.views.buyer.standing import Standing, Step
from orders.views.history import delivered_late, dispatched_late
from orders.views.wording import closed_because


def next_step(now: Standing) -> Step:
    """The first that holds, from what presses most to what is over."""
    found = (find(now) for find in _SEARCH)
    return next(step for step in found if step is not None)


def _offered(now: Standing) -> Step | None:
    offer = now.refund.offer if now.refund else None
    if now.refund is None or offer is None:
        return None
    return Step(
        what=_("Answer the offer"),
        at=refunds.escalates_at(now.refund.refund.opened_at, now.view.facts.policy),
        turn=_("Your turn"),
        say=_("The supplier offers you a refund of %(sum)s.") % {"sum": money_text(offer)},
        more=_(
            "Accept it and it is paid at once, or decline and your application stands. "
            "Without an answer, it goes to the platform after that day."
        ),
        action="offer",
    )


def _review(now: Standing) -> Step | None:
    if now.claim is None or now.claim.state != "in_review":
        return None
    return Step(
        what=_("Claim in review"),
        at=end_of(now.claim.review_by),
        turn=_("The platform’s turn"),
        say=_("We review your claim of %(sum)s.") % {"sum": money_text(now.claim.amount)},
        more=_("On approval the coupon is in My coupons at once. The order goes on meanwhile."),
        icon="hourglass",
        action="claim_progress",
    )


def _claim(now: Standing) -> Step | None:
    if not now.claimable or now.proposed:
        return None
    facts = now.view.facts
    is_dispatch = now.claimable == "dispatch"
    due = facts.deadline if is_dispatch else end_of(facts.promise) if facts.promise else None
    say = (
        _("The supplier missed the guaranteed dispatch day. You can claim a platform coupon of %(sum)s.")
        if is_dispatch
        else _("The goods did not arrive by the guaranteed day. You can claim a platform coupon of %(sum)s.")
    )
    closes = now.view.entrance_closes
    if closes is None:
        days = facts.policy.entrance_days
        until = _("The entrance stays open through day %(days)s after you receive the goods.") % {
            "days": days
        }
    else:
        moment = instant_text(last_moment(end_of(closes)))
        until = _("The entrance is open until %(moment)s.") % {"moment": moment}
    return Step(
        what=_("Dispatch was due") if is_dispatch else _("Delivery was due"),
        at=due,
        rel=_how_late_it_ended(now),
        turn=_("You can act")
        if facts.submitted_at
        else _("You can act · the supplier still has to dispatch"),
        say=say % {"sum": money_text(now.compensation)},
        more=until + " " + _("A claim does not cancel the order and does not replace a refund."),
        action="claim",
    )


def _how_late_it_ended(now: Standing) -> str:
    """Of a lateness that is over; one that lasts grows with the clock."""
    if now.claimable == "dispatch":
        late = dispatched_late(now.view)
        return _("dispatched %(late)s") % {"late": late} if late else ""
    late = delivered_late(now.view)
    return _("delivered %(late)s") % {"late": late} if late else ""


def _closed(now: Standing) -> Step | None:
    if now.view.state != lifecycle.CLOSED:
        return None
    return Step(
        what=_("Order closed"),
        at=now.view.facts.closed_at,
        tone="done",
        rel=_("Refunded") if now.order.refunded_at else _("Closed"),
        icon="cross",
        turn=_("Nothing is left to do"),
        turn_icon="check",
        say=closed_because(now.view.closed_because),
    )


def _unconfirmed(now: Standing) -> Step | None:
    if now.view.state == lifecycle.AWAITING_SUPPLIER:
        return Step(
            what=_("The supplier confirms"),
            at=now.view.closes_at,
            turn=_("The supplier’s turn"),
            say=_("The supplier looks at your order and confirms it, or declines with a reason."),
            more=_("Without an answer, the order is closed after that day."),
        )
    if now.view.state == lifecycle.AWAITING_BUYER:
        return Step(
            what=_("Confirm the order"),
            at=now.view.closes_at,
            turn=_("Your turn"),
            say=_("The supplier changed your order. Look at what has changed, then confirm or decline.")
            if now.order.drafted_by == "buyer"
            else _("The supplier drafted this order for you. Read its terms, then confirm or decline."),
            more=_("Without an answer, the order is closed after that day."),
            action="confirm",
        )
    return None


def _unpaid(now: Standing) -> Step | None:
    payable = (lifecycle.AWAITING_PAYMENT, lifecycle.INITIAL_SHORT, lifecycle.INITIAL_TO_CONFIRM)
    if now.view.state not in payable:
        return None
    if now.is_paying:
        return _at_gateway()
    due = money_text(lifecycle.due_now(funds(now.order)))
    if now.by_transfer and now.view.state == lifecycle.AWAITING_PAYMENT:
        return Step(
            what=_("Payment by T/T"),
            at=now.view.closes_at,
            turn=_("Your turn, then the bank’s"),
            say=_("Transfer the amount with the order’s reference. It counts once the bank reports it."),
            more=_("Unpaid, the order is closed after that day, and a coupon chosen for it is free again."),
            action="transfer",
        )
    if now.view.state == lifecycle.INITIAL_TO_CONFIRM:
        return Step(
            what=_("Initial payment"),
            rel=_("to be confirmed"),
            tone="soon",
            turn=_("The supplier’s turn"),
            say=_("The initial payment arrived short. The supplier accepts it or asks for the rest."),
            more=_("You can also just pay the rest: %(sum)s.") % {"sum": due},
            action="pay",
        )
    return Step(
        what=_("Payment"),
        at=now.view.closes_at,
        rel="" if now.view.closes_at else _("open"),
        turn=_("Your turn"),
        say=_what_paying_starts(now.order) % {"sum": due},
        more=_("Unpaid, the order is closed after that day, and a coupon chosen for it is free again.")
        if now.view.closes_at
        else "",
        action="pay",
    )


def _at_gateway() -> Step:
    return Step(
        what=_("Payment"),
        rel=_("being confirmed"),
        tone="soon",
        icon="hourglass",
        turn=_("The payment gateway’s turn"),
        turn_icon="clock",
        say=_("The gateway is confirming your payment. You will be told when it is through."),
        action="gateway",
    )


def _what_paying_starts(order: Order) -> str:
    if order.dispatch_day is not None:
        return _("Pay %(sum)s. The supplier dispatches by the agreed day.")
    if order.initial_minor is None:
        return _("Pay %(sum)s. The time for dispatch begins with your payment.")
    if order.dispatch_after == terms.INITIAL:
        return _("Pay %(sum)s. The time for dispatch begins with the initial payment.")
    return _("Pay %(sum)s. The time for dispatch begins once the balance is paid too.")


def _balance(now: Standing) -> Step | None:
    """What is left after the initial payment, where dispatch waits for it."""
    left = lifecycle.due_now(funds(now.order))
    if now.view.state not in lifecycle.TO_DISPATCH or now.order.clock_started_at or not left.amount:
        return None
    if now.is_paying:
        return _at_gateway()
    return Step(
        what=pgettext("order", "Balance"),
        rel=_("open"),
        tone="soon",
        turn=_("Your turn, then the bank’s") if now.by_transfer else _("Your turn"),
        say=_("Pay the balance of %(sum)s. The time for dispatch begins with it.")
        % {"sum": money_text(left)},
        action="transfer" if now.by_transfer else "pay",
    )


def _proposed(now: Standing) -> Step | None:
    if now.proposed is None:
        return None
    more = _("If you refuse or do not answer, the agreed day stands.")
    if now.claimable:
        more += " " + _("Make a claim is open until you accept.")
    return Step(
        what=_("Answer the proposed day"),
        at=lapses_at(now.proposed),
        turn=_("Your turn"),
        say=_("The supplier proposes to dispatch by %(day)s. Accept or refuse it below.")
        % {"day": day_text(now.proposed)},
        more=more,
        action="answer",
    )


def _refund(now: Standing) -> Step | None:
    if not now.order.disputed:
        return None
    if held(now.order).amount:
        say = _("You applied for a refund. The money of the order is held until it is decided.")
    else:
        say = _(
            "You applied for a refund. The money has been released: it is recovered from the supplier’s balance."
        )
    return Step(
        what=_("Refund"),
        rel=_("being decided"),
        tone="soon",
        icon="hourglass",
        turn=_("The supplier’s turn, then the platform’s"),
        turn_icon="clock",
        say=say,
    )


def _dispatch(now: Standing) -> Step | None:
    if now.view.state not in (lifecycle.AWAITING_DISPATCH, lifecycle.PARTLY_DISPATCHED):
        return None
    facts = now.view.facts
    if now.view.dispatch in (guarantees.PENDING, guarantees.ACTIVE):
        more = _("If it is late, you can claim a platform coupon of %(sum)s.")
        more = more % {"sum": money_text(now.compensation)}
    elif now.view.dispatch == guarantees.LATE:
        more = _("The one claim of this order has been made.")
    elif now.view.dispatch == guarantees.EXEMPTED:
        more = _("Force majeure exempted this order from its guarantees.")
    else:
        more = _("No dispatch guarantee covers this order.")
    return Step(
        what=_("Dispatch"),
        at=facts.deadline,
        turn=_("The supplier’s turn"),
        say=_("The supplier has to send every parcel of the order by then."),
        more=more,
    )


def _verifying(now: Standing) -> Step | None:
    facts = now.view.facts
    if now.view.dispatch != guarantees.VERIFYING:
        return None
    known = max(guarantees.known_from(parcel, facts.policy) for parcel in facts.parcels)
    return Step(
        what=_("Dispatch is being verified"),
        at=known - SECOND,
        icon="hourglass",
        turn=_("The carrier’s turn"),
        turn_icon="truck",
        say=_(
            "The supplier submitted the parcels in time. The carrier’s first scan shows whether they left."
        ),
        more=_("A scan within %(hours)s hours of submission decides; without one, the submission counts.")
        % {"hours": facts.policy.scan_hours},
    )


def _receipt(now: Standing) -> Step | None:
    if now.view.state != lifecycle.AWAITING_RECEIPT:
        return None
    given = now.order.receipt_due_at
    after = _("If you do nothing, receipt is confirmed automatically after %(moment)s.")
    later = after % {"moment": instant_text(last_moment(given))} if given else ""
    if now.view.delivered_at is not None:
        return Step(
            what=_("Confirm receipt"),
            at=given,
            turn=_("Your turn"),
            say=_("The carrier reports delivery. Confirm receipt once you have looked at the goods."),
            more=_(
                "The money is then released to the supplier. If you do nothing, receipt is confirmed automatically."
            ),
            action="receive",
        )
    if now.view.delivery == guarantees.ACTIVE and now.view.promise is not None:
        return Step(
            what=_("Delivery"),
            at=end_of(now.view.promise),
            turn=_("On its way"),
            turn_icon="truck",
            say=_("All parcels are handed over. The carrier has to deliver them by then."),
            more=later,
            action="receive",
        )
    return Step(
        what=_("Receipt"),
        at=given,
        turn=_("On its way"),
        turn_icon="truck",
        say=_("All parcels are handed over. Confirm receipt once the goods have arrived."),
        more=_("If you do nothing, receipt is confirmed automatically after that moment."),
        action="receive",
    )


def _done(now: Standing) -> Step:
    window = guarantees.refund_window(now.view.facts)
    refund = _("You can apply for a refund through %(day)s.") % {"day": day_text(window)} if window else ""
    over = window is not None and now.at >= end_of(window)
    if now.may_review:
        turn, say = _("You can act"), _("The order is completed. Say how the goods and the supplier were.")
    else:
        turn, say = _("Nothing is left to do"), _("The order is completed.")
    return Step(
        what=_("Order completed"),
        at=now.view.received_at,
        tone="done",
        rel=_("Received"),
        icon="check",
        turn=turn,
        turn_icon="user" if now.may_review else "check",
        say=say,
        more="" if over else refund,
        action="review" if now.may_review else "",
    )


_SEARCH: tuple[Callable[[Standing], Step | None], ...] = (
    _offered,
    _review,
    _claim,
    _closed,
    _unconfirmed,
    _unpaid,
    _proposed,
    _refund,
    _balance,
    _dispatch,
    _verifying,
    _receipt,
    _done,
)
