"""The seller's order list: tabs with counts, filters, search, and one page of rows (ORD-9)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from assurance.kernel.days import end_of, start_of
from assurance.kernel.models import Deadline
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from logistics.models import Parcel
from orders.models import BankLine, Guarantee, Order, OrderLine, Proposal
from orders.queries.counting import MOST, SOMEBODY, SOMETIME, Counting, counting
from orders.queries.facts import View, view
from orders.rules import lifecycle

TO_CONFIRM = (
    lifecycle.DRAFT,
    lifecycle.AWAITING_SUPPLIER,
    lifecycle.AWAITING_BUYER,
    lifecycle.INITIAL_TO_CONFIRM,
)
TO_PAY = (lifecycle.AWAITING_PAYMENT, lifecycle.INITIAL_SHORT)
TO_DISPATCH = (lifecycle.AWAITING_DISPATCH, lifecycle.PARTLY_DISPATCHED)
TO_RECEIVE = (lifecycle.AWAITING_RECEIPT,)
DONE = (lifecycle.COMPLETED, lifecycle.CLOSED)
_UNPAID = {"to_confirm": TO_CONFIRM, "to_pay": TO_PAY}
TABS = ("all", "to_confirm", "to_pay", "to_dispatch", "to_receive", "after_sales", "done")

_NO_DAY = date(9999, 12, 31)


@dataclass(frozen=True)
class Wanted:
    """What a seller wants to see; nothing set is everything. Days are platform days, inclusive."""

    tab: str = "all"
    text: str = ""
    dispatch: bool = False
    delivery: bool = False
    overdue: bool = False
    state: str = ""
    destination: str = ""
    created_from: date | None = None
    created_to: date | None = None
    currency: str = ""
    export: str = ""


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
    return mine.select_related("buyer", "policy", "line").first()


def listed(seller_id: int, wanted: Wanted, at: datetime) -> tuple[QuerySet[Order], tuple[str, ...]]:
    """The matching orders with what a row shows, and the keys they are sorted by: orders to dispatch by

    their deadline, all others newest first.
    """
    found = _with_people(matching(seller_id, wanted, at))
    if wanted.tab != "to_dispatch":
        return found, ("-id",)
    due = Coalesce("dispatch_due", Value(_NO_DAY), output_field=DateField())
    return found.annotate(due=due), ("due", "id")


def rows(orders: Sequence[Order], at: datetime, *, in_force: Policy) -> list[Row]:
    """Orders with their promises; all parcels in one query."""
    parcels: dict[int, list[Parcel]] = {order.pk: [] for order in orders}
    for parcel in Parcel.objects.filter(order_id__in=parcels).order_by("id"):
        parcels[parcel.order_id].append(parcel)
    return [Row(order, view(order, parcels[order.pk], at, in_force), parcels[order.pk]) for order in orders]


def matching(seller_id: int, wanted: Wanted, at: datetime) -> QuerySet[Order]:
    """The seller's orders that a tab, its filters and a search leave, unsorted."""
    found = in_tab(seller_id, wanted.tab, at)
    if wanted.text.strip():
        found = found.filter(_search(seller_id, wanted.text.strip()))
    same = {
        "state": wanted.state,
        "destination": wanted.destination,
        "currency": wanted.currency,
        "export": wanted.export,
        "created_at__gte": start_of(wanted.created_from) if wanted.created_from else None,
        "created_at__lt": end_of(wanted.created_to) if wanted.created_to else None,
    }
    found = found.filter(**{name: value for name, value in same.items() if value})
    for chip, on in (
        ("dispatch", wanted.dispatch),
        ("delivery", wanted.delivery),
        ("overdue", wanted.overdue),
    ):
        if on:
            found = found.filter(_chip(chip, seller_id, at))
    return found


def in_tab(seller_id: int, tab: str, at: datetime) -> QuerySet[Order]:
    """The orders of a tab as the clock has it: closing and receipt count although no job has run (TIM-3)."""
    mine = Order.objects.filter(seller_id=seller_id)
    left = Deadline.objects.filter(kind="left_alone", due_at__lte=at).values("subject_id")
    received = Q(state=lifecycle.AWAITING_RECEIPT, receipt_due_at__lte=at)
    if tab == "after_sales":
        return mine.filter(Q(disputed=True) | Q(claimed_at__isnull=False) | Q(refunded_minor__gt=0))
    if tab == "done":
        return mine.filter(Q(state__in=DONE) | received | Q(pk__in=left))
    if tab == "to_dispatch":
        return mine.filter(state__in=TO_DISPATCH)
    if tab == "to_receive":
        return mine.filter(state__in=TO_RECEIVE).exclude(received)
    if tab in _UNPAID:
        return mine.filter(state__in=_UNPAID[tab]).exclude(pk__in=left)
    return mine


