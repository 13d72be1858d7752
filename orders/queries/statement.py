"""A seller's statement: the movements of the balance, narrowed by kind, period and order (PAY-4, REC-2)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import QuerySet

from assurance.kernel.days import end_of, start_of
from assurance.kernel.money import Money, from_minor
from assurance.ledger.models import Account, AccountKind, Entry, Transfer
from orders.models import Order
from orders.queries import causes

KINDS = ("release", "recovery", "recovery_reversed", "refund", "debt_paid", "deposit", "withdrawal")
PIECE = 1000


@dataclass(frozen=True)
class Wanted:
    """What is to be seen of a statement; nothing set is everything. Days are platform days, inclusive."""

    kind: str = ""
    first: date | None = None
    last: date | None = None
    number: str = ""


@dataclass(frozen=True)
class Moved:
    """One movement, the order that it goes back to, and what the account held after it."""

    entry: Entry
    number: str
    balance: Money

    @property
    def amount(self) -> Money:
        return from_minor(self.entry.amount_minor, self.entry.account.currency)


def accounts_of(seller_ids: Collection[int]) -> QuerySet[Account]:
    return Account.objects.filter(kind=AccountKind.SELLER, owner_id__in=seller_ids)


def narrowed(seller_ids: Collection[int], wanted: Wanted) -> QuerySet[Entry]:
    """The movements that are wanted, unsorted, each with its transfer."""
    found = Entry.objects.filter(account__in=accounts_of(seller_ids)).select_related("transfer", "account")
    if wanted.kind:
        found = found.filter(transfer__what=wanted.kind)
    if wanted.first:
        found = found.filter(transfer__happened_at__gte=start_of(wanted.first))
    if wanted.last:
        found = found.filter(transfer__happened_at__lt=end_of(wanted.last))
    if wanted.number:
        mine = Order.objects.filter(seller_id__in=seller_ids, number="".join(wanted.number.split()))
        order_id = mine.values_list("pk", flat=True).first()
        behind = Transfer.objects.filter(causes.of_order(order_id)) if order_id else Transfer.objects.none()
        found = found.filter(transfer__in=behind)
    return found


def whole(seller_id: int, wanted: Wanted) -> Iterator[Moved]:
    """All that is wanted of one seller's statement, the oldest first, a piece at a time however long it is."""
    chosen = narrowed([seller_id], wanted).values_list("pk", flat=True)
    is_all = wanted == Wanted()
    every = Entry.objects.filter(account__in=accounts_of([seller_id])).select_related("transfer", "account")
    held = from_minor(0)
    entries = every.order_by("pk").iterator(chunk_size=PIECE)
    while piece := list(islice(entries, PIECE)):
        shown = set() if is_all else set(chosen.filter(pk__in=[entry.pk for entry in piece]))
        known = causes.numbers((entry.transfer.cause, entry.transfer.cause_id) for entry in piece)
        for entry in piece:
            held += from_minor(entry.amount_minor, entry.account.currency)
            if is_all or entry.pk in shown:
                yield Moved(entry, known.get((entry.transfer.cause, entry.transfer.cause_id), ""), held)
