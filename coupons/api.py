"""Coupons, store coupons and recoveries under /api/v1/."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Amount, AmountOrNothing, Day, MoneyField, Nothing, Text, Whole, in_currency
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, acting, endpoint, user_id
from assurance.kernel import clock
from assurance.kernel.money import USD
from coupons import queries, rules, services
from coupons.models import Coupon, CouponState, Recovery, StoreCoupon
from coupons.services import StoreTerms
from orders.models import Order
from orders.queries import own
from sellers.api import shop_of

RECOVERY_STATES = ["open", "taken", "reversed"]
STORE_STATES = ["coming", "running", "used_up", "over", "ended"]


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


class OwnStoreCouponShown(serializers.Serializer[Any]):
    """A coupon that your shop offers: a percentage or an amount off the goods. Amounts in USD."""

    id = serializers.IntegerField()
    seller = serializers.IntegerField(source="seller_id")
    name = serializers.CharField()
    state = serializers.ChoiceField(STORE_STATES)
    percent = serializers.DecimalField(max_digits=4, decimal_places=2, allow_null=True)
    amount = MoneyField(allow_null=True)
    least = MoneyField(help_text="The goods it asks for, without shipping.")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    limit = serializers.IntegerField(allow_null=True, help_text="Uses in all; null without a limit.")
    used = serializers.IntegerField(help_text="How many orders carry it.")
    ended_at = serializers.DateTimeField(allow_null=True)


class StoreCouponGiven(Given):
    """Either `percent` or `amount`. Amounts in USD."""

    seller = Whole(help_text="The account of yours that offers it.")
    name = Text(max_length=60, help_text="Shown to buyers.")
    percent = Amount(required=False, help_text=f"Off the goods, at most {rules.STORE_MOST_PERCENT}.")
    amount = Amount(required=False, help_text="Off the goods.")
    least = AmountOrNothing(required=False, help_text="The goods it asks for; more than the amount.")
    first_day = Day()
    last_day = Day()
    limit = Whole(required=False, min_value=1, max_value=rules.STORE_MOST_USES)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("percent" in given) == ("amount" in given):
            raise serializers.ValidationError(
                {"percent": [_("Give a percentage or an amount, one of them.")]}
            )
        return given


class StoreCoupons(View):
    tag = "Seller"

    @endpoint("listStoreCoupons", OwnStoreCouponShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """The coupons of your shop with their uses, the newest first."""
        page = page_of(_store_coupons(request), given, request)
        at = clock.now()
        return page._replace(rows=[_store_coupon(coupon, at) for coupon in page.rows])

    @endpoint("makeStoreCoupon", OwnStoreCouponShown, body=StoreCouponGiven, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> dict[str, Any]:
        """Offer a coupon to buyers. The same again, while it stands, is the first one."""
        at = clock.now()
        made = services.make_store_coupon(
            seller_id=shop_of(request, given["seller"]),
            terms=StoreTerms(
                name=given["name"],
                percent=given.get("percent"),
                amount=in_currency(given["amount"], USD, field="amount") if "amount" in given else None,
                least=in_currency(given.get("least", Decimal(0)), USD, field="least"),
                first_day=given["first_day"],
                last_day=given["last_day"],
                limit=given.get("limit"),
            ),
            at=at,
            actor=acting(request, "seller"),
        )
        return _store_coupon(made, at)


class EndStoreCoupon(View):
    tag = "Seller"

    @endpoint("endStoreCoupon", OwnStoreCouponShown, body=Nothing)
    def post(self, request: Request, coupon: int, *, given: dict[str, Any]) -> dict[str, Any]:
        """No more orders take it; those that carry it keep it. Ended before, nothing changes."""
        at = clock.now()
        services.end_store_coupon(coupon_id=coupon, at=at, actor=acting(request, "seller"))
        return _store_coupon(StoreCoupon.objects.get(pk=coupon), at)

    def enter(self, request: Request, **path: Any) -> None:
        if not _store_coupons(request).filter(pk=path["coupon"]).exists():
            raise Http404


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


def _store_coupons(request: Request) -> QuerySet[StoreCoupon]:
    return queries.store_coupons_of(*own.sellers_of(user_id(request)))


def _store_coupon(coupon: StoreCoupon, at: datetime) -> dict[str, Any]:
    facts = queries.store_facts(coupon)
    return vars(facts) | {"id": coupon.pk, "name": coupon.name, "state": rules.store_state(facts, at)}
