"""What the order lists filter by, for pages, API and files alike (ORD-9)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull

from assurance.accounts.models import User
from assurance.kernel.days import end_of, start_of
from assurance.kernel.models import Deadline
from assurance.kernel.money import USD
from assurance.kernel.rates import RATED
from assurance.kernel.units import minor_unit
from logistics.queries import catalogue as _trigram_lookups  # noqa: F401  registers `has_part`
from orders.models import Guarantee, Label, Note, Order, OrderLine, State
from orders.rules import desk
from sellers.models import Product

CURRENCIES = (USD, *RATED)
DISCOUNTS = ("any", "store", "platform", "none")
KINDS = ("rts", "made")
NOBODY = 0  # for the orders that no salesperson has

_UNPAID = (State.AWAITING_SUPPLIER, State.AWAITING_BUYER, State.AWAITING_PAYMENT)
_MONEY = DecimalField(max_digits=30, decimal_places=8)
# People and products are named one by one up to here; beyond, the words fit so much that orders are looked at.
_NAMED = 300
# As many lines as make a product one that sells all the time.
_OFTEN = 5_000


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see; nothing set is everything. Days are platform days, inclusive.

    Amounts are in `currency`, or in USD at each order's own rate where none is asked for. `salesperson`
    NOBODY: the orders that nobody has.
    """

    tab: str = "all"
    text: str = ""
    dispatch: bool = False
    delivery: bool = False
    overdue: bool | None = None
    loan: bool = False
    state: str = ""
    salesperson: int | None = None
    supplier: int | None = None
    destination: str = ""
    created_from: date | None = None
    created_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    country: str = ""
    drafted_by: str = ""
    kind: str = ""
    source: str = ""
    mode: str = ""
    currency: str = ""
    export: str = ""
    discount: str = ""
    label: str = ""
    deleted: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing but a tab is asked for."""
        return self == Wanted(tab=self.tab)


def packed(wanted: Wanted) -> dict[str, Any]:
    """As a file that is written later keeps it: only what is asked for, as JSON has it."""
    plain = asdict(Wanted())
    asked = {name: value for name, value in asdict(wanted).items() if value != plain[name]}
    return {name: str(value) if isinstance(value, date | Decimal) else value for name, value in asked.items()}


def unpacked(kept: dict[str, Any]) -> Wanted:
    """What `packed` wrote; names that only another release knows are left out."""
    asked = {name: value for name, value in kept.items() if hasattr(Wanted, name)}
    for name in ("created_from", "created_to"):
        if name in asked:
            asked[name] = date.fromisoformat(asked[name])
    for name in ("amount_from", "amount_to"):
        if name in asked:
            asked[name] = Decimal(asked[name])
    return Wanted(**asked)


def narrowed(orders: QuerySet[Order], wanted: Wanted, at: datetime) -> QuerySet[Order]:
    """The orders that the filters leave; tabs, searches and chips are the lists' own."""
    same = {
        "salesperson": wanted.salesperson,
        "seller": wanted.supplier,
        "destination": wanted.destination,
        "buyer_country": wanted.country,
        "drafted_by": wanted.drafted_by,
        "source": wanted.source,
        "mode": wanted.mode,
        "currency": wanted.currency,
        "export": wanted.export,
        "created_at__gte": start_of(wanted.created_from) if wanted.created_from else None,
        "created_at__lt": end_of(wanted.created_to) if wanted.created_to else None,
    }
    orders = orders.filter(**{name: value for name, value in same.items() if value})
    if wanted.salesperson == NOBODY:
        orders = orders.filter(salesperson=None)
    if wanted.kind:
        orders = orders.filter(rts=wanted.kind == "rts")
    if wanted.discount:
        orders = orders.filter(_discounted(wanted.discount))
    if wanted.amount_from is not None or wanted.amount_to is not None:
        orders = _between(orders, wanted)
    if wanted.label:
        labelled = Label.objects.filter(order=OuterRef("pk"), name=wanted.label)
        orders = orders.filter(Exists(labelled))
    return in_state(orders, wanted.state, at) if wanted.state else orders


def _discounted(kind: str) -> Q:
    store, platform = Q(discount_minor__gt=0), Q(coupon_minor__gt=0)
    if kind == "store":
        return store
    if kind == "platform":
        return platform
    return Q(discount_minor=0, coupon_minor=0) if kind == "none" else store | platform


def _between(orders: QuerySet[Order], wanted: Wanted) -> QuerySet[Order]:
    """By contract total, in the currency asked for or in USD at each order's rate (MON-2)."""
    least, most = wanted.amount_from, wanted.amount_to
    if wanted.currency:
        return orders.filter(_within(wanted.currency, least, most))
    return _in_usd(orders, least, most)


def _within(currency: str, least: Decimal | None, most: Decimal | None) -> Q:
    """Contract totals between two amounts in their currency, themselves included."""
    unit = minor_unit(currency)
    return _bounded("total_minor", *(None if bound is None else bound / unit for bound in (least, most)))


def _bounded(name: str, least: Decimal | None, most: Decimal | None) -> Q:
    bounds = {f"{name}__gte": least, f"{name}__lte": most}
    return Q(**{bound: value for bound, value in bounds.items() if value is not None})


