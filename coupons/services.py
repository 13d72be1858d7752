"""Issuing, reserving, redeeming and returning platform coupons. The only writer of coupons.

Lock: the coupon's row; then, for the recovery, the bearer's ledger account. All functions run inside
the transaction of the claim, payment or refund that causes them.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from assurance.kernel import clock, deadlines, events
from assurance.kernel.days import day_of, end_of, plus, start_of
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.money import Money, to_minor, to_text
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule
from assurance.notices.services import tell
from coupons import queries, rules
from coupons.models import Coupon, Recovery, Redemption, StoreCoupon
from sellers import queries as sellers
from sellers.services import funds

VOID, EXPIRING = "coupon_void", "coupon_expiring"
WARN_DAYS = 7


def issue(
    *,
    owner_id: int,
    bearer_id: int | None,
    from_order_id: int,
    face: Money,
    policy: Policy,
    at: datetime,
    actor: Actor = PLATFORM,
) -> Coupon:
    """Issue the coupon of an approved claim (CLM-6); one per order, kept by the database."""
    last = rules.last_day(day_of(at), policy)
    coupon = Coupon.objects.create(
        owner_id=owner_id,
        bearer_id=bearer_id,
        from_order_id=from_order_id,
        face_minor=to_minor(face),
        issued_at=at,
        last_day=last,
    )
    events.record(
        "coupon", coupon.pk, "issued", at=at, actor=actor, rules=("CPN-1", "CPN-2"), face=to_text(face)
    )
    deadlines.first(coupon.pk, {VOID: end_of(last), EXPIRING: start_of(plus(last, -WARN_DAYS))})
    tell([owner_id], "coupon_issued", about="coupon", about_id=coupon.pk, at=at, face=str(face.amount))
    return coupon


def quote(
    *,
    coupon_id: int,
    buyer_id: int,
    order_id: int,
    due: Money,
    usd_rate: Decimal,
    at: datetime,
    lock: bool = False,
) -> tuple[Coupon, Money, Money]:
    """The coupon with what it would pay here, in the order's currency and in USD.

    Refused CPN-2, CPN-3, CPN-4, CPN-5. A coupon that does not exist is another's (CPN-3).
    """
    found = queries.with_other_on_order(coupon_id, order_id, lock=lock)
    if found is None:
        raise rules.not_yours()
    coupon, other_on_order = found
    rules.check_usable(
        queries.facts(coupon),
        buyer_id=buyer_id,
        order_id=order_id,
        other_on_order=other_on_order,
        at=at,
    )
    part, used = rules.pays(coupon.face, due=due, usd_rate=usd_rate)
    rules.check_pays(part, used)
    return coupon, part, used


_RESERVATION = ("state", "reserved_order_id", "reserved_at", "reserved_until")


def reserve(
    *, coupon: Coupon, order_id: int, until: datetime | None, at: datetime, actor: Actor = PLATFORM
) -> None:
    """Keep a locked and quoted coupon for an order's payment (CPN-4); a repeat changes nothing.

    `until` is when the order closes if it stays unpaid; none if it does not close by itself.
    """
    if coupon.reserved_order_id == order_id:
        return
    coupon.state, coupon.reserved_order_id, coupon.reserved_at = "reserved", order_id, at
    coupon.reserved_until = until
    coupon.save(update_fields=_RESERVATION)
    deadlines.put(coupon.pk, {VOID: None, EXPIRING: None})
    events.record("coupon", coupon.pk, "reserved", at=at, actor=actor, rules=("CPN-4",), order=order_id)


def keep(*, order_id: int) -> None:
    """The order that holds a coupon has money on it and no longer closes by itself."""
    Coupon.objects.filter(reserved_order_id=order_id).update(reserved_until=None)


def release(*, order_id: int, at: datetime) -> bool:
    """Free the coupon that an order holds: active again, or void if its day has passed (CPN-4)."""
    coupon = Coupon.objects.select_for_update().filter(reserved_order_id=order_id).first()
    if coupon is None:
        return False
    coupon.reserved_order_id = coupon.reserved_at = coupon.reserved_until = None
    coupon.state = "active"
    ended = queries.state(coupon, at) == "void"
    if ended:
        coupon.state = "void"
    else:
        warn = start_of(plus(coupon.last_day, -WARN_DAYS))
        deadlines.put(coupon.pk, {VOID: end_of(coupon.last_day), EXPIRING: warn if warn > at else None})
    coupon.save(update_fields=_RESERVATION)
    kind, why = ("expired", "CPN-2") if ended else ("released", "CPN-4")
    events.record("coupon", coupon.pk, kind, at=at, rules=(why,), order=order_id)
    return True


# Spending is the hottest write, and everything it says is known beforehand: one round trip says it all.
_SPEND = """
    WITH spent AS (
        UPDATE coupons_coupon
        SET state = 'redeemed', reserved_order_id = NULL, reserved_at = NULL, reserved_until = NULL
        WHERE id = %(coupon)s AND state IN ('active', 'reserved') RETURNING id),
    unscheduled AS (
        DELETE FROM kernel_deadline WHERE subject_id = %(coupon)s AND kind IN %(kinds)s),
    recorded AS (
        INSERT INTO kernel_event
            (stream, key, kind, actor_id, actor_role, happened_at, recorded_at, rules, data)
        SELECT 'coupon', id, 'redeemed', %(actor)s, %(role)s, %(at)s, %(now)s, ARRAY['CPN-3']::varchar[],
            jsonb_build_object('order', %(order)s::bigint, 'used', %(said)s::text)
        FROM spent)
    INSERT INTO coupons_redemption (coupon_id, order_id, used_minor, redeemed_at)
    SELECT id, %(order)s, %(used)s, %(at)s FROM spent RETURNING id
