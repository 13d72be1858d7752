"""Exempting an order, or every order of a region and period, for force majeure (DSP-7).

A region is drafted, looked at, and carried out; then it holds for the orders that match, also for those that
come to match until its period is over or ops end it. Orders are worked off one by one, each in its own
transaction and once for an exemption, so that a sweep that was killed goes on where it stopped. Whenever it
comes to an order, the order is exempted as of the carrying out, or of its own clock start if that was later
(TIM-3).
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from claims import queries, rules
from claims.models import ExemptedOrder, Exemption
from orders.models import Order
from orders.queries.facts import facts, parcels_of
from orders.services import amendment, elapse

BATCH = 200


@transaction.atomic
def exempt_order(
    *, order_id: int, platform_bears: bool, reason: str, at: datetime, actor: Actor = PLATFORM
) -> Exemption:
    """Exempt one order for force majeure; refused STA-1, DSP-7. The same again is the exemption that stands."""
    amendment.exempt(order_id=order_id, platform_bears=platform_bears, reason=reason, at=at, actor=actor)
    stands = Exemption.objects.filter(order_id=order_id).order_by("-id").first()
    if stands is not None and stands.platform_bears == platform_bears:
        return stands
    return Exemption.objects.create(
        order_id=order_id,
        platform_bears=platform_bears,
        reason=reason,
        made_at=at,
        made_by_id=actor.user_id,
        carried_at=at,
    )


def draft_region(
    *,
    countries: Sequence[str],
    due_from: date,
    due_to: date,
    platform_bears: bool,
    reason: str,
    at: datetime,
    line_id: int | None = None,
    actor: Actor = PLATFORM,
) -> Exemption:
    """Write down a region and period to be looked at; nothing is exempted yet. Refused DSP-7."""
    rules.check_period(due_from, due_to)
    return Exemption.objects.create(
        countries=sorted(set(countries)),
        line_id=line_id,
        due_from=due_from,
        due_to=due_to,
        platform_bears=platform_bears,
        reason=reason,
        made_at=at,
        made_by_id=actor.user_id,
    )


@transaction.atomic
def carry_out(*, exemption_id: int, reason: str = "", at: datetime, actor: Actor = PLATFORM) -> Exemption:
    """From now on the drafted region holds; the sweep works its orders off. Refused STA-1 once ended.

    `reason` may add to what the draft says. Carried out again, it is the one that holds already.
    """
    exemption = Exemption.objects.select_for_update().get(pk=exemption_id, order=None)
    if exemption.ended_at is not None:
        raise RuleViolation("STA-1", _("This exemption has been ended."))
    if exemption.carried_at is None:
        exemption.carried_at, exemption.carried_by_id = at, actor.user_id
        exemption.carry_reason = reason
        exemption.save()
    return exemption


@transaction.atomic
def end_region(*, exemption_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> Exemption:
    """No further order comes under it; orders exempted before stay so. Refused STA-1 once ended."""
    exemption = Exemption.objects.select_for_update().get(pk=exemption_id, order=None)
    if exemption.ended_at is not None:
        raise RuleViolation("STA-1", _("This exemption has been ended."))
    exemption.ended_at, exemption.ended_by_id, exemption.end_reason = at, actor.user_id, reason
    exemption.save()
    return exemption


def exempt_due(at: datetime, batch: int = BATCH) -> int:
    """The sweep: work off the orders of all regions that hold; how many were looked at."""
    total = 0
    for exemption in queries.regions_in_force(at):
        while found := queries.to_look_at(exemption, batch):
            total += sum(_look_at(exemption, order_id, at) for order_id in found)
    return total


def caught_up(order: Order, at: datetime) -> Order:
    """A locked order as the regions that hold for it have made it, though the sweep has yet to come (TIM-3)."""
    for exemption in queries.regions_over(order, at):
        _apply(exemption, order, at)
        order = elapse.locked(order.pk, at)
    return order


@transaction.atomic
def _look_at(exemption: Exemption, order_id: int, at: datetime) -> bool:
    order = elapse.locked(order_id, at)
    if ExemptedOrder.objects.filter(exemption=exemption, order_id=order_id).exists():
        return False
    _apply(exemption, order, at)
    return True


def _apply(exemption: Exemption, order: Order, at: datetime) -> None:
    """Exempt a locked order, or note why it is left out."""
    assert exemption.due_from is not None
    known = facts(order, parcels_of(order.pk), at)
    outcome = rules.region_outcome(known, first_day=exemption.due_from, at=at)
    ExemptedOrder.objects.create(exemption=exemption, order=order, outcome=outcome, at=at)
    if outcome == rules.EXEMPTS:
        amendment.exempt(
            order_id=order.pk,
            platform_bears=exemption.platform_bears,
            reason=exemption.reason,
            since=queries.since(exemption, order),
            at=at,
            actor=Actor("ops", exemption.carried_by_id),
        )
