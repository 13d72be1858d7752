"""A buyer's orders: the list with its tabs, and one order with all that its page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from assurance.kernel.models import Event, PolicyVersion
from logistics.models import Parcel, TrackingEvent
from orders.models import (
    Attachment,
    BankLine,
    Order,
    OrderLine,
    Payment,
    PaymentState,
    Proposal,
    Purpose,
    Refund,
    Unread,
)
from orders.queries.counting import SOMEBODY, SOMETIME, Counting, counting
from orders.queries.facts import View, keep_versions, promise_after, view
from orders.queries.filters import Wanted, due, flagged, narrowed
from orders.rules import lifecycle
from orders.rules.amendments import Moves, lapses_at, moves

ALL, PAY, DISPATCH, RECEIVE, REFUND, DONE = "all", "pay", "dispatch", "receive", "refund", "done"
TABS = (ALL, PAY, DISPATCH, RECEIVE, REFUND, DONE)

_TO_PAY = (lifecycle.AWAITING_BUYER, lifecycle.AWAITING_PAYMENT, lifecycle.INITIAL_SHORT)
_TO_DISPATCH = (lifecycle.INITIAL_TO_CONFIRM, lifecycle.AWAITING_DISPATCH, lifecycle.PARTLY_DISPATCHED)
# Paid in part and going on: the rest can be paid at any time (PAY-1).
_BALANCE_OPEN = Q(
    state__in=(*lifecycle.TO_DISPATCH, lifecycle.AWAITING_RECEIPT, lifecycle.COMPLETED), full_met_at=None
)
_OPEN_PAYMENT = (PaymentState.STARTED, PaymentState.PENDING)


def seen_by(buyer_id: int) -> QuerySet[Order]:
    """What a buyer may see: all orders but a supplier's unsent drafts."""
    return Order.objects.filter(buyer_id=buyer_id).exclude(state=lifecycle.DRAFT)


def of_buyer(buyer_id: int, *, deleted: bool = False) -> QuerySet[Order]:
    """What a buyer's list shows: without or only what the buyer has deleted."""
    return seen_by(buyer_id).filter(buyer_deleted_at__isnull=not deleted)


def in_tab(orders: QuerySet[Order], tab: str, at: datetime) -> QuerySet[Order]:
    """The orders of a tab as the clock has it: closing and receipt count although no job has run (TIM-3)."""
    lapsed, received = Q(pk__in=due(at, "left_alone")), Q(pk__in=due(at, "receipt"))
    match tab:
        case "pay":
            return orders.filter((~lapsed & Q(state__in=_TO_PAY)) | _BALANCE_OPEN)
        case "dispatch":
            return orders.filter(state__in=_TO_DISPATCH)
        case "receive":
            return orders.filter(state=lifecycle.AWAITING_RECEIPT).exclude(received)
        case "refund":
            return orders.filter(Exists(Refund.objects.filter(order=OuterRef("pk"))))
        case "done":
            done = Q(state__in=(lifecycle.COMPLETED, lifecycle.CLOSED))
            return orders.filter(done | received | lapsed)
        case _:
            return orders


def counts(buyer_id: int, at: datetime) -> dict[str, int]:
    """How many orders each tab holds, counted up to one more than is shown, in one query."""
    return dict(zip(TABS, _counting().of(buyer_id, at), strict=True))


@cache
def _counting() -> Counting:
    return counting(in_tab(of_buyer(SOMEBODY), tab, SOMETIME) for tab in TABS)


def matching(buyer_id: int, wanted: Wanted, at: datetime) -> QuerySet[Order]:
    """The buyer's orders that a tab, its filters and a search leave, unsorted."""
    found = in_tab(of_buyer(buyer_id, deleted=wanted.deleted), wanted.tab, at)
    found = flagged(narrowed(found, wanted, at), wanted, at, buyer=buyer_id)
    return _with_words(found, wanted.text) if wanted.text.strip() else found


def suppliers(buyer_id: int) -> list[tuple[int, str]]:
    """The shops that a buyer has ordered from."""
    mine = of_buyer(buyer_id).order_by("seller__name")
    return list(mine.values_list("seller_id", "seller__name").distinct())


def _with_words(orders: QuerySet[Order], words: str) -> QuerySet[Order]:
    """Orders with these words: part of the number, of the supplier's name or of a product's."""
    number = words.replace(" ", "")
    if number.isdecimal():
        return orders.filter(number__contains=number)
    for word in words.split()[:8]:
        line = OrderLine.objects.filter(
            Q(name__icontains=word) | Q(name_zh__icontains=word), order=OuterRef("pk")
        )
        orders = orders.filter(Q(seller__name__icontains=word) | Exists(line))
    return orders


