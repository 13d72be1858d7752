"""What the two sides do with an order, from its confirmation to its receipt."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.accounts.rules import check_phone
from assurance.api.fields import Choice, Day, Flag, Nothing, Text
from assurance.api.fields import Request as Given
from assurance.api.fields import Whole as Number
from assurance.api.files import Files
from assurance.api.views import endpoint
from assurance.kernel import clock
from logistics.models import Parcel
from orders.api.access import BUYER, SELLER, OrderView, shown
from orders.api.shapes import OrderDetail, Whole
from orders.models import Export
from orders.rules import terms
from orders.services import amendment, closing, dispatch, receipt


class Confirmed(Given):
    version = Number(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The version that you have read; refused if the order has been changed since.",
    )
    export = Choice(
        choices=Export.choices, required=False, help_text="The export mode, for a supplier to choose (ORD-5)."
    )


class Confirm(OrderView):
    @endpoint("confirmOrder", OrderDetail, body=Confirmed)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Agree to the order, if it is your turn to; payment is next."""
        closing.confirm(
            order_id=self.order.pk,
            by=self.by(request),
            export=given.get("export"),
            seen=given.get("version"),
            at=clock.now(),
            actor=self.actor(request),
        )
        return shown(request, number)


class Declining(Given):
    reason = Choice(
        choices=["terms", "refusal"],
        help_text="`terms`: price or quantity were not agreed; `refusal`: anything else.",
    )
    words = Text(max_length=500, allow_blank=True, default="")


class Decline(OrderView):
    @endpoint("declineOrder", OrderDetail, body=Declining)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Say no to the order, if it is your turn to answer."""
        closing.decline(
            order_id=self.order.pk, by=self.by(request), at=clock.now(), actor=self.actor(request), **given
        )
        return shown(request, number)


class Cancel(OrderView):
    @endpoint("cancelOrder", OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Take back an order on which nothing has been paid."""
        closing.cancel(order_id=self.order.pk, by=self.by(request), at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class TrackingNumber(Text):
    """A carrier's number, as carriers write it."""

    def to_internal_value(self, data: Any) -> str:
        number = terms.tracking_number(super().to_internal_value(data))
        if number is None:
            raise serializers.ValidationError(_("A tracking number has 3 to 60 letters, digits and hyphens."))
        return number


class ParcelGiven(Given):
    carrier = Text(max_length=40)
    number = TrackingNumber(
        max_length=80, default="", help_text="The tracking number on the waybill; absent: a proof is there."
    )
    last = Flag(default=True, help_text="Whether the order is wholly dispatched with it.")
    proof = Files(
        max_length=terms.MOST_PROOFS,
        help_text="Proof of dispatch: for easy dispatch, and where there is no tracking number.",
    )


class Dispatch(OrderView):
    side = SELLER

    @endpoint("dispatchOrder", OrderDetail, body=ParcelGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Submit a parcel by its tracking number, or by proof. The carrier's first scan within 48 hours decides

        when it was dispatched, else the submission. The same number, or the same proof, is the same parcel.
        """
        dispatch.dispatch(order_id=self.order.pk, at=clock.now(), actor=self.actor(request), **given)
        return shown(request, number)


class NumberGiven(Given):
    parcel = Number(min_value=1, max_value=2**53, help_text="The `id` of the parcel.")
    carrier = Text(max_length=40)
    number = TrackingNumber(max_length=80, help_text="The tracking number on the waybill.")


class AddNumber(OrderView):
    side = SELLER

    @endpoint("addTrackingNumber", OrderDetail, body=NumberGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Give a parcel that was submitted by proof its tracking number; the carrier's scans count from then on."""
        try:
            dispatch.add_number(
                order_id=self.order.pk,
                parcel_id=given["parcel"],
                carrier=given["carrier"],
                number=given["number"],
                at=clock.now(),
                actor=self.actor(request),
            )
        except Parcel.DoesNotExist as error:
            raise serializers.ValidationError({"parcel": [_("This order has no such parcel.")]}) from error
        return shown(request, number)


class Receive(OrderView):
    side = BUYER

    @endpoint("receiveOrder", OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Confirm receipt: the order is completed and the supplier is paid."""
        receipt.receive(order_id=self.order.pk, at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class Extend(OrderView):
    @endpoint("extendReceipt", OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Put automatic receipt off by 15 days; each side can once."""
        receipt.extend(order_id=self.order.pk, by=self.by(request), at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class AddressGiven(Given):
    recipient = Text(max_length=120)
    phone = Text(max_length=40, allow_blank=True, default="", validators=[check_phone])
    street = Text(max_length=200)
    city = Text(max_length=100)
    region = Text(max_length=100, allow_blank=True, default="")
    postcode = Text(max_length=20, allow_blank=True, default="")


class ChangeAddress(OrderView):
    side = BUYER

    @endpoint("changeAddress", OrderDetail, body=AddressGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Have it delivered elsewhere in the same country. Once paid, that ends the delivery guarantee."""
        receipt.change_address(
            order_id=self.order.pk,
            address=given | {"country": str(self.order.destination)},
            at=clock.now(),
            actor=self.actor(request),
        )
        return shown(request, number)


class NewDay(Given):
    day = Day()
    reason = Text(max_length=500)


class DispatchDate(OrderView):
    side = SELLER

    @endpoint("proposeDispatchDate", OrderDetail, body=NewDay)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Propose another dispatch day; a new proposal replaces an open one."""
        amendment.propose(order_id=self.order.pk, at=clock.now(), actor=self.actor(request), **given)
        return shown(request, number)


class DayAnswered(Given):
    day = Day(help_text="The proposed day that you have seen; refused if another has been proposed since.")


class AcceptDate(OrderView):
    side = BUYER

    @endpoint("acceptDispatchDate", OrderDetail, body=DayAnswered)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Accept the proposed day: deadline and promise move, an overdue mark goes."""
        amendment.accept(order_id=self.order.pk, at=clock.now(), actor=self.actor(request), **given)
        return shown(request, number)


class RefuseDate(OrderView):
    side = BUYER

    @endpoint("refuseDispatchDate", OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Whole:
        """Refuse the proposed day: nothing moves."""
        amendment.refuse(order_id=self.order.pk, at=clock.now(), actor=self.actor(request))
        return shown(request, number)
