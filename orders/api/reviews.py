"""A buyer's review of a completed order, and the supplier's one reply."""

from typing import Any

from rest_framework.request import Request

from assurance.api.fields import Request as Given
from assurance.api.fields import Text, Whole
from assurance.api.views import endpoint
from assurance.kernel import clock
from orders.api.access import BUYER, SELLER, OrderView
from orders.api.shapes import ReviewShown
from orders.models import Review
from orders.services import reviews


def _stars(about: str) -> Whole:
    return Whole(min_value=1, max_value=5, help_text=f"{about}: one to five.")


class ReviewGiven(Given):
    product = _stars("The product")
    service = _stars("The supplier's service")
    shipment = _stars("On-time shipment")
    words = Text(
        max_length=1000, allow_blank=True, default="", help_text="Everybody reads it, without your name."
    )


class OrderReview(OrderView):
    side = BUYER

    @endpoint("reviewOrder", ReviewShown, body=ReviewGiven, status=201)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Review:
        """Review a completed order, once, through the sixtieth day from receipt."""
        return reviews.review(
            order_id=self.order.pk,
            stars=reviews.Stars(given["product"], given["service"], given["shipment"]),
            words=given["words"],
            at=clock.now(),
            actor=self.actor(request),
        )


class ReplyGiven(Given):
    words = Text(max_length=1000, help_text="Everybody reads it below the review.")


class ReplyToReview(OrderView):
    side = SELLER

    @endpoint("replyToReview", ReviewShown, body=ReplyGiven)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Review:
        """Reply to the buyer's review, once."""
        return reviews.reply(
            order_id=self.order.pk, words=given["words"], at=clock.now(), actor=self.actor(request)
        )
