"""Reviewing a completed order, and replying to a review."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from orders.models import Review
from orders.rules import lifecycle, reviews
from orders.services import book
from orders.services.elapse import locked


@dataclass(frozen=True)
class Stars:
    """One to five for each."""

    product: int
    service: int
    shipment: int


@transaction.atomic
def review(*, order_id: int, stars: Stars, words: str, at: datetime, actor: Actor = PLATFORM) -> Review:
    """The buyer reviews once, when the order is completed. Refused STA-1.

    The same review sent again is the one that is there.
    """
    order = locked(order_id, at)
    lifecycle.check_allows(order.state, "review")
    made = Review.objects.filter(order=order).first()
    if made is not None:
        if (made.product_stars, made.service_stars, made.shipment_stars, made.words) == (
            stars.product,
            stars.service,
            stars.shipment,
            words,
        ):
            return made
        raise RuleViolation("STA-1", _("You have reviewed this order already."))
    reviews.check_window(order.received_at, at=at)
    made = Review.objects.create(
        order=order,
        product_stars=stars.product,
        service_stars=stars.service,
        shipment_stars=stars.shipment,
        words=words,
        by_id=actor.user_id,
        at=at,
    )
    made.products.set(order.lines.values_list("product_id", flat=True))
    book.record(order, "reviewed", at=at, actor=actor, stars=stars.product, words=words)
    book.tell_seller(order, "order_reviewed", at)
    return made


@transaction.atomic
def reply(*, order_id: int, words: str, at: datetime, actor: Actor = PLATFORM) -> Review:
    """The supplier replies once to a review. Refused STA-1; the same words again change nothing."""
    order = locked(order_id, at)
    made = Review.objects.filter(order=order).first()
    if made is None:
        raise RuleViolation("STA-1", _("The buyer has not reviewed this order."))
    if made.reply:
        if made.reply == words:
            return made
        raise RuleViolation("STA-1", _("You have replied to this review already."))
    made.reply, made.replied_at = words, at
    made.save(update_fields=["reply", "replied_at"])
    book.record(order, "review_replied", at=at, actor=actor, words=words)
    book.tell_buyer(order, "review_replied", at)
    return made
