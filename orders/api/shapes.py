"""An order as the API writes it. Instants are facts; states say what they mean at the time of asking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rest_framework import serializers

from assurance.api.fields import MoneyField
from logistics.models import Mode
from orders.models import Cause, Export, Method, Order, Payment, PaymentState, State
from orders.queries.buyer import Detail
from orders.queries.facts import View, fee, funds, held
from orders.queries.refunds import Standing, standing
from orders.rules import guarantees, lifecycle
from orders.rules.bank.reference import reference_of

GUARANTEE_STATES = [
    guarantees.NONE,
    guarantees.PENDING,
    guarantees.ACTIVE,
    guarantees.VERIFYING,
    guarantees.KEPT,
    guarantees.LATE,
    guarantees.EXEMPTED,
    guarantees.ENDED,
]
REFUND_STATES = ["negotiating", "escalated", "agreed", "ruled", "withdrawn"]
SIDES = ["buyer", "seller"]
SPOKEN = {"buyer": "buyer", "seller": "supplier"}  # the sides as `orders.services` calls them
SPEAKERS = [*SIDES, "platform"]
GUARANTEES = ["dispatch", "delivery"]
CLAIM_STATES = ["in_review", "approved", "rejected"]


@dataclass(frozen=True)
class Brief:
    """An order in a list."""

    order: Order
    view: View
    role: str

    @property
    def unread_messages(self) -> bool:
        return bool(self.order.has_unread)  # type: ignore[attr-defined]

    @property
    def items(self) -> Iterable[Any]:
        return self.order.lines.all()


@dataclass(frozen=True)
class Whole:
    """An order with everything, as one of its sides sees it."""

    order: Order
    view: View
    role: str
    detail: Detail

    @classmethod
    def of(cls, detail: Detail, role: str) -> "Whole":
        return cls(detail.order, detail.view, role, detail)

    @property
    def items(self) -> Iterable[Any]:
        return self.detail.lines

    @property
    def unread_messages(self) -> bool:
        return SPOKEN[self.role] in self.detail.unread_by

    @property
    def closes_at(self) -> datetime | None:
        """When it is closed if nobody goes on with it (ORD-3)."""
        return self.view.closes_at

    @property
    def funds(self) -> dict[str, Any]:
        """The money of the order in its currency; what the platform takes and releases is the seller's to know."""
        order, now = self.order, funds(self.order)
        to_seller = self.role == "seller"
        return {
            "currency": order.currency,
            "goods": order.goods,
            "shipping": order.shipping,
            "discount": order.discount,
            "store_coupon": order.store_coupon_id,
            "total": order.total,
            "initial": order.initial,
            "cash": order.cash,
            "coupon": order.coupon_part,
            "method_fee": order.method_fee,
            "due_now": lifecycle.due_now(now),
            "outstanding": now.outstanding,
            "refunded": order.refunded,
            "held": held(order),
            "fee": fee(order) if to_seller else None,
            "released": order.released if to_seller else None,
        }

    @property
    def claim(self) -> Any:
        return getattr(self.order, "claim", None) if self.order.claimed_at else None

    @property
    def refund(self) -> Standing | None:
        """The latest application as it stands now."""
        latest = self.detail.refund
        return standing(latest, self.view.facts.policy, self.detail.at) if latest else None

    @property
    def review(self) -> Any:
        return getattr(self.order, "review", None) if self.order.received_at else None


class Party(serializers.Serializer[Any]):
    name = serializers.CharField()
    company = serializers.CharField()
    country = serializers.CharField()


