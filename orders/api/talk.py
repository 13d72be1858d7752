"""What the two sides write and show each other on an order: messages, production, the case of a refund, files."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Choice, MoneyField, Text, Whole
from assurance.api.fields import Request as Given
from assurance.api.files import Files, PictureGiven
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import endpoint
from assurance.kernel import clock
from orders.api.access import SELLER, OrderView
from orders.api.money import latest
from orders.api.shapes import SIDES, SPEAKERS, FileShown
from orders.models import (
    Attachment,
    Order,
    Purpose,
    RefundStep,
    Stage,
    Step,
)
from orders.queries import files
from orders.services import messages, production, refunds


@dataclass(frozen=True)
class Sent:
    """A row with the files that came with it."""

    row: Any
    files: list[Attachment]

    @property
    def side(self) -> str:
        """The side as the API names it."""
        return SELLER if self.row.side == refunds.SUPPLIER else str(self.row.side)


def _sent(order: Order, purpose: str, rows: Iterable[Model]) -> list[Sent]:
    return [Sent(row, with_it) for row, with_it in files.beside(order.pk, purpose, rows)]


class SentShown(serializers.Serializer[Any]):
    """What every one of them has."""

    id = serializers.IntegerField(source="row.pk")
    by = serializers.CharField(source="row.by.name", allow_null=True, help_text="Who wrote it.")
    at = serializers.DateTimeField(source="row.at")
    words = serializers.CharField(source="row.words")
    files = FileShown(many=True)


class Said(Given):
    """Words, files or both."""

    words = Text(max_length=2000, allow_blank=True, default="")
    files = Files()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given["words"] and not given["files"]:
            raise serializers.ValidationError({"words": [_("Enter a comment or choose a file.")]})
        return given


class MessageShown(SentShown):
    side = serializers.ChoiceField(SIDES)


class Messages(OrderView):
    @endpoint("listMessages", MessageShown, query=Paged, many=True)
    def get(self, request: Request, number: str, *, given: dict[str, Any]) -> Listed:
        """What the two sides have written to each other, the newest first."""
        page = page_of(self.order.messages.select_related("by"), given, request)
        return page._replace(rows=_sent(self.order, Purpose.MESSAGE, page.rows))

    @endpoint("sendMessage", MessageShown, body=Said, status=201)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Sent:
        """Write to the other side. Possible on every order that both sides see, closed ones too."""
        made = messages.send(
            order_id=self.order.pk,
            side=self.by(request),
            words=given["words"],
            uploads=given["files"],
            token=str(uuid4()),
            at=clock.now(),
            actor=self.actor(request),
        )
        return _sent(self.order, Purpose.MESSAGE, [made])[0]


class ReadUpTo(Given):
    message = Whole(min_value=1, max_value=2**53, help_text="The newest message that was shown.")


class ReadShown(serializers.Serializer[Any]):
    unread_messages = serializers.BooleanField(help_text="Whether another has come since.")


class ReadMessages(OrderView):
    @endpoint("readMessages", ReadShown, body=ReadUpTo)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> dict[str, bool]:
        """Say that the messages have been before your eyes. Those that came meanwhile stay unread."""
        side = self.by(request)
        messages.read(order_id=self.order.pk, side=side, seen=given["message"])
        return {"unread_messages": self.order.unread.filter(side=side).exists()}


class UpdateGiven(Given):
    stage = Choice(choices=Stage.choices)
    words = Text(max_length=1000, allow_blank=True, default="")
    pictures = Files(child=PictureGiven())


class UpdateShown(SentShown):
    stage = serializers.ChoiceField(Stage.choices, source="row.stage")


class Production(OrderView):
    side = SELLER

    @endpoint("listProductionUpdates", UpdateShown, query=Paged, many=True)
    def get(self, request: Request, number: str, *, given: dict[str, Any]) -> Listed:
        """How the goods came along, the newest first."""
        page = page_of(self.order.production_updates.select_related("by"), given, request)
        return page._replace(rows=_sent(self.order, Purpose.UPDATE, page.rows))

    @endpoint("showProduction", UpdateShown, body=UpdateGiven, status=201)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Sent:
        """Show the buyer how far the goods are, from the first payment until the whole order is on its way."""
        made = production.show(
            order_id=self.order.pk,
            stage=given["stage"],
            words=given["words"],
            uploads=given["pictures"],
            token=str(uuid4()),
            at=clock.now(),
            actor=self.actor(request),
        )
        return _sent(self.order, Purpose.UPDATE, [made])[0]


class EvidenceGiven(Said):
    """Words, files or both."""

    words = Text(max_length=1000, allow_blank=True, default="")


class StepShown(SentShown):
    """One step of a case: what was asked for, offered, answered or shown."""

    kind = serializers.ChoiceField(Step.choices, source="row.kind")
    side = serializers.ChoiceField(SPEAKERS)
    amount = MoneyField(
        source="row.amount", allow_null=True, help_text="Null: everything, or a step without an amount."
    )


class RefundThread(OrderView):
    @endpoint("readRefundThread", StepShown, query=Paged, many=True)
    def get(self, request: Request, number: str, *, given: dict[str, Any]) -> Listed:
        """The case of the latest application, step by step, the newest first."""
        steps = RefundStep.objects.filter(refund=latest(self.order)).select_related("by")
        page = page_of(steps, given, request)
        return page._replace(rows=_sent(self.order, Purpose.EVIDENCE, page.rows))

    @endpoint("addEvidence", StepShown, body=EvidenceGiven, status=201)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Sent:
        """Add words and evidence to the latest application while it is open, before the platform too."""
        case = refunds.add(
            refund_id=latest(self.order),
            side=self.by(request),
            words=given["words"],
            uploads=given["files"],
            at=clock.now(),
            actor=self.actor(request),
        )
        return _sent(self.order, Purpose.EVIDENCE, [case.steps.latest("pk")])[0]


class FileWhole(FileShown):
    """A file with its content."""

    content = serializers.SerializerMethodField(help_text="The file in Base64.")

    def get_content(self, file: Attachment) -> str:
        with default_storage.open(file.path) as kept:
            return b64encode(kept.read()).decode("ascii")


class FileAt(OrderView):
    @endpoint("readFile", FileWhole)
    def get(self, request: Request, number: str, key: str, *, given: dict[str, Any]) -> Attachment:
        """A file that was sent with something on the order."""
        found = files.one(self.order.pk, key)
        if found is None or not default_storage.exists(found.path):
            raise Http404
        return found
