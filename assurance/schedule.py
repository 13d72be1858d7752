"""The whole beat schedule: what runs how often, and which rule needs it.

Nothing waits for a job: pages and acts read the clock and the facts (TIM-3). A sweep writes down what
has become true, tells people and moves money that is due; run late or twice it leaves the same records.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assurance.api import idempotency
from assurance.notices import mail
from claims import services as claims
from coupons import sweeps as coupons
from orders import tasks as exports
from orders.services import intake
from orders.services import sweeps as orders

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Sweep:
    """One periodic job. `run` takes the time and returns how many things it did.

    `required` makes `/readyz` red when it has not finished for three periods. `outside` marks what leaves
    the house or the database: it is no part of `run_all`, or a scenario would write to people and to disk.
    """

    name: str
    rule: str
    every: timedelta
    run: Callable[[datetime], int]
    title: Promise
    required: bool = True
    outside: bool = False


SWEEPS = (
    # First: the next one waits until money that finance took in before midnight is there.
    Sweep("statements", "PAY-2", MINUTE, intake.take_due, _("Take in bank statements left half done")),
    Sweep("left-alone", "ORD-3", MINUTE, orders.close_left_alone, _("Close unanswered and unpaid orders")),
    Sweep(
        "receipt",
        "ORD-8",
        MINUTE,
        orders.take_receipts_as_given,
        _("Complete orders and release the money"),
    ),
    Sweep("verify", "DSP-3", MINUTE, orders.verify_dispatches, _("Settle dispatch times without a scan")),
    Sweep(
        "dispatch-late",
        "DSP-4",
        MINUTE,
        orders.mark_dispatch_late,
        _("Mark late dispatch and tell both sides"),
    ),
    Sweep(
        "delivery-late",
        "DLV-4",
        MINUTE,
        orders.mark_delivery_late,
        _("Mark late delivery and tell both sides"),
    ),
    Sweep("proposals", "DSP-6", MINUTE, orders.lapse_proposals, _("End proposed days left unanswered")),
    Sweep("exemptions", "DSP-7", MINUTE, claims.exempt_due, _("Exempt the orders of a region and period")),
    Sweep(
        "refunds",
        "RFD-2",
        MINUTE,
        orders.escalate_refunds,
        _("Escalate unanswered applications for a refund"),
    ),
    Sweep("coupons-void", "CPN-2", MINUTE, coupons.expire_coupons, _("Mark coupons past their last day")),
    Sweep(
        "coupons-near",
        "CPN-2",
        5 * MINUTE,
        coupons.warn_of_expiry,
        _("Warn of coupons about to end"),
        required=False,
    ),
    Sweep(
        "dispatch-near",
        "DSP-2",
        5 * MINUTE,
        orders.tell_near,
        _("Warn of dispatch that is due"),
        required=False,
    ),
    Sweep(
        "answers",
        "TIM-3",
        60 * MINUTE,
        idempotency.forget,
        _("Forget kept answers of the API"),
        required=False,
    ),
    Sweep(
        "exports",
        "ORD-9",
        MINUTE,
        exports.look_after,
        _("Have files of lists written and old ones deleted"),
        required=False,
        outside=True,
    ),
    Sweep("mail", "TIM-3", MINUTE, mail.deliver, _("Send notices by e-mail"), required=False, outside=True),
)


def run_all(at: datetime) -> int:
    """Every sweep once, in this order: scenarios, and the time machine's tests."""
    return sum(sweep.run(at) for sweep in SWEEPS if not sweep.outside)