def with_rest(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With what one row of the list shows, for a whole page in two queries."""
    lines = Prefetch("lines", _PICTURED.all(), to_attr="pictured_lines")
    return orders.select_related("seller").annotate(**_MARKS).prefetch_related(lines)


# Put into words once: building them anew for every page takes longer than the database takes to answer.
_MARKS = {
    "proposed_day": Subquery(Proposal.objects.filter(order=OuterRef("pk"), answer="").values("day")[:1]),
    "is_paying": Exists(Payment.objects.filter(order=OuterRef("pk"), state=PaymentState.PENDING)),
    "has_unread": Exists(Unread.objects.filter(order=OuterRef("pk"), side="buyer")),
}
_PICTURED = OrderLine.objects.annotate(picture=F("product__picture")).order_by("id")


def views(orders: Sequence[Order], at: datetime) -> dict[int, View]:
    """What stands on each order of a page, by order id, in two queries; the orders share their policies."""
    parcels: dict[int, list[Parcel]] = {}
    sent = [order.pk for order in orders if order.any_parcel]
    for parcel in Parcel.objects.filter(order_id__in=sent).order_by("id") if sent else ():
        parcels.setdefault(parcel.order_id, []).append(parcel)
    versions = PolicyVersion.objects.in_bulk()
    for order in orders:
        order.policy = versions[order.policy_id] if order.policy_id else None
        if order.policy is None:
            keep_versions(order, at, versions.values())
    return {order.pk: view(order, parcels.get(order.pk, []), at) for order in orders}


@dataclass(frozen=True)
class Detail:
    """An order with what its page shows."""

    order: Order
    view: View
    lines: list[OrderLine]
    parcels: list[Parcel]
    events: list[Event]
    proposals: list[Proposal]
    refund: Refund | None
    payment: Payment | None
    attempts: list[Payment]
    files: list[Attachment]
    bank_lines: list[BankLine]
    unread_by: frozenset[str]
    at: datetime

    @property
    def proposal(self) -> Proposal | None:
        """The one that waits for an answer; when its day has come it has lapsed, swept or not (TIM-3)."""
        newest = self.proposals[0] if self.proposals else None
        is_open = newest is not None and not newest.answer and self.at < lapses_at(newest.day)
        return newest if is_open else None

    @property
    def moves(self) -> Moves | None:
        """What would move if the open proposal were accepted now (DSP-6)."""
        if self.proposal is None:
            return None
        day = self.proposal.day
        return moves(day, facts=self.view.facts, new_promise=promise_after(self.order, day), at=self.at)

    @property
    def proofs(self) -> list[Attachment]:
        """The proofs of dispatch."""
        return [file for file in self.files if file.purpose == Purpose.PROOF]

    @property
    def proofs_by_parcel(self) -> list[tuple[Parcel, list[Attachment]]]:
        """Each parcel with the proofs that were sent with it."""
        return [(p, [file for file in self.proofs if file.about_id == p.pk]) for p in self.parcels]

    @property
    def unnumbered(self) -> list[Parcel]:
        """The parcels that were submitted with their proof alone."""
        return [parcel for parcel in self.parcels if not parcel.number]

    @property
    def is_paid(self) -> bool:
        return self.order.effective_at is not None


def find(buyer_id: int, number: str) -> Order | None:
    """A buyer's order by its number; none for somebody else's."""
    return (
        seen_by(buyer_id)
        .filter(number=number)
        .select_related("seller__company", "policy", "line", "buyer", "store_coupon", "review")
        .first()
    )


def detail(order: Order, at: datetime) -> Detail:
    """Everything on one order, in at most ten queries."""
    parcels = []
    if order.any_parcel:
        tracked = TrackingEvent.objects.order_by("-happened_at", "-id")
        rows = Parcel.objects.filter(order_id=order.pk).order_by("id")
        parcels = list(rows.prefetch_related(Prefetch("events", tracked)))
    attempts = list(order.payments.select_related("coupon").order_by("-id"))
    has = _present(order)
    return Detail(
        order=order,
        view=view(order, parcels, at),
        lines=list(order.lines.select_related("product").order_by("id")),
        parcels=parcels,
        events=list(Event.objects.filter(stream="order", key=order.pk).order_by("-happened_at", "-id")),
        proposals=list(order.proposals.select_related("proposed_by").order_by("-id"))
        if has["proposals"]
        else [],
        refund=order.refunds.order_by("-id").first() if has["refunds"] else None,
        payment=next((attempt for attempt in attempts if attempt.state in _OPEN_PAYMENT), None),
        attempts=attempts,
        files=list(order.attachments.order_by("id")) if has["attachments"] else [],
        bank_lines=list(order.bank_lines.order_by("id")) if has["bank_lines"] else [],
        unread_by=frozenset(side for side in ("buyer", "supplier") if has[side]),
        at=at,
    )


def _present(order: Order) -> dict[str, bool]:
    """Which of the things that few orders have this one has, in one query, so that a page asks for no other.

    A side stands for messages that it has not read.
    """
    asked = {
        "proposals": Exists(order.proposals.all()),
        "refunds": Exists(order.refunds.all()),
        "attachments": Exists(order.attachments.all()),
        "bank_lines": Exists(order.bank_lines.all()),
        "buyer": Exists(order.unread.filter(side="buyer")),
        "supplier": Exists(order.unread.filter(side="supplier")),
    }
    found = Order.objects.filter(pk=order.pk).values_list(*asked.values())
    return dict(zip(asked, found.get(), strict=True))
