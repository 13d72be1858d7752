"""When something falls due next: where the time machine's last button goes."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from assurance.kernel import deadlines
from assurance.kernel.days import after, end_of, from_day
from assurance.kernel.models import Deadline
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from claims.models import Claim
from orders.models import Order
from orders.queries.facts import facts, parcels_of
from orders.rules import guarantees
from orders.services import book, refunds
from sellers.models import Membership, Seller

_OF_ORDER = (book.DISPATCH, book.DISPATCH_NEAR, book.VERIFY, book.DELIVERY, book.LEFT_ALONE, book.RECEIPT)


def next_due(at: datetime) -> datetime | None:
    """The next instant at which anything in the portal falls due: a row of the deadlines table, the end of a

    review, a day from which a seller may leave or come back, or a lamp that goes out.
    """
    policy = policy_at(at).policy
    found = [deadlines.next_due(at), *_reviews(Claim.objects.all()), *_memberships(policy), *_lamps(policy)]
    return _first(found, at)


def next_due_of(order: Order, at: datetime) -> datetime | None:
    """The next instant at which something falls due on one order: a deadline, a review, a closing entrance."""
    rows = Deadline.objects.filter(subject_id=order.pk, kind__in=_OF_ORDER).values_list("due_at", flat=True)
    known = facts(order, parcels_of(order.pk), at)
    entrances = (guarantees.dispatch_entrance(known, at), guarantees.delivery_entrance(known, at))
    open_refunds = order.refunds.filter(state__in=refunds.OPEN).values_list("pk", flat=True)
    escalations = Deadline.objects.filter(subject_id__in=list(open_refunds), kind=refunds.ESCALATE)
    found = [
        *rows,
        *escalations.values_list("due_at", flat=True),
        *_reviews(Claim.objects.filter(order=order)),
        *(end_of(closes) for is_open, closes in entrances if is_open and closes),
    ]
    return _first(found, at)


def _first(found: Iterable[datetime | None], at: datetime) -> datetime | None:
    return min((due for due in found if due is not None and due > at), default=None)


def _reviews(claims: QuerySet[Claim]) -> Iterator[datetime]:
    waiting = claims.filter(state="in_review").values_list("review_by", flat=True)
    return (end_of(last_day) for last_day in waiting)


def _memberships(policy: Policy) -> Iterator[datetime]:
    for joined_at, left_at in Membership.objects.values_list("joined_at", "left_at"):
        if left_at is None:
            yield from_day(joined_at, policy.upgrade_leave_days)
        else:
            yield from_day(left_at, policy.upgrade_rejoin_days)


def _lamps(policy: Policy) -> Iterator[datetime]:
    """When a lamp goes out for want of contracts, and the ends of a try to light it (QUA-2, QUA-4)."""
    for seller in Seller.objects.filter(terminated_at=None):
        contracts = [at for at in (seller.qualified_at, seller.last_effective_at) if at is not None]
        if contracts:
            yield from_day(max(contracts), policy.quiet_days + 1)
        if seller.activated_at is not None:
            out = after(seller.activated_at, policy.temporary_days)
            yield out
            yield from_day(out, policy.activate_lock_days)