def overdue(seller_id: int, at: datetime) -> QuerySet[Order]:
    """Orders still to be dispatched whose guaranteed deadline has passed (DSP-4)."""
    return in_tab(seller_id, "to_dispatch", at).filter(_chip("overdue", seller_id, at))


def numbers(seller_id: int, order_ids: Collection[int]) -> dict[int, str]:
    """The numbers of those of these orders that are the seller's own."""
    if not order_ids:
        return {}
    mine = Order.objects.filter(seller_id=seller_id, pk__in=order_ids)
    return dict(mine.values_list("pk", "number"))


def held(seller_id: int) -> list[Money]:
    """What the platform holds for the seller's orders until receipt, by currency (PAY-4)."""
    kept = F("cash_minor") + F("coupon_minor") - F("refunded_minor") - F("coupon_returned_minor")
    paid = Order.objects.filter(seller_id=seller_id, effective_at__isnull=False).exclude(state__in=DONE)
    disputed = Order.objects.filter(seller_id=seller_id, state=lifecycle.COMPLETED, disputed=True)
    sums = (
        (paid | disputed)
        .values_list("currency")
        .annotate(held=Sum(kept - F("released_minor")))
        .order_by("currency")
    )
    return [from_minor(minor, currency) for currency, minor in sums if minor]


def open_bank_lines(seller_id: int) -> QuerySet[BankLine]:
    """Statement lines that name one of the seller's orders and are not yet associated."""
    waiting = BankLine.objects.filter(order__seller_id=seller_id, state="open")
    return waiting.select_related("order__buyer")


def due_on(seller_id: int, day: date, at: datetime) -> int:
    """Guaranteed orders to be dispatched by the end of this day; at most MOST."""
    due = in_tab(seller_id, "to_dispatch", at).filter(covered=True, exempted_at=None, dispatch_due=day)
    return due[:MOST].count()


def overdue_count(seller_id: int, at: datetime) -> int:
    """For the navigation; at most MOST."""
    return overdue(seller_id, at)[:MOST].count()


def counts(seller_id: int, wanted: Wanted, at: datetime) -> Counts:
    """All counts of the page in one query, none counted further than it is shown."""
    is_filtered = wanted != Wanted(tab=wanted.tab)
    more = [matching(seller_id, wanted, at)] if is_filtered else []
    found = _counting(wanted.tab).of(seller_id, at, *more)
    tabs = {name: found.pop(0) for name in TABS}
    chips = {name: found.pop(0) for name in _CHIPS}
    return Counts(
        tabs=tabs,
        overdue=found.pop(0),
        chips=chips,
        matching=found.pop(0) if is_filtered else tabs[wanted.tab],
    )


@cache
def _counting(tab: str) -> Counting:
    """All tabs, the chips within one, and the overdue orders."""
    inside = in_tab(SOMEBODY, tab, SOMETIME)
    asked = [in_tab(SOMEBODY, name, SOMETIME) for name in TABS]
    asked += [inside.filter(_chip(name, SOMEBODY, SOMETIME)) for name in _CHIPS]
    return counting([*asked, overdue(SOMEBODY, SOMETIME)])


_CHIPS = ("dispatch", "delivery", "overdue")


def _chip(name: str, seller_id: int, at: datetime) -> Q:
    if name == "dispatch":
        return Q(covered=True)
    if name == "delivery":
        return Q(can_deliver=True)
    late = Guarantee.objects.filter(seller_id=seller_id, kind="dispatch", late_at__lte=at)
    return Q(pk__in=late.values("order_id"))


def _search(seller_id: int, text: str) -> Q:
    """By order number (from its first digits on), the buyer's exact e-mail, or part of a name or product.

    An e-mail is matched whole, so that a list is no way to find addresses out.
    """
    digits = "".join(text.split())
    if digits.isdecimal() and len(digits) >= 4:
        return Q(number__startswith=digits)
    if "@" in text:
        return Q(buyer__email=text.lower())
    sold = OrderLine.objects.filter(order__seller_id=seller_id)
    named = sold.filter(Q(name__icontains=text) | Q(name_zh__icontains=text))
    return (
        Q(buyer__name__icontains=text)
        | Q(buyer__company__icontains=text)
        | Q(pk__in=named.values("order_id"))
    )


def _with_people(orders: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.select_related("product").order_by("id")
    shown = ("order", "currency", "quantity", "price_minor", "name", "name_zh", "product__picture")
    proposed = Exists(Proposal.objects.filter(order=OuterRef("pk"), answer=""))
    # The policy is fetched apart: all orders of a page share its one or two versions and read them once.
    return (
        orders.select_related("buyer")
        .defer("address", "buyer__password")
        .annotate(has_proposal=proposed)
        .prefetch_related("policy", Prefetch("lines", lines.only(*shown)))
    )
