"""Reading claims: what ops and both sides see of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from claims import rules
from claims.models import Claim
from logistics.models import Parcel
from orders.queries.facts import Parcels, View, parcels_of, view
from orders.rules import guarantees


@dataclass(frozen=True)
class Dossier:
    """A claim with its computed facts (CLM-5). `bearer_id` none means the platform, while `bearer_known`."""

    claim: Claim
    view: View
    recommendation: str
    bearer_known: bool
    bearer_id: int | None
    is_late: bool


def dossier(claim: Claim, at: datetime, parcels: Parcels | None = None) -> Dossier:
    """The claim as of an instant; a decided one shows what was pinned. Lists pass in the order's parcels."""
    shown = view(claim.order, parcels_of(claim.order_id) if parcels is None else parcels, at)
    known = claim.state != rules.REJECTED
    if claim.state == rules.IN_REVIEW:
        bears = guarantees.seller_bears(shown.facts, at)
        bearer = claim.order.seller_id if bears else None
    else:
        bearer = claim.bearer_id
    return Dossier(
        claim=claim,
        view=shown,
        recommendation=rules.recommendation(shown.facts, claim.guarantee, at),
        bearer_known=known,
        bearer_id=bearer,
        is_late=claim.state == rules.IN_REVIEW
        and rules.is_review_late(claim.filed_at, shown.facts.policy, at),
    )


def dossiers(claims: Iterable[Claim], at: datetime) -> list[Dossier]:
    """The dossiers of a page of claims, whose orders come with their policy; all parcels in one query."""
    found = list(claims)
    parcels: dict[int, list[Parcel]] = {claim.order_id: [] for claim in found}
    for parcel in Parcel.objects.filter(order_id__in=parcels).order_by("id"):
        parcels[parcel.order_id].append(parcel)
    return [dossier(claim, at, parcels[claim.order_id]) for claim in found]


def of_buyer(user_id: int) -> QuerySet[Claim]:
    """A buyer's claims, newest first."""
    return Claim.objects.filter(filed_by_id=user_id).select_related("order__seller", "coupon").order_by("-id")


def against(seller_id: int) -> QuerySet[Claim]:
    """The claims on a seller's orders, newest first."""
    return (
        Claim.objects.filter(order__seller_id=seller_id)
        .select_related("order__buyer", "order__policy", "coupon__redemption__recovery__debt")
        .order_by("-id")
    )


def in_review_against(seller_id: int) -> QuerySet[Claim]:
    """The undecided claims on a seller's orders, the oldest first."""
    return (
        Claim.objects.filter(order__seller_id=seller_id, state=rules.IN_REVIEW)
        .select_related("order__policy")
        .order_by("filed_at", "id")
    )
