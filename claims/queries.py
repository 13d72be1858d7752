"""Reading claims: what ops and both sides see of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assurance.kernel.days import day_of, plus
from claims import rules
from claims.models import Claim, ExemptedOrder, Exemption
from logistics.models import Parcel
from orders.models import Order
from orders.queries.buyer import views
from orders.queries.facts import Parcels, View, parcels_of, view
from orders.rules import guarantees

# For so many days after its last one a region still takes in orders.
HOLDS_DAYS = 30


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


def under(exemption: Exemption) -> QuerySet[Order]:
    """The orders of an exemption's region and period (DSP-7): paid, going to one of its countries, and to be

    dispatched or delivered by one of its days.
    """
    by_dispatch, by_promise = _halves(exemption)
    return by_dispatch | by_promise


def _halves(exemption: Exemption) -> tuple[QuerySet[Order], QuerySet[Order]]:
    """The orders of a region by their day of dispatch, and by their promised day."""
    period = (exemption.due_from, exemption.due_to)
    found = Order.objects.filter(destination__in=exemption.countries, effective_at__isnull=False)
    if exemption.line_id:
        found = found.filter(line_id=exemption.line_id)
    return found.filter(dispatch_due__range=period), found.filter(promise__range=period, can_deliver=True)


def left_under(exemption: Exemption) -> QuerySet[Order, int]:
    """The ids of the orders under an exemption that it has not come to yet.

    Asked every minute while it holds, when nearly all have been come to. Each half is answered by an index of its
    own alone; as one condition, the planner would rather walk through all orders by their id to find a few.
    """
    seen = ExemptedOrder.objects.filter(exemption=exemption, order=OuterRef("pk"))
    by_dispatch, by_promise = (
        half.filter(~Exists(seen)).values_list("pk", flat=True) for half in _halves(exemption)
    )
    return by_dispatch.union(by_promise)


def to_look_at(exemption: Exemption, limit: int) -> list[int]:
    """The next orders under an exemption that it has not come to yet."""
    return list(left_under(exemption).order_by("pk")[:limit])


def regions_in_force(at: datetime) -> QuerySet[Exemption]:
    """The regions that hold: carried out, not ended, and not over for long.

    An order can still come to fall due on a day that is over, by being paid after its fixed day.
    """
    recent = plus(day_of(at), -HOLDS_DAYS)
    carried = Exemption.objects.filter(order=None, carried_at__lte=at, ended_at=None, due_to__gte=recent)
    return carried.order_by("pk")


def regions_over(order: Order, at: datetime) -> list[Exemption]:
    """The regions that hold for an order and have not come to it."""
    seen = ExemptedOrder.objects.filter(exemption=OuterRef("pk"), order=order)
    days = [day for day in (order.dispatch_due, order.promise if order.can_deliver else None) if day]
    in_period = Q(pk__in=[])
    for day in days:
        in_period |= Q(due_from__lte=day, due_to__gte=day)
    found = regions_in_force(at).filter(
        in_period,
        ~Exists(seen),
        Q(line=None) | Q(line=order.line_id),
        countries__contains=[str(order.destination)],
    )
    return list(found) if order.effective_at is not None else []


def since(exemption: Exemption, order: Order) -> datetime:
    """From when an order is exempted: the carrying out, or its own clock start if that was later (TIM-3)."""
    assert exemption.carried_at is not None
    return max(exemption.carried_at, order.clock_started_at or exemption.carried_at)


@dataclass(frozen=True)
class Touched:
    """An order under a region, and what becomes of it (`rules.region_outcome`)."""

    order: Order
    view: View
    outcome: str


def preview(exemption: Exemption, at: datetime, limit: int) -> list[Touched]:
    """What carrying out a region would come to now, for up to `limit` orders. Three queries."""
    assert exemption.due_from is not None
    orders = list(under(exemption).order_by("dispatch_due", "pk")[:limit])
    stand = views(orders, at)
    return [
        Touched(
            order,
            stand[order.pk],
            rules.region_outcome(stand[order.pk].facts, first_day=exemption.due_from, at=at),
        )
        for order in orders
    ]


def came_to(exemption: Exemption) -> dict[str, int]:
    """How many orders a region has come to so far, by outcome."""
    counted = exemption.looked_at.values("outcome").annotate(n=Count("pk"))
    return {row["outcome"]: row["n"] for row in counted}


def left_to_look_at(exemption: Exemption) -> int:
    """How many orders under a region it has yet to come to."""
    return left_under(exemption).count()
