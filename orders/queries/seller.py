"""The seller's order list: tabs with counts, filters, search, and one page of rows (ORD-9)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from assurance.kernel.days import day_of
from assurance.kernel.models import PolicyVersion
from assurance.kernel.money import Money, from_minor
from logistics.models import Parcel
from orders.models import BankLine, Guarantee, Order
from orders.models.order import AFTER_SALES, BY_DEADLINE
from orders.queries.counting import MOST, SOMEBODY, SOMETIME, Counting, counting
from orders.queries.facts import View, keep_versions, view
from orders.queries.filters import Wanted, due, found_by_seller, late, lendable, narrowed, packed
from orders.rules import lifecycle

TO_CONFIRM = (
    lifecycle.DRAFT,
    lifecycle.AWAITING_SUPPLIER,
    lifecycle.AWAITING_BUYER,
    lifecycle.INITIAL_TO_CONFIRM,
)
TO_PAY = (lifecycle.AWAITING_PAYMENT, lifecycle.INITIAL_SHORT)
TO_DISPATCH = lifecycle.TO_DISPATCH
TO_RECEIVE = (lifecycle.AWAITING_RECEIPT,)
DONE = (lifecycle.COMPLETED, lifecycle.CLOSED)
HOLDING = (lifecycle.INITIAL_SHORT, lifecycle.INITIAL_TO_CONFIRM, *TO_DISPATCH, *TO_RECEIVE)
_UNPAID = {"to_confirm": TO_CONFIRM, "to_pay": TO_PAY}
TABS = ("all", "to_confirm", "to_pay", "to_dispatch", "to_receive", "after_sales", "done")


@dataclass(frozen=True)
class Row:
    """An order in a list, with what stands on it now."""

    order: Order
    view: View
    parcels: list[Parcel]


@dataclass(frozen=True)
class Counts:
    """Each at most MOST: tabs by name, overdue ones to dispatch, chips within the tab, matches."""

    tabs: dict[str, int]
    overdue: int
    chips: dict[str, int]
    matching: int


def find(seller_id: int, number: str) -> Order | None:
    """One of the seller's own orders; none for somebody else's."""
    mine = Order.objects.filter(seller_id=seller_id, number=number)
    return mine.select_related("buyer", "policy", "line", "review").first()


def listed(seller_id: int, wanted: Wanted, at: datetime) -> tuple[QuerySet[Order], tuple[str, ...]]:
    """The matching orders, of which only the keys are read, and those keys: orders to dispatch by their

    deadline, all others newest first. What a row shows is read for one page (`orders.queries.rows`).
    """
    found = matching(seller_id, wanted, at).only("pk")
    if wanted.tab != "to_dispatch":
        return found, ("-id",)
    return found.annotate(due=BY_DEADLINE), ("due", "id")


def rows(orders: Sequence[Order], at: datetime, *, version: PolicyVersion | None = None) -> list[Row]:
    """Orders with their promises; all parcels in one query, and none where no parcel was submitted.

    `version` is the policy in force: orders that have it pinned, or have waited only since it began, as nearly
    all have, need no query for theirs.
    """
    parcels: dict[int, list[Parcel]] = {order.pk: [] for order in orders if order.any_parcel}
    if parcels:
        for parcel in Parcel.objects.filter(order_id__in=parcels).order_by("id"):
            parcels[parcel.order_id].append(parcel)
    if version is not None:
        _share(version, orders, at)
    return [
        Row(order, view(order, parcels.get(order.pk, []), at), parcels.get(order.pk, [])) for order in orders
    ]


def _share(version: PolicyVersion, orders: Sequence[Order], at: datetime) -> None:
    waiting = [order for order in orders if order.policy_id is None]
    for order in orders:
        if order.policy_id == version.pk:
            order.policy = version
    for_all = [version]
    if any(order.state_since < version.starts_at for order in waiting):
        for_all = list(PolicyVersion.objects.all())
    for order in waiting:
        keep_versions(order, at, for_all)


def of_seller(seller_id: int, *, deleted: bool = False) -> QuerySet[Order]:
    """The seller's orders, without or only those that have been put away (ORD-9)."""
    return Order.objects.filter(seller_id=seller_id, seller_deleted_at__isnull=not deleted)


