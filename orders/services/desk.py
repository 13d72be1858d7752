"""What staff do with many orders of their list at once: salesperson, notes, labels, putting away (ORD-9).

All of it is one side's own affair, so its events stand in a stream of their own, which no page of the order
shows. Each act says which orders it changed and which it could not, and why.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assurance.kernel import clock
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.models import Event
from assurance.kernel.rules import RuleViolation
from orders.models import Label, Note, Order, SavedFilter
from orders.rules import desk
from orders.services.elapse import locked
from sellers import queries as sellers

AT_ONCE, LABELS_PER_ORDER, FILTERS_PER_PERSON = 200, 10, 30
LONGEST_FILTER = 1000
STREAM = "desk"
SELLER, BUYER = "seller", "buyer"


@dataclass
class Outcome:
    """The numbers of the orders that were changed, and the refusals of the others by number."""

    changed: list[str] = field(default_factory=list)
    refused: dict[str, RuleViolation] = field(default_factory=dict)


def assign(
    *, seller_id: int, numbers: Collection[str], to: int | None, at: datetime, actor: Actor = PLATFORM
) -> Outcome:
    """Give orders to one of the seller's staff, or to nobody. Refused ORD-9 for anybody else."""
    if to is not None and to not in sellers.staff_ids(seller_id):
        raise RuleViolation(
            "ORD-9", _("This person does not work for your shop."), conflict=False, field="salesperson"
        )
    with transaction.atomic():
        # Locked in one order, so that two people who assign the same orders wait and do not deadlock.
        orders = Order.objects.select_for_update().filter(pk__in=_ids(seller_id, numbers)).order_by("pk")
        changed = [order for order in orders if order.salesperson_id != to]
        Order.objects.filter(pk__in=[order.pk for order in changed]).update(salesperson=to)
        _record(changed, "assigned", at, actor, to=to)
    return Outcome([order.number for order in changed])


