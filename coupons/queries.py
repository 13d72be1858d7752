"""Reading coupons and recoveries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from assurance.kernel.days import day_of
from assurance.kernel.money import Money, from_minor
from coupons import rules
from coupons.models import Coupon, Recovery, StoreCoupon


def facts(coupon: Coupon) -> rules.CouponFacts:
    return rules.CouponFacts(
        owner_id=coupon.owner_id,
        last_day=coupon.last_day,
        reserved_for=coupon.reserved_order_id,
        reserved_until=coupon.reserved_until,
        redeemed=coupon.state == "redeemed",
    )


def state(coupon: Coupon, at: datetime) -> str:
    """active, reserved, redeemed or void, by the clock and not by what a job has marked (TIM-3)."""
    return rules.state(facts(coupon), at)


def of_owner(owner_id: int) -> QuerySet[Coupon]:
    """A buyer's coupons, newest first, with where they were used."""
    return Coupon.objects.filter(owner_id=owner_id).select_related("redemption", "bearer").order_by("-id")


_COLUMNS = [field.attname for field in Coupon._meta.concrete_fields]
_WITH_OTHER = f"""
    SELECT (SELECT id FROM coupons_coupon WHERE reserved_order_id = %(order)s),
        (SELECT coupon_id FROM coupons_redemption WHERE order_id = %(order)s), {", ".join(_COLUMNS)}
    FROM coupons_coupon WHERE id = %(coupon)s
"""  # noqa: S608 - only names of columns


def with_other_on_order(coupon_id: int, order_id: int, *, lock: bool) -> tuple[Coupon, bool] | None:
    """A coupon and whether the order already carries or has used another one (CPN-3), in one round trip.

    Most who race for a coupon only learn here that it is spent, so this is as narrow as it can be.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITH_OTHER + ("FOR UPDATE" if lock else ""), {"coupon": coupon_id, "order": order_id})
        row = cursor.fetchone()
    if row is None:
        return None
    reserved, used, *columns = row
    return Coupon.from_db(connection.alias, _COLUMNS, columns), {reserved, used} - {None, coupon_id} != set()


def usable(owner_id: int, at: datetime) -> list[Coupon]:
    """The coupons a buyer can choose now, soonest to expire first."""
    return list(Coupon.objects.filter(_free(at), owner_id=owner_id).order_by("last_day", "id"))


def count_usable(owner_id: int, at: datetime) -> int:
    """How many coupons a buyer can choose now."""
    return Coupon.objects.filter(_free(at), owner_id=owner_id).count()


def _free(at: datetime) -> Q:
    """Coupons that `state` calls active."""
    unreserved = Q(state="active") | Q(state="reserved", reserved_until__lte=at)
    return unreserved & Q(last_day__gte=day_of(at))


def reserved_for(order_id: int) -> list[Coupon]:
    """The coupon that waits for an order's payment, if there is one."""
    return list(Coupon.objects.filter(reserved_order_id=order_id))


def unused_borne_by(seller_id: int, at: datetime) -> tuple[int, Money]:
    """Coupons that may still be used at a seller's expense: how many, and their faces together in USD."""
    usable = Q(state="reserved") | Q(state="active", last_day__gte=day_of(at))
    found = Coupon.objects.filter(usable, bearer_id=seller_id).aggregate(
        n=Count("pk"), faces=Sum("face_minor")
    )
    return found["n"], from_minor(found["faces"] or 0)


def recovered_from(seller_id: int) -> tuple[Money, Money]:
    """What recoveries have taken from a seller and what of them is still open, in USD (REC-2)."""
    found = Recovery.objects.filter(debt__seller_id=seller_id).aggregate(
        taken=Sum("debt__taken_minor"), open=Sum("debt__open_minor")
    )
    return from_minor(found["taken"] or 0), from_minor(found["open"] or 0)


def recoveries_from(seller_id: int) -> QuerySet[Recovery]:
    """What is or was recovered from a seller, newest first."""
    return (
        Recovery.objects.filter(debt__seller_id=seller_id)
        .select_related("debt", "redemption__coupon")
        .order_by("-id")
    )


@dataclass(frozen=True)
class StoreOffer:
    """A store coupon with what it takes off certain goods; nothing while they do not reach its minimum."""

    coupon: StoreCoupon
    off: Money


def store_facts(coupon: StoreCoupon) -> rules.StoreFacts:
    return rules.StoreFacts(
        seller_id=coupon.seller_id,
        percent=coupon.percent,
        amount=coupon.amount if coupon.amount_minor is not None else None,
        least=coupon.least,
        first_day=coupon.first_day,
        last_day=coupon.last_day,
        limit=coupon.limit,
        used=coupon.used,
        ended_at=coupon.ended_at,
    )


def store_offers(
    seller_id: int, goods: Money, at: datetime, *, usd_rate: Decimal = Decimal(1)
) -> list[StoreOffer]:
    """The seller's store coupons that run now, for these goods: the best first, then what ends soonest."""
    today = day_of(at)
    running = StoreCoupon.objects.filter(
        Q(limit=None) | Q(used__lt=F("limit")),
        seller_id=seller_id,
        ended_at=None,
        first_day__lte=today,
        last_day__gte=today,
    )
    found = [StoreOffer(one, rules.store_pays(store_facts(one), goods, usd_rate=usd_rate)) for one in running]
    return sorted(found, key=lambda offer: (-offer.off.amount, offer.coupon.last_day, offer.coupon.pk))


def store_coupons_of(*seller_ids: int) -> QuerySet[StoreCoupon]:
    """All store coupons that sellers have made."""
    return StoreCoupon.objects.filter(seller_id__in=seller_ids)
