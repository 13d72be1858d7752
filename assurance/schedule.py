"""The whole beat schedule: what runs how often, and which rule needs it.

Nothing waits for a job: pages and acts read the clock and the facts (TIM-3). A sweep writes down what
has become true, tells people and moves money that is due; run late or twice it leaves the same records.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    why: str
    required: bool = True
    outside: bool = False


SWEEPS = (
    # First: the next one waits until money that finance took in before midnight is there.
    Sweep("statements", "PAY-2", MINUTE, intake.take_due, "takes in bank statements left half done"),
    Sweep("left-alone", "ORD-3", MINUTE, orders.close_left_alone, "closes unanswered and unpaid orders"),
    Sweep("receipt", "ORD-8", MINUTE, orders.take_receipts_as_given, "completes orders, releases money"),
    Sweep("verify", "DSP-3", MINUTE, orders.verify_dispatches, "settles dispatch times without a scan"),
    Sweep("dispatch-late", "DSP-4", MINUTE, orders.mark_dispatch_late, "marks and tells late dispatch"),
    Sweep("delivery-late", "DLV-4", MINUTE, orders.mark_delivery_late, "marks and tells late delivery"),
    Sweep("proposals", "DSP-6", MINUTE, orders.lapse_proposals, "ends proposed days left unanswered"),
    Sweep("exemptions", "DSP-7", MINUTE, claims.exempt_due, "exempts the orders of a region and period"),
    Sweep("refunds", "RFD-2", MINUTE, orders.escalate_refunds, "brings old applications before ops"),
    Sweep("coupons-void", "CPN-2", MINUTE, coupons.expire_coupons, "marks coupons past their last day"),
    Sweep(
        "coupons-near",
        "CPN-2",
        5 * MINUTE,
        coupons.warn_of_expiry,
        "warns of coupons that end",
        required=False,
    ),
    Sweep("dispatch-near", "DSP-2", 5 * MINUTE, orders.tell_near, "warns of dispatch due", required=False),
    Sweep(
        "answers", "TIM-3", 60 * MINUTE, idempotency.forget, "forgets kept answers of the API", required=False
    ),
    Sweep(
        "exports",
        "ORD-9",
        MINUTE,
        exports.look_after,
        "has files of lists written, throws old ones away",
        required=False,
        outside=True,
    ),
    Sweep("mail", "TIM-3", MINUTE, mail.deliver, "sends notices by e-mail", required=False, outside=True),
)


def run_all(at: datetime) -> int:
    """Every sweep once, in this order: scenarios, and the time machine's tests."""
    return sum(sweep.run(at) for sweep in SWEEPS if not sweep.outside)
