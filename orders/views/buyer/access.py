"""Whose order it is: a buyer's own, or there is none (404)."""

from django.http import Http404, HttpRequest

from assurance.accounts.models import User
from assurance.kernel.events import Actor
from orders.models import Order
from orders.queries import buyer


def user(request: HttpRequest) -> User:
    """The signed-in person of a page that asks for one."""
    assert isinstance(request.user, User)
    return request.user


def own_order(request: HttpRequest, number: str) -> Order:
    """The signed-in buyer's order; 404 for any other."""
    order = buyer.find(user(request).pk, number)
    if order is None:
        raise Http404
    return order


def actor(request: HttpRequest) -> Actor:
    return Actor("buyer", user(request).pk)