def matching(seller_id: int, wanted: Wanted, at: datetime) -> QuerySet[Order]:
    """The seller's orders that a tab, its filters and a search leave, unsorted."""
    found = narrowed(in_tab(seller_id, wanted.tab, at, deleted=wanted.deleted), wanted, at)
    if wanted.text.strip():
        found = found.filter(found_by_seller([seller_id], wanted.text.strip()))
    for chip in CHIPS:
        if getattr(wanted, chip):
            found = _with(found, wanted.tab, chip, seller_id, at)
    return found


def in_tab(seller_id: int, tab: str, at: datetime, *, deleted: bool = False) -> QuerySet[Order]:
    """The orders of a tab as the clock has it: closing and receipt count although no job has run (TIM-3)."""
    return of_seller(seller_id, deleted=deleted).filter(_tab(tab, at))


def _tab(tab: str, at: datetime) -> Q:
    if tab == "after_sales":
        return AFTER_SALES
    if tab == "done":
        return Q(state__in=DONE) | Q(pk__in=due(at, *ENDS))
    if tab == "to_dispatch":
        return Q(state__in=TO_DISPATCH)
    if tab == "to_receive":
        return Q(state__in=TO_RECEIVE) & ~Q(pk__in=due(at, "receipt"))
    if tab in _UNPAID:
        return Q(state__in=_UNPAID[tab]) & ~Q(pk__in=due(at, "left_alone"))
    return Q()


def overdue(seller_id: int, at: datetime) -> QuerySet[Order]:
    """Orders still to be dispatched whose guaranteed deadline has passed (DSP-4)."""
    return _overdue(in_tab(seller_id, "to_dispatch", at), at)


def _overdue(to_dispatch: QuerySet[Order], at: datetime) -> QuerySet[Order]:
    """Nothing is late before its day: read by their deadlines, each with its guarantee, the overdue ones cost

    nothing for all that was late once, or is not due yet.
    """
    late_at = Guarantee.objects.filter(order=OuterRef("pk"), kind="dispatch").values("late_at")[:1]
    past = to_dispatch.alias(due=BY_DEADLINE, late_at=Subquery(late_at))
    return past.filter(due__lt=day_of(at), late_at__lte=at)


def numbers(seller_id: int, order_ids: Collection[int]) -> dict[int, str]:
    """The numbers of those of these orders that are the seller's own."""
    if not order_ids:
        return {}
    mine = Order.objects.filter(seller_id=seller_id, pk__in=order_ids)
    return dict(mine.values_list("pk", "number"))


def with_money_held(seller_id: int) -> QuerySet[Order]:
    """The seller's orders whose money waits: for receipt, or for the decision on a refund (PAY-4)."""
    mine = Order.objects.filter(seller_id=seller_id)
    paid = mine.filter(effective_at__isnull=False, state__in=HOLDING)
    return paid | mine.filter(state=lifecycle.COMPLETED, disputed=True)


def held(seller_id: int) -> list[Money]:
    """What the platform holds for the seller's orders until receipt, by currency (PAY-4)."""
    kept = F("cash_minor") + F("coupon_minor") - F("refunded_minor") - F("coupon_returned_minor")
    sums = (
        with_money_held(seller_id)
        .values_list("currency")
        .annotate(held=Sum(kept - F("released_minor")))
        .order_by("currency")
    )
    return [from_minor(minor, currency) for currency, minor in sums if minor]


def open_bank_lines(seller_id: int) -> QuerySet[BankLine]:
    """Statement lines that name one of the seller's orders and are not yet associated."""
    waiting = BankLine.objects.filter(order__seller_id=seller_id, state="open")
    return waiting.select_related("order__buyer")


