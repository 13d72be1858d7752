"""Drafting an order as its supplier, changing one before it is agreed, sending a draft (ORD-1)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from assurance.accounts.queries import buyer_by_email
from assurance.api.fields import Amount, AmountOrNothing, Choice, Country, Day, Flag, Text, Whole, in_currency
from assurance.api.fields import Request as Given
from assurance.api.views import View, acting, endpoint, user_id
from assurance.kernel import clock
from assurance.kernel.money import USD, Money
from assurance.ui import limits
from orders.api.access import SELLER, OrderView, shown
from orders.api.orders import PRODUCTS_AT_MOST, each_once
from orders.api.shapes import OrderDetail
from orders.api.shapes import Whole as WholeOrder
from orders.models import Export
from orders.queries import own
from orders.queries.filters import CURRENCIES
from orders.rules import terms
from orders.services import contract, offer, start
from orders.services.offer import MOST_PIECES, Draft


class Agreed(Given):
    product = Whole(min_value=1, max_value=2**53)
    quantity = Whole(min_value=1, max_value=MOST_PIECES)
    price = Amount(required=False, help_text="Agreed for one piece; absent: the product's own price.")


class Terms(Given):
    """ORD-4: either `day`, or `days` after the initial or the full payment."""

    days = Whole(min_value=1, max_value=90, required=False)
    after = Choice(choices=[terms.INITIAL, terms.FULL], default=terms.FULL)
    day = Day(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("days" in given) == ("day" in given):
            raise serializers.ValidationError({"days": [_("Enter either a number of days or a day.")]})
        return given


class Contract(Given):
    """What the two sides agree on, in the order's currency."""

    items = serializers.ListField(child=Agreed(), min_length=1, max_length=PRODUCTS_AT_MOST)
    destination = Country()
    line = Whole(min_value=1, max_value=2**53, allow_null=True, default=None)
    shipping = AmountOrNothing(required=False, help_text="Absent: by the freight template.")
    discount = AmountOrNothing(required=False)
    initial = Amount(required=False, help_text="The initial payment; absent: all at once.")
    dispatch = Terms()
    export = Choice(choices=Export.choices, default=terms.SELF)

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return each_once(items)


class DraftGiven(Contract):
    buyer = Text(max_length=254, help_text="The buyer's exact e-mail.")
    currency = Choice(
        choices=CURRENCIES, default=USD, help_text="One with an exchange rate today; amounts are in it."
    )
    send = Flag(default=True, help_text="False keeps it as a draft that the buyer does not see.")


class Changed(Contract):
    version = Whole(min_value=1, max_value=2**31 - 1, help_text="The version that you have read.")
    send = Flag(default=True, help_text="False leaves a draft with you.")


class Seen(Given):
    version = Whole(min_value=1, max_value=2**31 - 1, help_text="The version that you have read.")


# What the rules call otherwise.
RENAMED = {
    "dispatch_day": "dispatch.day",
    "dispatch_days": "dispatch.days",
    "initial_payment": "initial",
    "quantity": "items",
}


class Drafts(View):
    tag = "Orders"
    renamed = RENAMED

    @endpoint("draftOrder", OrderDetail, body=DraftGiven, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> WholeOrder:
        """Draft an order for a buyer, who confirms or declines it. All products are of one shop of yours."""
        mine = own.sellers_of(user_id(request))
        if not mine:
            raise exceptions.PermissionDenied(_("Only the supplier can do this."))
        at = clock.now()
        order = start.by_seller(
            seller_id=_shop(mine, given),
            buyer_id=_buyer(request, given["buyer"]),
            draft=offer.rated(_draft(given, given["currency"]), at),
            send=given["send"],
            at=at,
            actor=acting(request, SELLER),
        )
        return shown(request, order.number)


class Change(OrderView):
    side = SELLER
    renamed = RENAMED

    @endpoint("changeOrder", OrderDetail, body=Changed)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> WholeOrder:
        """Write a draft, or an order that is not agreed yet, anew; it is then the buyer's turn."""
        contract.change(
            order_id=self.order.pk,
            draft=_draft(given, self.order.currency),
            seen=given["version"],
            send=given["send"],
            at=clock.now(),
            actor=self.actor(request),
        )
        return shown(request, number)


class Send(OrderView):
    side = SELLER

    @endpoint("sendDraft", OrderDetail, body=Seen)
    def post(self, request: Request, number: str, *, given: dict[str, Any]) -> WholeOrder:
        """Send a draft to its buyer as it stands."""
        contract.send(
            order_id=self.order.pk, seen=given["version"], at=clock.now(), actor=self.actor(request)
        )
        return shown(request, number)


def _shop(mine: list[int], given: Mapping[str, Any]) -> int:
    """The shop that sells what is drafted; one of the caller's where no product is known, which is refused."""
    found = own.shop_of(given["items"][0]["product"])
    return found if found in mine else mine[0]


def _buyer(request: Request, email: str) -> int:
    if not limits.may_look_up(f"user:{user_id(request)}"):
        raise exceptions.Throttled(detail=_("Too many look-ups. Try again in an hour."))
    buyer = buyer_by_email(email)
    if buyer is None:
        raise serializers.ValidationError({"buyer": [_("No buyer uses this e-mail.")]})
    return buyer.pk


def _draft(given: Mapping[str, Any], currency: str) -> Draft:
    def money(name: str) -> Money | None:
        return in_currency(given[name], currency, field=name) if name in given else None

    prices = {
        item["product"]: in_currency(item["price"], currency, field=f"items.{place}.price")
        for place, item in enumerate(given["items"])
        if "price" in item
    }
    return Draft(
        items={item["product"]: item["quantity"] for item in given["items"]},
        prices=prices,
        line_id=given["line"],
        destination=given["destination"],
        shipping=money("shipping"),
        discount=money("discount"),
        initial=money("initial"),
        export=given["export"],
        dispatch=terms.DispatchTerms(**given["dispatch"]),
        currency=currency,
    )