def _in_usd(orders: QuerySet[Order], least: Decimal | None, most: Decimal | None) -> QuerySet[Order]:
    """Contract totals between two amounts in USD, unrounded.

    Orders in USD, nearly all, are compared without arithmetic, and the database knows how many it will find.
    """
    whole = [
        When(currency=code, then=Value(minor_unit(code))) for code in CURRENCIES if minor_unit(code) == 1
    ]
    unit = Case(*whole, default=Value(minor_unit(USD)), output_field=_MONEY)
    others = ~Q(currency=USD) & _bounded("in_usd", least, most)
    return orders.alias(in_usd=Cast("total_minor", _MONEY) * F("usd_rate") * unit).filter(
        Q(currency=USD) & _within(USD, least, most) | others
    )


def in_state(orders: QuerySet[Order], state: str, at: datetime) -> QuerySet[Order]:
    """The orders in a state as the clock has it: closing and receipt count although no job has run (TIM-3)."""
    lapsed, received = Q(pk__in=due(at, "left_alone")), Q(pk__in=due(at, "receipt"))
    if state == State.CLOSED:
        return orders.filter(Q(state=state) | (Q(state__in=_UNPAID) & lapsed))
    if state == State.COMPLETED:
        return orders.filter(Q(state=state) | received)
    found = orders.filter(state=state)
    if state == State.AWAITING_RECEIPT:
        return found.exclude(received)
    return found.exclude(lapsed) if state in _UNPAID else found


def due(at: datetime, *kinds: str) -> QuerySet[Deadline, int]:
    """The orders whose limits of these kinds have passed although no job has said so yet: a few rows."""
    return Deadline.objects.filter(kind__in=kinds, due_at__lte=at).values_list("subject_id", flat=True)


def late(at: datetime, **whose: Any) -> Q:
    """Orders whose dispatch guarantee is late now (DSP-4)."""
    return Q(pk__in=Guarantee.objects.filter(kind="dispatch", late_at__lte=at, **whose).values("order_id"))


def flagged(found: QuerySet[Order], wanted: Wanted, at: datetime, **whose: object) -> QuerySet[Order]:
    """With or, where asked for by False, without what is late now; with the guarantees asked for."""
    if wanted.dispatch:
        found = found.filter(covered=True)
    if wanted.delivery:
        found = found.filter(can_deliver=True)
    if wanted.overdue is None:
        return found
    overdue = late(at, **whose)
    return found.filter(overdue if wanted.overdue else ~overdue)


def lendable(orders: QuerySet[Order], at: datetime) -> QuerySet[Order]:
    """The orders that a lit seller can borrow on: `orders.rules.desk.can_borrow`, asked of the database."""
    known = {"state__in": desk.LENT_ON, "disputed": False, "refunded_minor": 0, "effective_at__isnull": False}
    sized = _in_usd(orders.filter(**known), desk.LOAN_LEAST.amount, desk.LOAN_MOST.amount)
    return sized.exclude(pk__in=due(at, "receipt"))


def found_by_seller(seller_ids: Sequence[int], text: str) -> Q:
    """By order number (from its first digits on), the buyer's exact e-mail, or part of the buyer's name or

    company, of a product's name, of a note or a label.

    An e-mail is matched whole, so that a list is no way to find addresses out. Numbers, people and products are
    found first, by indexes of their own; one condition with an "or" over all of them would have none.
    """
    digits = "".join(text.split())
    if digits.isdecimal() and len(digits) >= 4:
        [numbered] = _named(Order.objects.filter(seller__in=seller_ids, number__startswith=digits))
        return Q(pk__in=numbered) | _noted(seller_ids, text)
    if "@" in text:
        [people] = _named(User.objects.filter(email=text.lower()))
        return Q(buyer__in=people) | _noted(seller_ids, text)
    people, sold = _named(
        User.objects.filter(Q(name__has_part=text) | Q(company__has_part=text)),
        Product.objects.filter(Q(name__has_part=text) | Q(name_zh__has_part=text), seller__in=seller_ids),
    )
    found = Q(buyer__in=people) | _noted(seller_ids, text)
    return found | _with_lines(sold) if sold else found


def _with_lines(sold: Any) -> Q:
    """Orders of these products: the lines of what sells now and then are read once; of what sells all the time

    each order is asked for one, so that the first page ends the search.
    """
    lines = OrderLine.objects.filter(product__in=sold)
    if lines[:_OFTEN].count() < _OFTEN:
        return Q(pk__in=lines.values("order_id"))
    # Not as EXISTS, which the database would turn into reading them all.
    return Q(IsNull(Subquery(lines.filter(order=OuterRef("pk")).values("pk")[:1]), False))


def _named(*searches: QuerySet[Any]) -> list[Any]:
    """The ids that each search finds, all in one query; of too many to name, the search itself."""
    first, *others = (
        found.annotate(search=Value(n)).values_list("search", "pk")[: _NAMED + 1]
        for n, found in enumerate(searches)
    )
    ids: list[list[int]] = [[] for _ in searches]
    for search, pk in first.union(*others, all=True) if others else first:
        ids[search].append(pk)
    return [
        few if len(few) <= _NAMED else found.values("pk") for few, found in zip(ids, searches, strict=True)
    ]


def _noted(seller_ids: Sequence[int], text: str) -> Q:
    notes = Note.objects.filter(seller__in=seller_ids, text__has_part=text)
    labels = Label.objects.filter(seller__in=seller_ids, name__has_part=text)
    return Q(pk__in=notes.values("order_id")) | Q(pk__in=labels.values("order_id"))
