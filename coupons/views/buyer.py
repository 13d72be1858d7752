"""*My coupons*: which are active, until when, where they came from and where they were used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assurance.kernel import clock
from assurance.kernel.days import day_of, end_of
from assurance.ui.paging import page
from claims.models import Claim
from coupons import queries
from coupons.models import Coupon
from orders.models import Order
from orders.views.buyer.access import user

ALL, ACTIVE, RESERVED, REDEEMED, VOID = "all", "active", "reserved", "redeemed", "void"
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """A coupon with its state by the clock, the order and claim it came from, and the order it is used on."""

    coupon: Coupon
    state: str
    ends: datetime
    origin: Order | None
    claim: Claim | None
    used_on: Order | None
    is_near: bool


@login_required
@never_cache
@require_safe
def coupons(request: HttpRequest) -> HttpResponse:
    """A buyer's coupons: what can be used first, the earliest end before the later."""
    at = clock.now()
    mine = _ranked(queries.of_owner(user(request).pk), at)
    tab = request.GET.get("tab", ALL)
    names = {
        ALL: _("All"),
        ACTIVE: _("Active"),
        RESERVED: _("Reserved"),
        REDEEMED: _("Used"),
        VOID: _("Void"),
    }
    ranks = list(names)[1:]
    counted = list(mine.order_by().values_list("rank", flat=True)[:1000])
    counts = {name: counted.count(rank) for rank, name in enumerate(ranks)} | {ALL: len(counted)}
    found = mine.filter(rank=ranks.index(tab)) if tab in ranks else mine
    shown = page(found, ("rank", "last_day", "id"), request.GET)
    rows = _rows(shown.rows, at)
    soonest = next((row for row in rows if row.is_near), None)
    context = {
        "now": at,
        "rows": rows,
        "page": shown,
        "tab": tab if tab in names else ALL,
        "tabs": [(name, label, counts[name]) for name, label in names.items()],
        "soonest": soonest,
    }
    return render(request, "coupons/buyer/list.html", context)


def _ranked(coupons: QuerySet[Coupon], at: datetime) -> QuerySet[Any]:
    """With the place of each state in the list; the clock decides, not what a job has marked."""
    unreserved = Q(state="active") | Q(state="reserved", reserved_until__lte=at)
    usable = unreserved & Q(last_day__gte=day_of(at))
    held = Q(state="reserved") & (Q(reserved_until=None) | Q(reserved_until__gt=at))
    cases = (When(usable, then=0), When(held, then=1), When(state="redeemed", then=2))
    return coupons.annotate(rank=Case(*cases, default=Value(3), output_field=IntegerField()))


def _rows(coupons: list[Coupon], at: datetime) -> list[Row]:
    """Where each coupon came from and went to, for a page in two queries."""
    claims = {
        claim.coupon_id: claim
        for claim in Claim.objects.filter(coupon__in=coupons).select_related("order__seller")
    }
    used = {coupon.pk: _used_on(coupon, at) for coupon in coupons}
    orders = Order.objects.select_related("seller").in_bulk([pk for pk in used.values() if pk])
    rows = []
    for coupon in coupons:
        claim, ends, state = claims.get(coupon.pk), end_of(coupon.last_day), queries.state(coupon, at)
        rows.append(
            Row(
                coupon=coupon,
                state=state,
                ends=ends,
                origin=claim.order if claim else None,
                claim=claim,
                used_on=orders.get(used[coupon.pk] or 0),
                is_near=state == ACTIVE and ends - at <= SOON,
            )
        )
    return rows


def _used_on(coupon: Coupon, at: datetime) -> int | None:
    match queries.state(coupon, at):
        case "redeemed":
            return coupon.redemption.order_id
        case "reserved":
            return coupon.reserved_order_id
        case _:
            return None