def due_on(seller_id: int, day: date, at: datetime) -> tuple[int, int]:
    """Orders to be dispatched by the end of this day, and those of them with a guarantee; each at most MOST."""
    due = in_tab(seller_id, "to_dispatch", at).alias(due=BY_DEADLINE).filter(due=day)
    guaranteed = due.filter(covered=True, exempted_at=None)
    return due[:MOST].count(), guaranteed[:MOST].count()


def past_due(seller_id: int, at: datetime) -> int:
    """Orders still to be dispatched whose agreed day is over, guaranteed or not; at most MOST."""
    past = in_tab(seller_id, "to_dispatch", at).alias(due=BY_DEADLINE).filter(due__lt=day_of(at))
    return past[:MOST].count()


def overdue_count(seller_id: int, at: datetime) -> int:
    """For the navigation; at most MOST."""
    return overdue(seller_id, at)[:MOST].count()


def counts(
    seller_id: int, wanted: Wanted, at: datetime, matches: QuerySet[Order] | int | None = None
) -> Counts:
    """All counts of the page in one query, none counted further than it is shown.

    `matches`: what filters leave, or how many where all of them are on the page; none: the tab itself.
    """
    asked = packed(replace(wanted, tab="all"))
    alone = next((chip for chip in CHIPS if asked == {chip: True}), None)  # it is counted anyway
    more = [matches] if isinstance(matches, QuerySet) and alone is None else []
    found = _counting(wanted.tab).of(seller_id, at, *more)
    tabs = {name: found.pop(0) for name in TABS}
    chips = {name: found.pop(0) for name in CHIPS}
    overdue_now = found.pop(0)
    if matches is None:
        matches = tabs[wanted.tab]
    elif isinstance(matches, QuerySet):
        matches = chips[alone] if alone else found.pop(0)
    return Counts(tabs, overdue_now, chips, matches)


@cache
def _counting(tab: str) -> Counting:
    """All tabs, the chips within one, and the overdue orders."""
    asked = [*map(_pieces, TABS), *(_chosen(tab, chip) for chip in CHIPS)]
    return counting([*asked, overdue(SOMEBODY, SOMETIME)])


def _chosen(tab: str, chip: str) -> Sequence[QuerySet[Any]]:
    """What a chip leaves of a tab, in a way that needs no look at all of it."""
    if chip == "loan" and tab == "done":
        return []  # nothing is lent on what is done
    if chip == "overdue" and tab == "all":
        late_ones = Guarantee.objects.filter(seller_id=SOMEBODY, kind="dispatch", late_at__lte=SOMETIME)
        return [late_ones.filter(order__seller_deleted_at=None)]
    return [_with(in_tab(SOMEBODY, tab, SOMETIME), tab, chip, SOMEBODY, SOMETIME)]


def _pieces(tab: str) -> list[QuerySet[Order]]:
    """A tab in pieces that share no order, each with an index of its own."""
    if tab != "done":
        return [in_tab(SOMEBODY, tab, SOMETIME)]
    mine = of_seller(SOMEBODY)
    ended = mine.filter(pk__in=due(SOMETIME, *ENDS)).exclude(state__in=DONE)
    return [mine.filter(state=lifecycle.COMPLETED), mine.filter(state=lifecycle.CLOSED), ended]


CHIPS = ("loan", "dispatch", "delivery", "overdue")
# Limits after which an order is done, whether or not a job has said so.
ENDS = ("left_alone", "receipt")


def _with(orders: QuerySet[Order], tab: str, chip: str, seller_id: int, at: datetime) -> QuerySet[Order]:
    if chip == "dispatch":
        return orders.filter(covered=True)
    if chip == "delivery":
        return orders.filter(can_deliver=True)
    if chip == "loan":
        return lendable(orders, at)
    return _overdue(orders, at) if tab == "to_dispatch" else orders.filter(late(at, seller=seller_id))
