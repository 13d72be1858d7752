"""Coupons and recoveries under /api/v1/."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import MoneyField
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint, user_id
from assurance.kernel import clock
from coupons import queries
from coupons.models import Coupon, CouponState, Recovery
from orders.models import Order
from orders.queries import own

RECOVERY_STATES = ["open", "taken", "reversed"]


class CouponShown(serializers.Serializer[Any]):
    """A coupon of yours: where from, until when, where used."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField([value for value, _name in CouponState.choices])
    face = MoneyField()
    issued_at = serializers.DateTimeField()
    last_day = serializers.DateField(help_text="Usable through this day.")
    from_order = serializers.CharField(help_text="The order whose claim issued it.")
    reserved_for = serializers.CharField(allow_null=True, help_text="The order that waits for its payment.")
    used = MoneyField(allow_null=True)
    used_at = serializers.DateTimeField(allow_null=True)
    used_on = serializers.CharField(allow_null=True)
    returned_at = serializers.DateTimeField(
        allow_null=True, help_text="When a full refund gave its part back to the platform."
    )


class Coupons(View):
    tag = "Guarantees"

    @endpoint("listCoupons", CouponShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """Your coupons, the newest first."""
        page = page_of(queries.of_owner(user_id(request)), given, request)
        used = [getattr(coupon, "redemption", None) for coupon in page.rows]
        numbers = order_numbers(
            [c.from_order_id for c in page.rows]
            + [c.reserved_order_id for c in page.rows if c.reserved_order_id]
            + [use.order_id for use in used if use]
        )
        at = clock.now()
        return page._replace(rows=[_coupon(coupon, numbers, at) for coupon in page.rows])


class RecoveryShown(serializers.Serializer[Any]):
    """What a used coupon costs your shop, which was late: taken from the balance, or a debt. In USD."""

    id = serializers.IntegerField()
    seller = serializers.IntegerField(source="debt.seller_id")
    state = serializers.ChoiceField(RECOVERY_STATES)
    order = serializers.CharField(help_text="The order that was late.")
    amount = MoneyField(source="debt.amount")
    taken = MoneyField(source="debt.taken")
    open = MoneyField(source="debt.open")
    redeemed_at = serializers.DateTimeField(source="redemption.redeemed_at")
    reversed_at = serializers.DateTimeField(allow_null=True)


class Recoveries(View):
    tag = "Guarantees"

    @endpoint("listRecoveries", RecoveryShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """What has been recovered from your shop, or is still owed, the newest first."""
        found = Recovery.objects.filter(debt__seller_id__in=own.sellers_of(user_id(request)))
        page = page_of(found.select_related("debt", "redemption__coupon"), given, request)
        numbers = order_numbers(recovery.redemption.coupon.from_order_id for recovery in page.rows)
        for recovery in page.rows:
            recovery.order = numbers[recovery.redemption.coupon.from_order_id]
        return page


def order_numbers(order_ids: Iterable[int]) -> dict[int, str]:
    """The numbers of a page's orders in one query."""
    return dict(Order.objects.filter(pk__in=set(order_ids)).values_list("pk", "number"))


def _coupon(coupon: Coupon, numbers: dict[int, str], at: datetime) -> dict[str, Any]:
    use = getattr(coupon, "redemption", None)
    return {
        "id": coupon.pk,
        "state": queries.state(coupon, at),
        "face": coupon.face,
        "issued_at": coupon.issued_at,
        "last_day": coupon.last_day,
        "from_order": numbers[coupon.from_order_id],
        "reserved_for": numbers[coupon.reserved_order_id] if coupon.reserved_order_id else None,
        "used": use.used if use else None,
        "used_at": use.redeemed_at if use else None,
        "used_on": numbers[use.order_id] if use else None,
        "returned_at": use.returned_at if use else None,
    }
