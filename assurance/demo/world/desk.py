"""What the sellers' staff have made of their lists: who is in charge, notes, labels, a kept filter (ORD-9)."""

from datetime import datetime
from itertools import cycle
from typing import Any

from assurance.demo.world.cast import PARTS, Cast
from assurance.kernel.events import Actor
from orders.models import Order
from orders.services import desk

_NOTES = (
    "Asks for photos before dispatch.",
    "要求发货前拍照确认。",
    "Repeat buyer: keep the same carton size.",
    "唛头与上次相同。",
    "Call before 17:00 Beijing time.",
)
_LABELS = ("VIP", "Sample first", "复购", "Fragile")
# Every n-th order, counted from the newest.
_ASSIGNED, _NOTED, _LABELLED = 4, 6, 5


def put_in_order(cast: Cast, now: datetime) -> None:
    """All but every fourth order has a salesperson; some have notes and labels. One filter opens Ming's list."""
    for part in PARTS:
        seller = cast.sellers[part.key]
        staff = [post.user for post in seller.staff.select_related("user").order_by("pk")]
        numbers = list(
            Order.objects.filter(seller=seller).order_by("-pk").values_list("number", flat=True)[:120]
        )
        shared = [numbers[n :: len(staff)] for n in range(len(staff))]
        for person, theirs in zip(staff, shared, strict=True):
            mine = [number for n, number in enumerate(theirs, 1) if n % _ASSIGNED]
            desk.assign(seller_id=seller.pk, numbers=mine, to=person.pk, at=now)
        for number, text in zip(numbers[::_NOTED], cycle(_NOTES), strict=False):
            actor = Actor("seller", staff[0].pk)
            desk.note(seller_id=seller.pk, numbers=[number], text=text, at=now, actor=actor)
        for number, name in zip(numbers[1::_LABELLED], cycle(_LABELS), strict=False):
            desk.label(seller_id=seller.pk, numbers=[number], name=name, on=True, at=now)
    shop, ming = cast.sellers["qinghe"], cast.staff["qinghe"]
    kept: dict[str, Any] = {"seller_id": shop.pk, "user_id": ming.pk, "default": False}
    desk.keep_filter(**kept, name="North America", query="tab=to_dispatch&destination=US&dispatch=1")
    desk.keep_filter(**kept, name="今日发货", query="tab=to_dispatch")
