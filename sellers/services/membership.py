"""Joining and leaving the upgrade service, and the lamp."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from assurance.kernel import events
from assurance.kernel.days import day_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.queries import policy_at
from sellers import queries, rules
from sellers.models import Membership, Seller

# Every version somebody may have consented to stays readable; the last one is in force.
TERMS_VERSIONS = ("2026-11",)
TERMS_VERSION = TERMS_VERSIONS[-1]


@transaction.atomic
def join(*, seller_id: int, consented: bool, at: datetime, actor: Actor = PLATFORM) -> Membership:
    """Join the upgrade service; refused UPG-1, UPG-4. Locks the seller."""
    seller = Seller.objects.select_for_update().get(pk=seller_id)
    rules.check_join(
        queries.stays(seller_id),
        lit=queries.is_lit(seller, at),
        consented=consented,
        policy=policy_at(at).policy,
        at=at,
    )
    stay = Membership.objects.create(
        seller=seller, joined_at=at, terms_version=TERMS_VERSION, consented_by_id=actor.user_id
    )
    events.record("seller", seller_id, "joined", at=at, actor=actor, rules=("UPG-1",), terms=TERMS_VERSION)
    return stay


@transaction.atomic
def leave(*, seller_id: int, at: datetime, actor: Actor = PLATFORM) -> None:
    """Leave the upgrade service; refused STA-1, UPG-3. Orders already covered stay covered (UPG-2)."""
    Seller.objects.select_for_update().get(pk=seller_id)
    rules.check_leave(queries.stays(seller_id), policy=policy_at(at).policy, at=at)
    Membership.objects.filter(seller_id=seller_id, left_at=None).update(left_at=at)
    events.record("seller", seller_id, "left", at=at, actor=actor, rules=("UPG-3",))


@transaction.atomic
def activate(*, seller_id: int, at: datetime, actor: Actor = PLATFORM) -> None:
    """Light the lamp of a suspended account for 15 days; refused QUA-4."""
    seller = Seller.objects.select_for_update().get(pk=seller_id)
    rules.check_activate(queries.standing(seller), policy_at(at).policy, at)
    Seller.objects.filter(pk=seller_id).update(activated_at=at)
    events.record("seller", seller_id, "activated", at=at, actor=actor, rules=("QUA-4",))


def contract_effective(*, seller: Seller, at: datetime) -> None:
    """Count a contract toward the qualification (QUA-2, QUA-3). Inside the payment's transaction.

    Quiet time is counted in days, so one write a day is enough, and payments to a busy seller do not
    wait for each other on its row.
    """
    last = seller.last_effective_at
    if last is None or day_of(last) < day_of(at):
        earlier = Q(last_effective_at=None) | Q(last_effective_at__lt=at)  # the row may have gone on since
        Seller.objects.filter(earlier, pk=seller.pk).update(last_effective_at=at)
