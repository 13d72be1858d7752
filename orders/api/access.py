"""Whose order it is, and who may use which verb of it."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

from assurance.api.views import View, acting, user_id
from assurance.kernel import clock
from assurance.kernel.events import Actor
from orders.api.shapes import SPOKEN, Whole
from orders.models import Order
from orders.queries import own
from orders.queries.buyer import detail

BUYER, SELLER = "buyer", "seller"


class OrderView(View):
    """A path below one order. A stranger's is 404; a verb that is the other side's is 403.

    `side` says whose verb it is; both sides may read.
    """

    tag = "Orders"
    side: ClassVar[str | None] = None
    order: Order

    def enter(self, request: Request, **path: Any) -> None:
        self.order = _find(request, path["number"])
        if request.method == "POST" and self.side not in (None, side_of(self.order, request)):
            whose = (
                _("Only the buyer can do this.")
                if self.side == BUYER
                else _("Only the supplier can do this.")
            )
            raise exceptions.PermissionDenied(whose)

    def actor(self, request: Request) -> Actor:
        return acting(request, side_of(self.order, request))

    def by(self, request: Request) -> str:
        """The caller's side as `orders.services` calls it."""
        return SPOKEN[side_of(self.order, request)]


def shown(request: Request, number: str) -> Whole:
    """The order as it stands, read afresh."""
    order = _find(request, number)
    return Whole.of(detail(order, clock.now()), side_of(order, request))


def side_of(order: Order, request: Request) -> str:
    """The caller's side. Somebody who buys from their own shop acts as the buyer."""
    return BUYER if order.buyer_id == user_id(request) else SELLER


def _find(request: Request, number: str) -> Order:
    order = own.find(user_id(request), number)
    if order is None:
        raise Http404
    return order