class Shop(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class Item(serializers.Serializer[Any]):
    product = serializers.IntegerField(source="product_id")
    name = serializers.CharField()
    unit = serializers.CharField()
    quantity = serializers.IntegerField()
    price = MoneyField(help_text="Of one unit.")
    amount = MoneyField()


class GuaranteePanel(serializers.Serializer[Any]):
    """What stands on the two guarantees, until when, and whether a claim can be made."""

    covered = serializers.BooleanField(source="view.covered")
    dispatch = serializers.ChoiceField(GUARANTEE_STATES, source="view.dispatch")
    dispatch_due = serializers.DateField(source="view.dispatch_due", allow_null=True)
    overdue = serializers.BooleanField(source="view.overdue")
    overdue_since = serializers.DateTimeField(source="view.overdue_since", allow_null=True)
    dispatched_at = serializers.DateTimeField(source="view.dispatched_at", allow_null=True)
    delivery = serializers.ChoiceField(GUARANTEE_STATES, source="view.delivery")
    promise = serializers.DateField(
        source="view.promise", allow_null=True, help_text="Guaranteed to be delivered by this day."
    )
    delivered_at = serializers.DateTimeField(source="view.delivered_at", allow_null=True)
    entrance = serializers.BooleanField(source="view.entrance", help_text="Whether a claim can be made now.")
    entrance_closes = serializers.DateField(
        source="view.entrance_closes", allow_null=True, help_text="The last day for it; null: none yet."
    )
    claimable = serializers.SerializerMethodField()

    def get_claimable(self, shown: Brief | Whole) -> list[str]:
        """The guarantees that a claim can be made on now."""
        view = shown.view
        is_open = {"dispatch": view.dispatch_entrance, "delivery": view.delivery_entrance}
        return [name for name, can in is_open.items() if can]


class OrderSummary(serializers.Serializer[Any]):
    """An order in a list."""

    number = serializers.CharField(source="order.number")
    role = serializers.ChoiceField(SIDES, help_text="Your side of it.")
    state = serializers.ChoiceField(State.choices, source="view.state")
    closed_because = serializers.CharField(source="view.closed_because", help_text="Empty unless closed.")
    created_at = serializers.DateTimeField(source="order.created_at")
    buyer = Party(source="order.buyer")
    seller = Shop(source="order.seller")
    destination = serializers.CharField(source="order.destination")
    items = Item(many=True)
    total = MoneyField(source="order.total")
    guarantees = GuaranteePanel(source="*")
    unread_messages = serializers.BooleanField(
        help_text="Whether the other side has written what you have not said you read."
    )


class Funds(serializers.Serializer[Any]):
    """Money of the order, in its currency. `cash` and `coupon` are the two amounts that the seller receives."""

    currency = serializers.CharField()
    goods = MoneyField()
    shipping = MoneyField()
    discount = MoneyField(help_text="What the store coupon takes off.")
    store_coupon = serializers.IntegerField(allow_null=True, help_text="Which store coupon; null: none.")
    total = MoneyField()
    initial = MoneyField(allow_null=True, help_text="The initial payment; null: all at once.")
    cash = MoneyField()
    coupon = MoneyField()
    method_fee = MoneyField()
    due_now = MoneyField()
    outstanding = MoneyField()
    refunded = MoneyField()
    held = MoneyField(help_text="Still with the platform.")
    fee = MoneyField(allow_null=True, help_text="The service fee; for the supplier only.")
    released = MoneyField(allow_null=True, help_text="For the supplier only.")


class Shipping(serializers.Serializer[Any]):
    line = serializers.IntegerField(source="line_id", allow_null=True)
    name = serializers.SerializerMethodField()
    mode = serializers.ChoiceField(Mode.choices)
    guaranteed = serializers.BooleanField(source="line_guaranteed")
    handling_days = serializers.IntegerField()
    transit_min = serializers.IntegerField()
    transit_max = serializers.IntegerField()
    address = serializers.DictField()
    dispatch_days = serializers.IntegerField(allow_null=True)
    dispatch_day = serializers.DateField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True, help_text="When the last parcel was submitted.")
    receipt_due_at = serializers.DateTimeField(allow_null=True, help_text="When receipt is taken as given.")

    def get_name(self, order: Order) -> str:
        return order.line.name if order.line else ""


class TrackingSeen(serializers.Serializer[Any]):
    kind = serializers.CharField()
    place = serializers.CharField()
    happened_at = serializers.DateTimeField()


class ParcelShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    carrier = serializers.CharField()
    number = serializers.CharField(help_text="Empty for a parcel that was submitted by proof.")
    submitted_at = serializers.DateTimeField()
    first_scan_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    events = serializers.SerializerMethodField()

    def get_events(self, parcel: Any) -> list[dict[str, Any]]:
        return list(TrackingSeen(parcel.events.all(), many=True).data)


