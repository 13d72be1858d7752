"""Whose order it is, and who may use which verb of it."""

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

from assurance.api.views import View, acting, user_id
from assurance.kernel import clock
from assurance.kernel.events import Actor
from orders.api.shapes import Whole
from orders.models import Order
from orders.queries import own
from orders.queries.buyer import detail

BUYER, SELLER = "buyer", "seller"


class OrderView(View):
    """A path below one order. A stranger's is 404; a verb that is the other side's is 403."""

    tag = "Orders"
    side: str | None = None

    def order(self, request: Request, number: str) -> Order:
        """The order by its number, if the caller is one of its sides and the verb is theirs."""
        order = own.find(user_id(request), number)
        if order is None:
            raise Http404
        if self.side is not None and self.side != side_of(order, request):
            whose = (
                _("This is for the buyer to do.")
                if self.side == BUYER
                else _("This is for the supplier to do.")
            )
            raise exceptions.PermissionDenied(whose)
        return order

    def actor(self, order: Order, request: Request) -> Actor:
        return acting(request, side_of(order, request))

    def shown(self, request: Request, number: str) -> Whole:
        """The order as it stands after the verb."""
        order = self.order(request, number)
        return Whole.of(detail(order, clock.now()), side_of(order, request))


def side_of(order: Order, request: Request) -> str:
    """The caller's side. Somebody who buys from their own shop acts as the buyer."""
    return BUYER if order.buyer_id == user_id(request) else SELLER


def services_name(side: str) -> str:
    """The side as `orders.services` calls it."""
    return "buyer" if side == BUYER else "supplier"