"""


def redeem(*, coupon: Coupon, order_id: int, used: Money, at: datetime, actor: Actor = PLATFORM) -> None:
    """Spend a locked coupon on an order and recover the amount from its bearer (REC-1, REC-2).

    Refused CPN-5 if it was spent meanwhile; the unique redemption keeps that even without the lock.
    """
    values: dict[str, Any] = {
        "coupon": coupon.pk,
        "order": order_id,
        "used": to_minor(used),
        "said": to_text(used),
        "at": at,
        "now": clock.now(),
        "actor": actor.user_id,
        "role": actor.role,
        "kinds": (VOID, EXPIRING),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, values)
        row = cursor.fetchone()
    if row is None:
        raise rules.already_spent()
    owed = rules.to_recover(used, bearer_id=coupon.bearer_id)
    if coupon.bearer_id is not None and owed.amount:
        _recover(row[0], coupon, coupon.bearer_id, owed, at)


def bearers(order_id: int) -> list[int]:
    """Whose account takes part when the coupon of this order is spent, or returned."""
    spent = Redemption.objects.filter(order_id=order_id, coupon__bearer__isnull=False)
    held = Coupon.objects.filter(reserved_order_id=order_id, bearer__isnull=False)
    return list(
        spent.values_list("coupon__bearer_id", flat=True).union(held.values_list("bearer_id", flat=True))
    )


@rule("CPN-6", "REC-3")
def give_back(*, order_id: int, at: datetime) -> None:
    """After a full refund the coupon's part is the platform's again, and the bearer is free (CPN-6, REC-3)."""
    redemption = Redemption.objects.select_for_update().filter(order_id=order_id, returned_at=None).first()
    if redemption is None:
        return
    redemption.returned_at = at
    redemption.save(update_fields=["returned_at"])
    events.record("coupon", redemption.coupon_id, "returned", at=at, rules=("CPN-6",), order=order_id)
    recovery = Recovery.objects.select_related("debt").filter(redemption=redemption, reversed_at=None).first()
    if recovery is None:
        return
    recovery.reversed_at = at
    recovery.save(update_fields=["reversed_at"])
    funds.let_go(debt_id=recovery.debt_id, rule="REC-3", what="recovery_reversed", at=at)
    staff = sellers.staff_ids(recovery.debt.seller_id)
    tell(staff, "recovery_reversed", about="coupon", about_id=redemption.coupon_id, at=at)


@transaction.atomic
def expire(*, coupon_id: int, at: datetime) -> bool:
    """Mark an unused coupon void once its last day is over (CPN-2); False if that is not so."""
    coupon = Coupon.objects.select_for_update().get(pk=coupon_id)
    if not deadlines.claim(coupon_id, VOID, at) or coupon.state != "active":
        return False
    coupon.state = "void"
    coupon.save(update_fields=["state"])
    events.record("coupon", coupon_id, "expired", at=end_of(coupon.last_day), rules=("CPN-2",))
    return True


@transaction.atomic
def warn_expiring(*, coupon_id: int, at: datetime) -> bool:
    """Tell the owner of an unused coupon that its last day is near."""
    coupon = Coupon.objects.select_for_update().get(pk=coupon_id)
    if not deadlines.claim(coupon_id, EXPIRING, at) or queries.state(coupon, at) != "active":
        return False
    tell(
        [coupon.owner_id],
        "coupon_expiring",
        about="coupon",
        about_id=coupon_id,
        at=start_of(plus(coupon.last_day, -WARN_DAYS)),
        last_day=coupon.last_day.isoformat(),
        face=str(coupon.face.amount),
    )
    return True


# A recovery and what its seller's people are told of it, in one round trip.
_RECOVER = """
    WITH recovered AS (INSERT INTO coupons_recovery (redemption_id, debt_id) VALUES (%(redemption)s, %(debt)s))
    INSERT INTO notices_notice
        (user_id, kind, about, about_id, data, happened_at, next_try_at, attempts, last_error)
    SELECT user_id, %(kind)s, 'coupon', %(coupon)s, jsonb_build_object('amount', %(owed)s, 'open', %(open)s),
        %(at)s, %(at)s, 0, ''
    FROM sellers_staff WHERE seller_id = %(seller)s
