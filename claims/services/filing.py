"""Filing and deciding claims. The only writer of claims.

Lock: the order, then the claim, then the coupon and the bearer's account.
"""

from datetime import datetime

from django.db import transaction

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import to_minor
from assurance.kernel.rules import rule
from claims import rules
from claims.models import Claim
from claims.services import exempting
from coupons import rules as coupon_rules
from coupons import services as coupons
from orders.models import Order
from orders.queries.facts import facts, parcels_of
from orders.rules import guarantees
from orders.services import amendment, book
from orders.services.elapse import locked


@transaction.atomic
def file(
    *, order_id: int, guarantee: str, user_id: int, at: datetime, note: str = "", actor: Actor = PLATFORM
) -> Claim:
    """The buyer claims for late "dispatch" or "delivery"; refused in the order of CLM-4."""
    order = exempting.caught_up(locked(order_id, at), at)
    known = facts(order, parcels_of(order_id), at)
    rules.check_claim(known, guarantee, is_buyer=order.buyer_id == user_id, at=at)
    face = coupon_rules.face(order.total, usd_rate=order.usd_rate, policy=known.policy)
    claim = Claim.objects.create(
        order=order,
        guarantee=guarantee,
        amount_minor=to_minor(face),
        filed_by_id=user_id,
        filed_at=at,
        note=note,
        review_by=rules.review_due(at, known.policy),
    )
    amendment.claim_filed(order=order, at=at, actor=actor, guarantee=guarantee)
    events.record(
        "claim", claim.pk, "filed", at=at, actor=actor, rules=("CLM-1", "CLM-2"), guarantee=guarantee
    )
    book.tell_seller(order, "claim_filed", at, guarantee=guarantee)
    return claim


@rule("CLM-6")
@transaction.atomic
def approve(*, claim_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> Claim:
    """Ops approve: the bearer is judged and the coupon issued in this transaction (CLM-6, DLV-7).

    Refused STA-1 when decided already, DSP-3 while dispatch is being verified.
    """
    order, claim = _locked(claim_id, at)
    known = facts(order, parcels_of(order.pk), at)
    rules.check_undecided(claim.state)
    rules.check_decidable(known, claim.guarantee, at)
    bears = guarantees.seller_bears(known, at)
    claim.seller_bears = bears
    claim.bearer_id = order.seller_id if bears else None
    claim.coupon = coupons.issue(
        owner_id=order.buyer_id,
        bearer_id=claim.bearer_id,
        from_order_id=order.pk,
        face=claim.amount,
        policy=known.policy,
        at=at,
        actor=actor,
    )
    _decide(claim, order, rules.APPROVED, reason, at, actor)
    return claim


@transaction.atomic
def reject(*, claim_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> Claim:
    """Ops reject with a reason; the one claim stays used up (CLM-1). Refused STA-1."""
    order, claim = _locked(claim_id, at)
    rules.check_undecided(claim.state)
    _decide(claim, order, rules.REJECTED, reason, at, actor)
    return claim


def _locked(claim_id: int, at: datetime) -> tuple[Order, Claim]:
    order = locked(Claim.objects.get(pk=claim_id).order_id, at)
    return order, Claim.objects.select_for_update().get(pk=claim_id)


def _decide(claim: Claim, order: Order, state: str, reason: str, at: datetime, actor: Actor) -> None:
    claim.state, claim.decided_at, claim.decision_reason = state, at, reason
    claim.decided_by_id = actor.user_id
    claim.save()
    events.record("claim", claim.pk, state, at=at, actor=actor, rules=("CLM-5", "CLM-6"), reason=reason)
    book.record(order, f"claim_{state}", at=at, actor=actor, rules=("CLM-5",), reason=reason)
    book.tell_buyer(order, f"claim_{state}", at)
    book.tell_seller(order, f"claim_{state}", at)
