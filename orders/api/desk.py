"""What one side keeps about its orders for itself: salesperson, notes, labels, what it has deleted (ORD-9)."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Flag, Nothing, Text, Whole
from assurance.api.fields import Request as Given
from assurance.api.views import endpoint
from assurance.kernel import clock
from orders.api.access import BUYER, SELLER, OrderView, side_of
from orders.models import Note, Order
from orders.queries.desk import labels_on, notes_on
from orders.services import desk
from orders.services.desk import Outcome
from orders.views.seller.desk_forms import one_line

NOTES_SHOWN = 100


@dataclass(frozen=True)
class Kept:
    """What the staff of a shop have written down about an order."""

    order: Order

    @property
    def salesperson(self) -> Any:
        return self.order.salesperson

    @property
    def labels(self) -> list[str]:
        return labels_on(self.order.pk)

    @property
    def notes(self) -> list[Note]:
        return list(notes_on(self.order.pk)[:NOTES_SHOWN])


class StaffShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class NoteShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    by = serializers.CharField(source="author.name", default=None, allow_null=True)
    at = serializers.DateTimeField(source="written_at")
    text = serializers.CharField()


class DeskShown(serializers.Serializer[Any]):
    salesperson = StaffShown(allow_null=True)
    labels = serializers.ListField(child=serializers.CharField())
    notes = NoteShown(many=True, help_text=f"The newest first, at most {NOTES_SHOWN}.")


class DeskView(OrderView):
    """For the shop alone: its buyer is told that it is not theirs."""

    side = SELLER

    def enter(self, request: Request, **path: Any) -> None:
        super().enter(request, **path)
        if side_of(self.order, request) != SELLER:
            raise Http404

    def about(self) -> dict[str, Any]:
        """What every act of a desk is told."""
        return {"seller_id": self.order.seller_id, "numbers": [self.order.number], "at": clock.now()}

    def kept(self, outcome: Outcome | None = None) -> Kept:
        """The order's desk, read afresh; raises what the act was refused with."""
        _raise(outcome)
        self.order.refresh_from_db(fields=["salesperson"])
        return Kept(self.order)


def _raise(outcome: Outcome | None) -> None:
    for violation in outcome.refused.values() if outcome else ():
        raise violation


class Desk(DeskView):
    @endpoint("readDesk", DeskShown)
    def get(self, request: Request, number: str, *, given: dict[str, Any]) -> Kept:
        """Salesperson, labels and notes of an order. The buyer never sees them."""
        return self.kept()


class SalespersonGiven(Given):
    salesperson = Whole(
        min_value=1, max_value=2**53, allow_null=True, help_text="The id of one of the staff; null: nobody."
    )


class Salesperson(DeskView):
    @endpoint("assignSalesperson", DeskShown, body=SalespersonGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Kept:
        """Give the order to one of the shop's staff, or to nobody."""
        return self.kept(desk.assign(**self.about(), to=given["salesperson"], actor=self.actor(request)))


class NoteGiven(Given):
    text = Text(max_length=1000)


class Notes(DeskView):
    @endpoint("writeNote", DeskShown, body=NoteGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Kept:
        """Write a note. The same words by the same person within a minute are the same note."""
        return self.kept(desk.note(**self.about(), text=given["text"], actor=self.actor(request)))


class LabelGiven(Given):
    name = Text(max_length=30)
    on = Flag(default=True, help_text="`false` takes it off.")

    def validate_name(self, name: str) -> str:
        return one_line(name)


class Labels(DeskView):
    @endpoint("setLabel", DeskShown, body=LabelGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Kept:
        """Put a label on the order, or take it off."""
        return self.kept(desk.label(**self.about(), name=given["name"], on=given["on"]))


@dataclass(frozen=True)
class Listing:
    """Whether the caller's side lists an order."""

    number: str
    deleted: bool


class ListingShown(serializers.Serializer[Any]):
    number = serializers.CharField()
    deleted = serializers.BooleanField(help_text="Your side's lists and files leave it out.")


class Delete(OrderView):
    @endpoint("deleteOrder", ListingShown, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Listing:
        """Take a draft or a closed order out of your side's lists. The other side and the ledger keep it."""
        _raise(desk.delete(**_own(self.order, request), at=clock.now(), actor=self.actor(request)))
        return Listing(number, deleted=True)


class Restore(OrderView):
    @endpoint("restoreOrder", ListingShown, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Listing:
        """Put a deleted order back into your side's lists."""
        _raise(desk.restore(**_own(self.order, request), at=clock.now(), actor=self.actor(request)))
        return Listing(number, deleted=False)


def _own(order: Order, request: Request) -> dict[str, Any]:
    side = side_of(order, request)
    owner = order.buyer_id if side == BUYER else order.seller_id
    return {"side": side, "owner_id": owner, "numbers": [order.number]}
