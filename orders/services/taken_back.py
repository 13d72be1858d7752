"""Credits that the bank reversed: noted when a statement tells them, settled by finance with a reason (PAY-2).

Neither posts a transfer. What became of the order is decided by what a person does about it: the buyer pays again,
the order is refunded, the platform bears it.
"""

from datetime import datetime

from django.db import transaction

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import to_minor
from orders.models import BankStatement, TakenBack
from orders.rules.bank.lines import Line


def note(line: Line, statement: BankStatement, at: datetime) -> TakenBack:
    """Keep a reversed credit for finance. The same line in another file is the same one."""
    noted, _is_new = TakenBack.objects.get_or_create(
        bank_reference=line.key,
        defaults={
            "statement": statement,
            "account": line.account,
            "payer": line.payer,
            "reference": line.text,
            "currency": line.amount.currency.code,
            "amount_minor": to_minor(line.amount),
            "day": line.day,
            "noted_at": at,
        },
    )
    return noted


@transaction.atomic
def settle(*, taken_back_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> TakenBack:
    """Finance has dealt with it by other means, and says how. A repeat does nothing."""
    found = TakenBack.objects.select_for_update(of=("self",)).get(pk=taken_back_id)
    if found.settled_at is not None:
        return found
    found.settled_at, found.settled_by_id = at, actor.user_id
    found.save(update_fields=["settled_at", "settled_by"])
    events.record("taken_back", found.pk, "settled", at=at, actor=actor, rules=("PAY-2",), reason=reason)
    return found
