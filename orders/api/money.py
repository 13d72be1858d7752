"""Paying, associating bank money, and refunds."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Amount, Choice, Flag, Nothing, Text, Whole, in_currency
from assurance.api.fields import Request as Given
from assurance.api.views import endpoint
from assurance.kernel import clock
from assurance.kernel.money import Money
from orders import gateway
from orders.api import shapes
from orders.api.access import BUYER, SELLER, OrderView, shown
from orders.models import Cause, Method, Order, Payment
from orders.services import bank, payment, refunds


class PaymentStart(Given):
    method = Choice(choices=Method.choices)
    coupon = Whole(
        min_value=1, max_value=2**53, allow_null=True, default=None, help_text="One of your coupons."
    )
    amount = Amount(
        required=False,
        help_text="In the order's currency, at most what is left of the contract; absent: what is due now.",
    )


class PaymentStarted(shapes.PaymentShown):
    """An attempt that the buyer carries out at `url`; its outcome comes by the gateway's notice."""

    url = serializers.SerializerMethodField(
        help_text="The gateway's page; null for T/T, where the reference goes into the transfer."
    )

    def get_url(self, attempt: Payment) -> str | None:
        return None if attempt.method == Method.TT else gateway.page_of(attempt)


class Pay(OrderView):
    side = BUYER

    @endpoint("payOrder", PaymentStarted, body=PaymentStart)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Payment:
        """Start an attempt to pay what is due. The same one asked for again is the same attempt."""
        amount = given.get("amount")
        gateway.check_offered(given["method"], self.order)
        return payment.start(
            order_id=self.order.pk,
            method=given["method"],
            coupon_id=given["coupon"],
            amount=in_currency(amount, self.order.currency, field="amount") if amount is not None else None,
            at=clock.now(),
            actor=self.actor(request),
        )


class TakeCouponOff(OrderView):
    side = BUYER

    @endpoint("takeCouponOff", shapes.OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Take the reserved platform coupon off the order: it is free again. Not while its payment is under way."""
        payment.take_off_coupon(order_id=self.order.pk, at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class Associate(OrderView):
    side = SELLER

    @endpoint("associateFunds", shapes.OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Count the bank's statement lines that wait for this order."""
        bank.associate(order_id=self.order.pk, at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class AcceptShort(OrderView):
    side = SELLER

    @endpoint("acceptShortPayment", shapes.OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Take an initial payment that arrived short as enough; what is missing joins the balance."""
        bank.accept_short(order_id=self.order.pk, at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class AskForRest(OrderView):
    side = SELLER

    @endpoint("askForRest", shapes.OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Ask the buyer for what is missing of an initial payment that arrived short."""
        bank.ask_for_rest(order_id=self.order.pk, at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class RefundAsked(Given):
    """`full` asks for everything and closes the order; else an amount of the cash paid."""

    full = Flag(default=False)
    amount = Amount(required=False)
    cause = Choice(choices=Cause.choices, default=Cause.OTHER)
    reason = Text(max_length=500)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["full"] == ("amount" in given):
            raise serializers.ValidationError(
                {"amount": [_("Ask either for a full refund or for an amount.")]}
            )
        return given


class Refunds(OrderView):
    side = BUYER

    @endpoint("applyForRefund", shapes.OrderDetail, body=RefundAsked, status=201)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Apply for a refund; the supplier answers. Apart from a claim, and possible beside it."""
        refunds.apply(
            order_id=self.order.pk,
            amount=_wanted(given, self.order),
            cause=given["cause"],
            reason=given["reason"],
            at=clock.now(),
            actor=self.actor(request),
        )
        return shown(request, number)


class RefundAnswered(Given):
    refund = Whole(min_value=1, max_value=2**53, help_text="The `id` of the application that you have read.")
    agree = Flag()
    words = Text(max_length=500, allow_blank=True, default="", help_text="Needed to refuse.")


class AnswerRefund(OrderView):
    side = SELLER

    @endpoint("answerRefund", shapes.OrderDetail, body=RefundAnswered)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Agree, and it is paid, or refuse, and the buyer may bring it before the platform."""
        refund = get_object_or_404(self.order.refunds, pk=given.pop("refund"))
        refunds.answer(refund_id=refund.pk, at=clock.now(), actor=self.actor(request), **given)
        return shown(request, number)


class RefundOffered(Given):
    offer = Amount(help_text="In the order's currency; less than what is asked for.")
    words = Text(max_length=500, allow_blank=True, default="")


class CounterRefund(OrderView):
    side = SELLER

    @endpoint("counterRefund", shapes.OrderDetail, body=RefundOffered)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Offer another amount; the buyer accepts it, and it is paid, or says no. Replaces an open offer."""
        refunds.counter(
            refund_id=latest(self.order),
            offer=in_currency(given["offer"], self.order.currency, field="offer"),
            words=given["words"],
            at=clock.now(),
            actor=self.actor(request),
        )
        return shown(request, number)


class OfferSeen(Given):
    """The offer that is answered; another one made since is not."""

    offer = Amount(help_text="The supplier's offer as you have seen it.")


class AcceptRefund(OrderView):
    side = BUYER

    @endpoint("acceptRefundOffer", shapes.OrderDetail, body=OfferSeen)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Accept the supplier's offer; it is paid at once."""
        seen = in_currency(given["offer"], self.order.currency, field="offer")
        refunds.accept(refund_id=latest(self.order), seen=seen, at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class OfferDeclined(OfferSeen):
    words = Text(max_length=500, allow_blank=True, default="", help_text="Why not; the supplier reads it.")


class DeclineRefund(OrderView):
    side = BUYER

    @endpoint("declineRefundOffer", shapes.OrderDetail, body=OfferDeclined)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Say no to the supplier's offer; your application stands."""
        seen = in_currency(given["offer"], self.order.currency, field="offer")
        refunds.decline(
            refund_id=latest(self.order),
            seen=seen,
            words=given["words"],
            at=clock.now(),
            actor=self.actor(request),
        )
        return shown(request, number)


class WithdrawRefund(OrderView):
    side = BUYER

    @endpoint("withdrawRefund", shapes.OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Take your application back while it is open."""
        refunds.withdraw(refund_id=latest(self.order), at=clock.now(), actor=self.actor(request))
        return shown(request, number)


class EscalateRefund(OrderView):
    side = BUYER

    @endpoint("escalateRefund", shapes.OrderDetail, body=Nothing)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """Bring your application before the platform, from day 4."""
        refunds.escalate(refund_id=latest(self.order), at=clock.now(), actor=self.actor(request))
        return shown(request, number)


def _wanted(given: dict[str, Any], order: Order) -> Money | None:
    return None if given["full"] else in_currency(given["amount"], order.currency, field="amount")


def latest(order: Order) -> int:
    """The latest application for a refund; 404 where there is none."""
    refund = order.refunds.order_by("-id").first()
    if refund is None:
        raise Http404
    return refund.pk
