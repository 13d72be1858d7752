"""Money that waits to go back to its payer is sent, once (ORD-3, PAY-2)."""

from datetime import datetime

from django.db import transaction

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import to_text
from assurance.ledger import services as ledger
from orders.models import Return
from orders.services import book

_CHANNELS = {"bank": ledger.BANK, "gateway": ledger.GATEWAY}


@transaction.atomic
def mark_returned(*, return_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> Return:
    """Finance has sent the money back; it leaves the account of what is to be returned. A repeat does nothing."""
    due = Return.objects.select_for_update(of=("self",)).select_related("order__seller").get(pk=return_id)
    if due.returned_at is not None:
        return due
    due.returned_at, due.returned_by_id = at, actor.user_id
    due.save(update_fields=["returned_at", "returned_by"])
    ledger.post(
        what="returned",
        rule=due.rule,
        cause=("return", due.pk),
        at=at,
        reference=f"returned:{due.pk}",
        legs=[(ledger.RETURNS, -due.amount), (_CHANNELS[due.channel], due.amount)],
    )
    events.record("return", due.pk, "returned", at=at, actor=actor, rules=(due.rule,), reason=reason)
    order = due.order
    if order is not None:
        amount = due.amount
        book.record(order, "money_returned", at=at, actor=actor, rules=(due.rule,), amount=to_text(amount))
        book.tell_buyer(order, "money_returned", at, amount=str(amount.amount), currency=due.currency)
    return due
