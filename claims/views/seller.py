"""Claims against a seller, each with its chain: claim, coupon, its use, the recovery (CLM-6, REC-1 to REC-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from assurance.kernel.days import end_of
from assurance.ui import paging
from claims import queries as claims
from claims.queries import Dossier
from coupons import queries as coupons
from coupons.models import Coupon, Recovery, Redemption
from orders.queries import seller as orders
from orders.queries.counting import MOST
from sellers.views.seller.base import SellerRequest, for_seller, page


@dataclass(frozen=True)
class Chain:
    """A claim followed to the money. `used_on` is the number of one of the seller's own orders.

    A coupon spent with another supplier says when and how much, never where: that order is the buyer's.
    """

    file: Dossier
    coupon: Coupon | None
    coupon_state: str
    redemption: Redemption | None
    used_on: str
    recovery: Recovery | None
    borne_here: bool

    @property
    def review_ends(self) -> datetime:
        return end_of(self.file.claim.review_by)


@for_seller
@require_safe
def claim_list(request: SellerRequest) -> HttpResponse:
    """The claims, newest first, and what they come to."""
    shown = paging.page(claims.against(request.seller.pk), ("-id",), request.GET)
    unused, faces = coupons.unused_borne_by(request.seller.pk, request.at)
    taken, still_open = coupons.recovered_from(request.seller.pk)
    context = {
        "page": shown,
        "chains": _chains(request, claims.dossiers(shown.rows, request.at)),
        "in_review": claims.in_review_against(request.seller.pk)[:MOST].count(),
        "unused": unused,
        "unused_faces": faces,
        "taken": taken,
        "still_open": still_open,
    }
    return page(request, "claims/seller/list.html", context)


def _chains(request: SellerRequest, files: Sequence[Dossier]) -> list[Chain]:
    used = {
        file.claim.coupon.redemption.order_id
        for file in files
        if file.claim.coupon and hasattr(file.claim.coupon, "redemption")
    }
    own = orders.numbers(request.seller.pk, used)
    return [_chain(request, file, own) for file in files]


def _chain(request: SellerRequest, file: Dossier, own: dict[int, str]) -> Chain:
    coupon = file.claim.coupon
    redemption: Redemption | None = getattr(coupon, "redemption", None)
    return Chain(
        file=file,
        coupon=coupon,
        coupon_state=coupons.state(coupon, request.at) if coupon else "",
        redemption=redemption,
        used_on=own.get(redemption.order_id, "") if redemption else "",
        recovery=getattr(redemption, "recovery", None),
        borne_here=file.bearer_id == request.seller.pk,
    )
