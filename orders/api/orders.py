"""The orders of a person: listed, started, read."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import AmountOrNothing, Choice, Country, Day, Digits, Switch, Text, Whole
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, acting, endpoint, user_id
from assurance.kernel import clock
from logistics.models import Mode
from orders.api import shapes
from orders.api.access import BUYER, SELLER, OrderView, shown
from orders.api.verbs import AddressGiven
from orders.models import Export, Order, OrderLine, Source, State, Unread
from orders.queries import filters, own
from orders.queries.buyer import matching, views
from orders.queries.filters import CURRENCIES, DISCOUNTS, KINDS
from orders.services import start

PRODUCTS_AT_MOST = 100
MOST_PIECES = 10_000_000
OF_SELLERS = ("source", "salesperson", "label", "loan")


class Filters(Given):
    """What the order lists of the pages filter by, under the same names (ORD-9)."""

    q = Text(
        required=False,
        max_length=120,
        help_text="Order number, or part of a name or product; for a seller also the buyer's exact e-mail, "
        "notes and labels.",
    )
    state = Choice(choices=State.choices, required=False, help_text="As of now.")
    dispatch = Switch(required=False, help_text="`true`: with the on-time dispatch guarantee.")
    delivery = Switch(required=False, help_text="`true`: with the on-time delivery guarantee.")
    overdue = Switch(required=False, help_text="Whether dispatch is guaranteed and late now.")
    created_from = Day(required=False, help_text="The first platform day.")
    created_to = Day(required=False, help_text="The last platform day, itself included.")
    amount_from = AmountOrNothing(required=False, help_text="Contract total, in USD or in `currency`.")
    amount_to = AmountOrNothing(required=False, help_text="Contract total, in USD or in `currency`.")
    currency = Choice(choices=CURRENCIES, required=False)
    destination = Country(required=False)
    country = Country(required=False, help_text="Where the buyer is registered.")
    drafted_by = Choice(choices=[BUYER, SELLER], required=False)
    kind = Choice(choices=KINDS, required=False, help_text="Ready to Ship, or made to order.")
    mode = Choice(choices=Mode.choices, required=False)
    export = Choice(choices=Export.choices, required=False)
    discount = Choice(choices=DISCOUNTS, required=False)
    deleted = Switch(required=False, help_text="`true`: those that your side has deleted, and no others.")
    source = Choice(choices=Source.choices, required=False, help_text="For a seller: the lead source.")  # type: ignore[assignment]
    salesperson = Digits(
        required=False, min_value=0, help_text="For a seller: the id of one of the staff; 0: nobody."
    )
    label = Text(required=False, max_length=30, help_text="For a seller.")  # type: ignore[assignment]
    loan = Switch(required=False, help_text="For a seller: `true`: loan-eligible orders.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        for first, last in (("created_from", "created_to"), ("amount_from", "amount_to")):
            if first in given and last in given and given[last] < given[first]:
                raise serializers.ValidationError({last: [_("The end is before the beginning.")]})
        return given


class OrderFilters(Paged, Filters):
    """The filters of a list, and whose list it is."""

    role = Choice(
        choices=[BUYER, SELLER], default=BUYER, help_text="Your own orders, or those with your shops."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        check_role(given, is_seller=given["role"] == SELLER)
        return super().validate(given)


def check_role(given: dict[str, Any], *, is_seller: bool) -> None:
    """Refuse a buyer's filtering by what only a seller's list has."""
    strange = [] if is_seller else [name for name in OF_SELLERS if name in given]
    if strange:
        raise serializers.ValidationError({name: [_("Only for the role of a seller.")] for name in strange})


def wanted_of(given: dict[str, Any]) -> filters.Wanted:
    """The filters as the pages know them; a switch set to false asks for nothing, but for `overdue`."""
    names = {name: value for name, value in given.items() if name not in ("role", "cursor", "limit", "q")}
    asked = {name: value for name, value in names.items() if value is not False or name == "overdue"}
    return filters.Wanted(text=given.get("q", ""), **asked)


class Wanted(Given):
    product = Whole(min_value=1, max_value=2**53)
    quantity = Whole(min_value=1, max_value=MOST_PIECES)


def each_once(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as they are, refused where a product is named twice."""
    products = [item["product"] for item in items]
    if len(set(products)) != len(products):
        raise serializers.ValidationError(_("Name each product once, with its whole quantity."))
    return items


class OrderStart(Given):
    """What a buyer orders, from one supplier."""

    items = serializers.ListField(child=Wanted(), min_length=1, max_length=PRODUCTS_AT_MOST)
    line = Whole(
        min_value=1,
        max_value=2**53,
        allow_null=True,
        default=None,
        help_text="One of the product's shipping options. Goods that are not Ready to Ship may go without.",
    )
    destination = Country()
    address = AddressGiven()
    store_coupon = Whole(
        min_value=1,
        max_value=2**53,
        allow_null=True,
        default=None,
        help_text="One of the supplier's store coupons, as the product's shipping options name them.",
    )

    def validate_items(self, items: list[dict[str, int]]) -> list[dict[str, int]]:
        return each_once(items)


class Orders(View):
    tag = "Orders"
    renamed: ClassVar[Mapping[str, str]] = {"quantity": "items"}

    @endpoint("listOrders", shapes.OrderSummary, query=OrderFilters, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """Your orders, the newest first."""
        at, role, wanted = clock.now(), given["role"], wanted_of(given)
        if role == BUYER:
            found = matching(user_id(request), wanted, at)
        else:
            found = own.listed_by_sellers(user_id(request), wanted, at)
        page = page_of(_with_rest(found, role), given, request)
        shown = views(page.rows, at)
        return page._replace(rows=[shapes.Brief(order, shown[order.pk], role) for order in page.rows])

    @endpoint("startOrder", shapes.OrderDetail, body=OrderStart, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> shapes.Whole:
        """Start an order as its buyer. Ready-to-Ship goods go straight to payment, others to the supplier."""
        order = start.by_buyer(
            buyer_id=user_id(request),
            draft=start.Draft(
                items={item["product"]: item["quantity"] for item in given["items"]},
                line_id=given["line"],
                destination=given["destination"],
                address=given["address"] | {"country": given["destination"]},
                store_coupon_id=given["store_coupon"],
            ),
            at=clock.now(),
            actor=acting(request, BUYER),
        )
        return shown(request, order.number)


class OrderAt(OrderView):
    @endpoint("readOrder", shapes.OrderDetail)
    def get(self, request: Request, number: str, *, given: dict[str, Any]) -> shapes.Whole:
        """One order: guarantees, entrance, money, parcels, timeline."""
        return shown(request, number)


def _with_rest(orders: QuerySet[Order], role: str) -> QuerySet[Order]:
    lines = Prefetch("lines", OrderLine.objects.order_by("id"))
    unread = Exists(Unread.objects.filter(order=OuterRef("pk"), side=shapes.SPOKEN[role]))
    shown = orders.select_related("buyer", "seller", "policy").annotate(has_unread=unread)
    return shown.prefetch_related(lines)
