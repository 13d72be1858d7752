"""The orders of a person: listed, started, read."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Choice, Country, Switch, Text, Whole
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, acting, endpoint, user_id
from assurance.kernel import clock
from orders.api import shapes
from orders.api.access import BUYER, SELLER, OrderView, shown
from orders.models import Order, OrderLine, State
from orders.queries import filters, own
from orders.queries.buyer import of_buyer, views
from orders.services import start

PRODUCTS_AT_MOST = 100
MOST_PIECES = 10_000_000


class OrderFilters(Paged):
    role = Choice(
        choices=[BUYER, SELLER], default=BUYER, help_text="Your own orders, or those with your shop."
    )
    state = Choice(choices=State.choices, required=False)
    overdue = Switch(required=False, help_text="Whether dispatch is guaranteed and late now.")


class Wanted(Given):
    product = Whole(min_value=1, max_value=2**53)
    quantity = Whole(min_value=1, max_value=MOST_PIECES)


class AddressGiven(Given):
    recipient = Text(max_length=120)
    phone = Text(max_length=40, allow_blank=True, default="")
    street = Text(max_length=200)
    city = Text(max_length=100)
    region = Text(max_length=100, allow_blank=True, default="")
    postcode = Text(max_length=20, allow_blank=True, default="")


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

    def validate_items(self, items: list[dict[str, int]]) -> list[dict[str, int]]:
        products = [item["product"] for item in items]
        if len(set(products)) != len(products):
            raise serializers.ValidationError(_("Name each product once, with its whole quantity."))
        return items


class Orders(View):
    tag = "Orders"

    @endpoint("listOrders", shapes.OrderSummary, query=OrderFilters, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """Your orders, the newest first."""
        at, role = clock.now(), given["role"]
        found = (
            of_buyer(user_id(request)) if role == BUYER else own.of_sellers(own.sellers_of(user_id(request)))
        )
        if "state" in given:
            found = filters.in_state(found, given["state"], at)
        if "overdue" in given:
            late = filters.late(at)
            found = found.filter(late if given["overdue"] else ~late)
        page = page_of(_with_rest(found), given, request)
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


def _with_rest(orders: QuerySet[Order]) -> QuerySet[Order]:
    lines = Prefetch("lines", OrderLine.objects.order_by("id"))
    return orders.select_related("buyer", "seller", "policy").prefetch_related(lines)