"""


def _recover(redemption_id: int, coupon: Coupon, seller_id: int, owed: Money, at: datetime) -> None:
    debt = funds.owe(
        seller_id=seller_id,
        amount=owed,
        rule="REC-1",
        cause=("redemption", redemption_id),
        what="recovery",
        at=at,
    )
    values = {
        "redemption": redemption_id,
        "debt": debt.pk,
        "kind": "recovery_owed" if debt.open_minor else "recovery_taken",
        "coupon": coupon.pk,
        "owed": str(owed.amount),
        "open": str(debt.open.amount),
        "at": at,
        "seller": seller_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECOVER, values)


@dataclass(frozen=True)
class StoreTerms:
    """What a seller says of a store coupon; either `percent` or `amount`. Amounts in USD."""

    name: str
    percent: Decimal | None
    amount: Money | None
    least: Money
    first_day: date
    last_day: date
    limit: int | None


@transaction.atomic
def make_store_coupon(
    *, seller_id: int, terms: StoreTerms, at: datetime, actor: Actor = PLATFORM
) -> StoreCoupon:
    """A seller's new store coupon. Refused ORD-7; the same again, while it stands, is the first one."""
    facts = rules.StoreFacts(
        seller_id=seller_id,
        percent=terms.percent,
        amount=terms.amount,
        least=terms.least,
        first_day=terms.first_day,
        last_day=terms.last_day,
        limit=terms.limit,
    )
    rules.check_store_terms(facts, today=day_of(at))
    made, is_new = StoreCoupon.objects.get_or_create(
        seller_id=seller_id,
        name=terms.name,
        ended_at=None,
        defaults={
            "percent": terms.percent,
            "amount_minor": to_minor(terms.amount) if terms.amount else None,
            "least_minor": to_minor(terms.least),
            "first_day": terms.first_day,
            "last_day": terms.last_day,
            "limit": terms.limit,
            "made_at": at,
        },
    )
    if is_new:
        events.record("store_coupon", made.pk, "made", at=at, actor=actor, rules=("ORD-7",))
    elif replace(queries.store_facts(made), used=0) != facts:
        raise RuleViolation(
            "ORD-7",
            _("You have another store coupon of this name."),
            advice=_("Choose another name, or end that one first."),
            field="name",
        )
    return made


@transaction.atomic
def end_store_coupon(*, coupon_id: int, at: datetime, actor: Actor = PLATFORM) -> None:
    """No more orders take it; those that carry it keep it. Ended before, nothing changes."""
    if StoreCoupon.objects.filter(pk=coupon_id, ended_at=None).update(ended_at=at):
        events.record("store_coupon", coupon_id, "ended", at=at, actor=actor, rules=("ORD-7",))


def take_store_coupon(
    *, coupon_id: int, seller_id: int, goods: Money, usd_rate: Decimal, at: datetime
) -> Money:
    """Count a use of a store coupon by an order being made, and say what it takes off. Refused ORD-7.

    Its row stays locked until that order is made, so that its last use is taken once.
    """
    coupon = StoreCoupon.objects.select_for_update().filter(pk=coupon_id).first()
    facts = queries.store_facts(coupon) if coupon is not None else None
    off = rules.check_store(facts, goods, seller_id=seller_id, usd_rate=usd_rate, at=at)
    StoreCoupon.objects.filter(pk=coupon_id).update(used=F("used") + 1)
    return off


def return_store_coupon(coupon_id: int) -> None:
    """Give the use back of an order that closes unpaid; inside the transaction that closes it."""
    StoreCoupon.objects.filter(pk=coupon_id).update(used=F("used") - 1)
