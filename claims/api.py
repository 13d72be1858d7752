"""Claims under /api/v1/: made on an order by its buyer, listed for both sides."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Choice, Text
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint, user_id
from assurance.kernel import clock
from claims import services
from claims.models import Claim
from orders.api.access import BUYER, SELLER, OrderView
from orders.api.shapes import CLAIM_STATES, GUARANTEES, ClaimBrief
from orders.queries import own


class ClaimFilters(Paged):
    role = Choice(
        choices=[BUYER, SELLER], default=BUYER, help_text="Your own claims, or those against your shop."
    )
    state = Choice(choices=CLAIM_STATES, required=False)


class ClaimShown(ClaimBrief):
    """A claim, and what became of it."""

    order = serializers.CharField(source="order.number")
    note = serializers.CharField()
    review_by = serializers.DateField(help_text="Decided by this day; later decisions are possible.")
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
    coupon = serializers.IntegerField(
        source="coupon_id", allow_null=True, help_text="What an approval issued."
    )
    seller_bears = serializers.BooleanField(
        allow_null=True, help_text="Whether the supplier pays for the coupon's use; null until approved."
    )


class ClaimMade(Given):
    guarantee = Choice(choices=GUARANTEES)
    note = Text(max_length=500, allow_blank=True, default="")


class Claims(View):
    tag = "Guarantees"

    @endpoint("listClaims", ClaimShown, query=ClaimFilters, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """Your claims, the newest first."""
        if given["role"] == BUYER:
            found = Claim.objects.filter(filed_by_id=user_id(request))
        else:
            found = Claim.objects.filter(order__seller_id__in=own.sellers_of(user_id(request)))
        if "state" in given:
            found = found.filter(state=given["state"])
        return page_of(found.select_related("order"), given, request)


class OrderClaims(OrderView):
    tag = "Guarantees"
    side = BUYER

    @endpoint("makeClaim", ClaimShown, body=ClaimMade, status=201)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> Claim:
        """Claim for late dispatch or late delivery: one claim an order, while its entrance is open."""
        return services.file(
            order_id=self.order.pk,
            guarantee=given["guarantee"],
            note=given["note"],
            user_id=user_id(request),
            at=clock.now(),
            actor=self.actor(request),
        )
