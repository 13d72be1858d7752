"""What comes next on an order, as its seller sees it: until when, whose turn it is, and what to do."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from assurance.kernel.days import day_of, end_of, plus
from assurance.kernel.wording import day_text, instant_text, money_text
from assurance.ui.wording import last_moment
from claims.queries import Dossier
from orders.models import BankLine
from orders.queries.buyer import Detail
from orders.queries.facts import held
from orders.queries.seller import TO_DISPATCH
from orders.rules import guarantees, lifecycle, refunds
from orders.views.wording import closed_because

YOURS, BUYERS, PLATFORMS, CARRIERS, NOBODYS = "yours", "buyers", "platforms", "carriers", "nobodys"
ICONS = {YOURS: "arrow", BUYERS: "user", PLATFORMS: "hourglass", CARRIERS: "truck", NOBODYS: "check"}


@dataclass(frozen=True)
class Step:
    """The strip over an order. `at` is exclusive, as deadlines are kept; `to` and `label` are a button's

    target within the page and its words.
    """

    what: str
    turn: str
    say: str
    at: datetime | None = None
    more: str = ""
    tone: str = ""
    rel: str = ""
    to: str = ""
    label: str = ""

    @property
    def turn_icon(self) -> str:
        return ICONS[self.turn]

    @property
    def turn_text(self) -> str:
        return {
            YOURS: _("Your turn"),
            BUYERS: _("The buyer’s turn · nothing for you to do"),
            PLATFORMS: _("With the platform · nothing for you to do"),
            CARRIERS: _("On its way · nothing for you to do"),
            NOBODYS: _("Nothing is left to do"),
        }[self.turn]


@dataclass(frozen=True)
class Desk:
    """What the strip is judged from: the order with all that its page shows, its claim, its bank lines."""

    detail: Detail
    claim: Dossier | None
    bank_lines: list[BankLine]
    refund_state: str
    at: datetime

    @property
    def closes(self) -> datetime | None:
        """When the order closes if nobody goes on with it (ORD-3)."""
        return self.detail.view.closes_at

    @property
    def open_lines(self) -> list[BankLine]:
        """Money on the bank statement that is not yet associated."""
        return [line for line in self.bank_lines if line.state == "open"]

    @property
    def claim_in_review(self) -> Dossier | None:
        return self.claim if self.claim and self.claim.claim.state == "in_review" else None


def next_step(desk: Desk) -> Step:
    """The first of these that applies: an end, what waits for the seller, the platform, the buyer."""
    state = desk.detail.view.state
    if state == lifecycle.CLOSED:
        return _closed(desk)
    for find in (_refund, _before_payment, _funds, _dispatch, _review, _receipt):
        step = find(desk)
        if step is not None:
            return step
    return _completed(desk)


def _closed(desk: Desk) -> Step:
    view = desk.detail.view
    closed_at = view.facts.closed_at
    return Step(
        what=_("Closed"),
        rel=day_text(day_of(closed_at)) if closed_at else _("Closed"),
        turn=NOBODYS,
        say=closed_because(view.closed_because),
        tone="done",
    )


def _refund(desk: Desk) -> Step | None:
    refund, policy = desk.detail.refund, desk.detail.view.facts.policy
    if refund is None or desk.refund_state not in (refunds.NEGOTIATING, refunds.ESCALATED):
        return None
    if desk.refund_state == refunds.ESCALATED:
        return Step(
            what=_("The platform decides on the refund"),
            rel=_("with the platform"),
            turn=PLATFORMS,
            say=_("The refund has gone to the platform; it rules and tells both sides."),
            to="#refund",
            label=_("See the refund"),
        )
    if refund.counter is not None:
        return Step(
            what=_("Goes to the platform automatically"),
            at=refunds.escalates_at(refund.opened_at, policy),
            turn=BUYERS,
            say=_("You offered a refund of %(sum)s. The buyer accepts or declines it.")
            % {"sum": money_text(refund.counter)},
            to="#refund",
            label=_("See the refund"),
        )
    if refund.refused_at is not None:
        return Step(
            what=_("Goes to the platform automatically"),
            at=refunds.escalates_at(refund.opened_at, policy),
            turn=BUYERS,
            say=_("You refused the refund. The buyer can escalate it to the platform; you can still agree."),
            to="#refund",
            label=_("See the refund"),
        )
    if held(desk.detail.order).amount:
        say = _("The buyer applies for a refund. The order’s money is not released before it is decided.")
    else:
        say = _(
            "The buyer applies for a refund. The money has been released: it would come out of your balance."
        )
    return Step(
        what=_("Answer the refund"),
        at=end_of(plus(day_of(refund.opened_at), policy.refund_answer_days)),
        turn=YOURS,
        say=say,
        to="#refund",
        label=_("Answer the refund"),
    )


def _before_payment(desk: Desk) -> Step | None:
    state, closes = desk.detail.view.state, desk.closes
    if state == lifecycle.AWAITING_SUPPLIER:
        return Step(
            what=_("Closes automatically"),
            at=closes,
            turn=YOURS,
            say=_("A buyer asks for these goods. Confirm the order or decline it."),
            to="#answer",
            label=_("Answer the order"),
        )
    if state == lifecycle.AWAITING_BUYER:
        return Step(
            what=_("Closes automatically"),
            at=closes,
            turn=BUYERS,
            say=_("Your draft waits for the buyer to confirm it."),
        )
    if state == lifecycle.DRAFT:
        return Step(what=_("Draft"), rel=_("not sent"), turn=YOURS, say=_("The buyer does not see it yet."))
    if state != lifecycle.AWAITING_PAYMENT:
        return None
    if desk.open_lines:
        return _associate(desk)
    return Step(
        what=_("Closes automatically"),
        at=closes,
        turn=BUYERS,
        say=_("Waiting for the buyer’s payment. Nothing has to be prepared before it has arrived."),
    )


def _funds(desk: Desk) -> Step | None:
    state = desk.detail.view.state
    if desk.open_lines:
        return _associate(desk)
    if state == lifecycle.INITIAL_TO_CONFIRM:
        return Step(
            what=_("Initial payment short"),
            rel=_("to confirm"),
            turn=YOURS,
            say=_("Accept the amount received as the initial payment, or ask the buyer for the rest."),
            to="#funds",
            label=_("Decide on the payment"),
        )
    if state == lifecycle.INITIAL_SHORT:
        return Step(
            what=_("Initial payment short"),
            rel=_("requested"),
            turn=BUYERS,
            say=_("You asked for the rest of the initial payment."),
        )
    return None


def _associate(desk: Desk) -> Step:
    return Step(
        what=_("Money on the bank statement"),
        rel=_("to associate"),
        turn=YOURS,
        say=_("It counts toward this order from the moment you associate it."),
        to="#funds",
        label=_("Associate funds"),
    )


def _dispatch(desk: Desk) -> Step | None:
    view, order = desk.detail.view, desk.detail.order
    if view.state not in TO_DISPATCH:
        return None
    if view.dispatch_due is None:
        return Step(
            what=_("Dispatch"),
            rel=_("no day yet"),
            turn=BUYERS,
            say=_("The dispatch clock starts when the payment it waits for has arrived in full."),
            to="#dispatch",
            label=_("Submit a parcel"),
        )
    return Step(
        what=_("Dispatch"),
        at=end_of(view.dispatch_due),
        turn=YOURS,
        say=_dispatch_say(desk),
        more=_dispatch_more(desk),
        tone="late" if view.overdue else "",
        to="#dispatch",
        label=_("Submit a parcel") if not order.any_parcel else _("Submit the next parcel"),
    )


def _dispatch_say(desk: Desk) -> str:
    view = desk.detail.view
    if desk.claim_in_review:
        return _("Overdue: the buyer has made a claim, which is in review. Dispatch as soon as you can.")
    if view.overdue:
        return _("Overdue: the buyer can now make a claim. Dispatch as soon as you can.")
    if desk.detail.order.any_parcel:
        return _("Parts are on their way. Dispatch counts when the last parcel is.")
    return _("Hand the goods over and submit the tracking number.")


def _dispatch_more(desk: Desk) -> str:
    view, proposal = desk.detail.view, desk.detail.proposal
    if proposal is not None:
        return _("You proposed %(day)s; nothing moves unless the buyer accepts.") % {
            "day": day_text(proposal.day)
        }
    if view.dispatch == guarantees.NONE:
        return _("This order carries no guarantee; late dispatch counts in your rate.")
    if view.dispatch == guarantees.EXEMPTED:
        return _("This order is exempted for force majeure.")
    if view.overdue:
        return ""
    return _("Later, the buyer can claim a coupon at your expense.")


def _review(desk: Desk) -> Step | None:
    file = desk.claim_in_review
    if file is None:
        return None
    amount = money_text(file.claim.amount)
    if file.bearer_id is not None:
        more = _(
            "Approved, the buyer gets a platform coupon of %(amount)s. It is recovered from you only once it is used."
        )
    else:
        more = _("Approved, the buyer gets a platform coupon of %(amount)s, which the platform bears.")
    return Step(
        what=_("The platform reviews the claim"),
        at=end_of(file.claim.review_by),
        turn=PLATFORMS,
        say=_("Late dispatch: the buyer’s claim is in review.")
        if file.claim.guarantee == "dispatch"
        else _("Late delivery: the buyer’s claim is in review."),
        more=more % {"amount": amount},
        to="#claim",
        label=_("See the claim"),
    )


def _receipt(desk: Desk) -> Step | None:
    view, order = desk.detail.view, desk.detail.order
    if view.state != lifecycle.AWAITING_RECEIPT:
        return None
    more, say = "", _("The whole order is on its way. The money is released when the buyer has it.")
    if view.dispatched_at is None:
        say = _("The whole order is submitted. The money is released when the buyer has it.")
        more = _("Whether it left in time is known with the carrier’s first scan, at the latest %(at)s.") % {
            "at": instant_text(_known_at(desk))
        }
    elif view.delivery == guarantees.LATE:
        more = _("It is past the promised day. Dispatched in time, the platform bears a claim.")
    return Step(
        what=_("Receipt confirmed automatically"),
        at=order.receipt_due_at,
        turn=CARRIERS,
        say=say,
        more=more,
        to="#dispatch",
        label=_("See the parcels"),
    )


def _known_at(desk: Desk) -> datetime:
    facts = desk.detail.view.facts
    return max(guarantees.known_from(parcel, facts.policy) for parcel in facts.parcels)


def _completed(desk: Desk) -> Step:
    received = desk.detail.view.received_at
    return Step(
        what=_("Completed"),
        rel=day_text(day_of(received)) if received else _("Completed"),
        turn=NOBODYS,
        say=_("The buyer has the goods; the money went to your balance less the service fee."),
        more=_until_when(desk.detail.view.facts),
        tone="done",
    )


def _until_when(facts: guarantees.Facts) -> str:
    last: date | None = guarantees.refund_window(facts)
    if last is None:
        return ""
    return _("A refund can be applied for until %(at)s.") % {"at": instant_text(last_moment(end_of(last)))}