def note(
    *, seller_id: int, numbers: Collection[str], text: str, at: datetime, actor: Actor = PLATFORM
) -> Outcome:
    """Write a note on orders. The same words by the same person within a minute are the same note."""
    with transaction.atomic():
        ids = _ids(seller_id, numbers)
        orders = list(Order.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
        said = Note.objects.filter(order__in=orders, author=actor.user_id, text=text)
        just_now = {one.order_id for one in said if abs((at - one.written_at).total_seconds()) < 60}
        Note.objects.bulk_create(
            Note(order=order, seller_id=seller_id, author_id=actor.user_id, text=text, written_at=at)
            for order in orders
            if order.pk not in just_now
        )
    return Outcome([order.number for order in orders])


def drop_note(*, seller_id: int, note_id: int) -> bool:
    """Take a note back; False if it is not there any more."""
    deleted, _per_model = Note.objects.filter(seller=seller_id, pk=note_id).delete()
    return bool(deleted)


def label(*, seller_id: int, numbers: Collection[str], name: str, on: bool, at: datetime) -> Outcome:
    """Put a label on orders or take it off. Refused ORD-9 for an order that has enough of them."""
    outcome = Outcome()
    with transaction.atomic():
        ids = _ids(seller_id, numbers)
        orders = Order.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        for order in orders:
            there = set(order.labels.values_list("name", flat=True))
            if on and name not in there and len(there) >= LABELS_PER_ORDER:
                outcome.refused[order.number] = RuleViolation(
                    "ORD-9", _("An order carries at most %(most)s labels."), most=LABELS_PER_ORDER
                )
            elif on and name not in there:
                Label.objects.create(order=order, seller_id=seller_id, name=name)
                outcome.changed.append(order.number)
            elif not on and name in there:
                order.labels.filter(name=name).delete()
                outcome.changed.append(order.number)
    return outcome


def delete(
    *, side: str, owner_id: int, numbers: Collection[str], at: datetime, actor: Actor = PLATFORM
) -> Outcome:
    """Take drafts and closed orders out of one side's lists; nothing else becomes of them (ORD-9).

    Each in a transaction of its own: what the clock has made due is carried out first, and one refusal does
    not hold up the others.
    """

    def put_away(order: Order) -> bool:
        if getattr(order, f"{side}_deleted_at") is not None:
            return False
        desk.check_deletable(order.state)
        setattr(order, f"{side}_deleted_at", at)
        return True

    return _each(side, owner_id, numbers, put_away, "deleted", at, actor)


def restore(
    *, side: str, owner_id: int, numbers: Collection[str], at: datetime, actor: Actor = PLATFORM
) -> Outcome:
    """Put deleted orders back into one side's lists."""

    def bring_back(order: Order) -> bool:
        if getattr(order, f"{side}_deleted_at") is None:
            return False
        setattr(order, f"{side}_deleted_at", None)
        return True

    return _each(side, owner_id, numbers, bring_back, "restored", at, actor)


def _each(
    side: str,
    owner_id: int,
    numbers: Collection[str],
    change: Callable[[Order], bool],
    kind: str,
    at: datetime,
    actor: Actor,
) -> Outcome:
    outcome = Outcome()
    for pk in sorted(_ids(owner_id, numbers, side)):
        with transaction.atomic():
            order = locked(pk, at)
            try:
                if not change(order):
                    continue
            except RuleViolation as violation:
                outcome.refused[order.number] = violation
                continue
            order.save(update_fields=[f"{side}_deleted_at"])
            _record([order], kind, at, actor, by=side)
            outcome.changed.append(order.number)
    return outcome


def _ids(owner_id: int, numbers: Collection[str], side: str = SELLER) -> list[int]:
    """The orders of these numbers that are the owner's; the others are not there for them."""
    mine = Order.objects.filter(**{f"{side}_id": owner_id}, number__in=list(numbers)[:AT_ONCE])
    return list(mine.values_list("pk", flat=True))


def _record(orders: Collection[Order], kind: str, at: datetime, actor: Actor, **data: object) -> None:
    now = clock.now()
    Event.objects.bulk_create(
        Event(
            stream=STREAM,
            key=order.pk,
            kind=kind,
            actor_id=actor.user_id,
            actor_role=actor.role,
            happened_at=at,
            recorded_at=now,
            rules=["ORD-9"],
            data=data,
        )
        for order in orders
    )


@transaction.atomic
def keep_filter(*, seller_id: int, user_id: int, name: str, query: str, default: bool) -> SavedFilter:
    """Keep a filter under a name; the same name again replaces it. Refused ORD-9 beyond a number of them."""
    plain = _plain(query)
    if len(plain) > LONGEST_FILTER:
        raise RuleViolation("ORD-9", _("These filters are too long to save."), conflict=False, field="name")
    mine = SavedFilter.objects.select_for_update().filter(seller=seller_id, user=user_id)
    if mine.exclude(name=name).count() >= FILTERS_PER_PERSON:
        raise RuleViolation(
            "ORD-9",
            _("You can save %(most)s filters. Delete one that you no longer need."),
            conflict=False,
            field="name",
            most=FILTERS_PER_PERSON,
        )
    if default:
        mine.update(is_default=False)
    kept, _made = SavedFilter.objects.update_or_create(
        seller_id=seller_id,
        user_id=user_id,
        name=name,
        defaults={"query": plain, "is_default": default},
    )
    return kept


@transaction.atomic
def set_default(*, seller_id: int, user_id: int, filter_id: int | None) -> None:
    """The filter with which the list opens; none: the whole list."""
    mine = SavedFilter.objects.select_for_update().filter(seller=seller_id, user=user_id)
    mine.update(is_default=False)
    if filter_id is not None:
        mine.filter(pk=filter_id).update(is_default=True)


def drop_filter(*, seller_id: int, user_id: int, filter_id: int) -> None:
    SavedFilter.objects.filter(seller=seller_id, user=user_id, pk=filter_id).delete()


def _plain(query: str) -> str:
    """A list's address without the place in it, and without what says nothing."""
    given = QueryDict(query).items()
    return urlencode([(name, value) for name, value in given if value and name not in ("after", "before")])
