"""Paying a balance out to a seller's own bank account."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor
from assurance.ledger import services as ledger
from sellers.models import PayoutAccount, Withdrawal
from sellers.services import funds


@dataclass(frozen=True)
class Destination:
    """The bank account that the money goes to; `number` is an IBAN or the bank's own, without spaces."""

    holder: str
    bank: str
    number: str
    bic: str


@transaction.atomic
def withdraw(
    *, seller_id: int, amount: Money, to: Destination, key: str, at: datetime, actor: Actor = PLATFORM
) -> Withdrawal:
    """Pay out of the balance, in USD; refused PAY-4 beyond it. The same key again is the same withdrawal."""
    ledger.lock_balance(ledger.seller(seller_id))
    made = Withdrawal.objects.filter(seller_id=seller_id, key=key).first()
    if made is not None:
        return made
    account, _is_new = PayoutAccount.objects.get_or_create(
        seller_id=seller_id, **asdict(to), defaults={"added_at": at}
    )
    funds.withdraw(
        seller_id=seller_id,
        amount=amount,
        reference=f"{seller_id}:{key}",
        at=at,
        actor=actor,
        to=str(account),
    )
    return Withdrawal.objects.create(
        seller_id=seller_id,
        account=account,
        key=key,
        amount_minor=to_minor(amount),
        at=at,
        by_id=actor.user_id,
    )
