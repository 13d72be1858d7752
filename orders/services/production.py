"""Showing the buyer how the goods come along."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.uploads import Upload
from orders.models import ProductionUpdate, Purpose
from orders.rules.production import check_making, check_news
from orders.services import book, files
from orders.services.elapse import locked


@transaction.atomic
def show(
    *,
    order_id: int,
    stage: str,
    words: str,
    token: str,
    at: datetime,
    uploads: Sequence[Upload] = (),
    actor: Actor = PLATFORM,
) -> ProductionUpdate:
    """The supplier tells the stage, with words and pictures; the buyer is told. Refused STA-1, also where nothing
    is new.

    The same form sent twice is one update.
    """
    order = locked(order_id, at)
    made: ProductionUpdate | None = order.production_updates.filter(token=token).first()
    if made is not None:
        return made
    check_making(order.state)
    before = order.production_updates.order_by("-id").values_list("stage", flat=True).first()
    check_news(stage, last=before or "", is_empty=not words and not uploads)
    made = ProductionUpdate.objects.create(
        order=order, stage=stage, words=words, by_id=actor.user_id, at=at, token=token
    )
    files.keep(order, Purpose.UPDATE, made.pk, uploads, at=at, actor=actor)
    book.record(order, "production_shown", at=at, actor=actor, stage=stage, words=words)
    book.tell_buyer(order, "production_shown", at)
    return made