class ProposalShown(serializers.Serializer[Any]):
    """Another dispatch day, proposed by the supplier; `answer` is empty while it can be accepted."""

    day = serializers.DateField()
    reason = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class MovesShown(serializers.Serializer[Any]):
    """What accepting the open proposal would change."""

    due = serializers.DateField(allow_null=True)
    new_due = serializers.DateField()
    promise = serializers.DateField(allow_null=True)
    new_promise = serializers.DateField(allow_null=True)
    overdue_goes = serializers.BooleanField()
    late_goes = serializers.BooleanField(help_text="The late mark for delivery.")
    entrance_closes = serializers.BooleanField()


class PaymentShown(serializers.Serializer[Any]):
    """An attempt to pay. The gateway quotes `reference` in its notice; for T/T it goes into the transfer."""

    reference = serializers.SerializerMethodField(
        help_text="For T/T the order's ISO 11649 reference, whose check digits show a mistyped one."
    )
    method = serializers.ChoiceField(Method.choices)
    state = serializers.ChoiceField(PaymentState.choices)
    cash = MoneyField()
    coupon = MoneyField(source="coupon_part")
    fee = MoneyField()
    charge = MoneyField(help_text="What is charged: cash and fee.")
    started_at = serializers.DateTimeField()

    def get_reference(self, payment: Payment) -> str:
        return reference_of(payment.order.number) if payment.method == Method.TT else payment.reference


class RefundShown(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="refund.pk")
    state = serializers.ChoiceField(REFUND_STATES, help_text="As of now.")
    amount = MoneyField(
        source="refund.amount", allow_null=True, help_text="Null: everything, which closes the order."
    )
    counter = MoneyField(source="offer", allow_null=True, help_text="The supplier's open offer.")
    paid = MoneyField(source="refund.paid", allow_null=True)
    cause = serializers.ChoiceField(Cause.choices, source="refund.cause")
    reason = serializers.CharField(source="refund.reason")
    answer = serializers.CharField(source="refund.answer")
    opened_at = serializers.DateTimeField(source="refund.opened_at")
    decided_at = serializers.DateTimeField(source="refund.decided_at", allow_null=True)


class ReviewShown(serializers.Serializer[Any]):
    """One to five stars for each, the buyer's words, and the supplier's one reply, empty while there is none."""

    product = serializers.IntegerField(source="product_stars")
    service = serializers.IntegerField(source="service_stars")
    shipment = serializers.IntegerField(source="shipment_stars")
    words = serializers.CharField()
    at = serializers.DateTimeField()
    reply = serializers.CharField()
    replied_at = serializers.DateTimeField(allow_null=True)


class FileShown(serializers.Serializer[Any]):
    """A file on an order; its content is under the order's `files/{key}/`."""

    key = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")


class ClaimBrief(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    guarantee = serializers.ChoiceField(GUARANTEES)
    state = serializers.ChoiceField(CLAIM_STATES)
    amount = MoneyField()
    filed_at = serializers.DateTimeField()


class Happened(serializers.Serializer[Any]):
    """Something that happened, with the rules that it follows."""

    kind = serializers.CharField()
    happened_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    by = serializers.CharField(source="actor_role")
    rules = serializers.ListField(child=serializers.CharField())
    data = serializers.DictField()  # type: ignore[assignment]


class OrderDetail(OrderSummary):
    """An order with its promises, money, parcels and timeline."""

    drafted_by = serializers.ChoiceField(SIDES, source="order.drafted_by")
    version = serializers.IntegerField(source="order.version", help_text="Counts what the supplier changed.")
    export = serializers.ChoiceField(Export.choices, source="order.export")
    closes_at = serializers.DateTimeField(
        allow_null=True, help_text="When it closes if nobody goes on with it."
    )
    received_at = serializers.DateTimeField(source="view.received_at", allow_null=True)
    funds = Funds()
    shipping = Shipping(source="order")
    parcels = ParcelShown(many=True, source="detail.parcels")
    proposal = ProposalShown(source="detail.proposal", allow_null=True, help_text="The one that is open.")
    moves = MovesShown(source="detail.moves", allow_null=True)
    proposals = ProposalShown(
        many=True, source="detail.proposals", help_text="All of them, the newest first."
    )
    payment = PaymentShown(source="detail.payment", allow_null=True, help_text="The attempt that is open.")
    refund = RefundShown(allow_null=True, help_text="The latest application.")
    claim = ClaimBrief(allow_null=True)
    review = ReviewShown(allow_null=True)
    timeline = Happened(many=True, source="detail.events", help_text="The newest first.")
