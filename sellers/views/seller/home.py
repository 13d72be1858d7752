"""MA's first page: what is due today, what is at stake, and how the account stands."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assurance.kernel.days import day_of, end_of
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.ui.charts import Chart, chart
from assurance.ui.wording import short_day_text
from claims import queries as claims
from coupons import queries as coupons
from logistics import queries as logistics
from orders.queries import exposure, rate
from orders.queries import seller as orders
from orders.queries.filters import Wanted
from orders.queries.rows import read
from orders.views.seller.rows import looks
from sellers import queries
from sellers.views.seller.base import SellerRequest, for_seller, page

ROWS = 8
WEEKS = 13
MOST_CLAIMS = 200


@dataclass(frozen=True)
class Stake:
    """What late dispatch may still cost in USD: orders open to claims, claims in review, unused coupons."""

    late: exposure.Exposure
    reviews: int
    review_amount: Money
    review_by: date | None
    coupons: int
    coupon_amount: Money

    @property
    def amount(self) -> Money:
        return self.late.amount + self.review_amount + self.coupon_amount

    @property
    def review_ends(self) -> datetime | None:
        """When the oldest review is past its time."""
        return end_of(self.review_by) if self.review_by else None


@for_seller
@require_safe
def home(request: SellerRequest) -> HttpResponse:
    seller_id, at, today = request.seller.pk, request.at, day_of(request.at)
    found, keys = orders.listed(seller_id, Wanted(tab="to_dispatch"), at)
    first = read(list(found.order_by(*keys)[:ROWS]))
    rows = orders.rows(first, at, version=request.version)
    stays = queries.stays(seller_id)
    stay = next((stay for stay in stays if stay.left_at is None), None)
    tallies = rate.tallies(seller_id, rate.weeks(today, WEEKS), request.policy, at)
    covered = [row for row in rows if row.order.covered]
    overdue = orders.overdue_count(seller_id, at)
    due_today, guaranteed_today = orders.due_on(seller_id, today, at)
    context = {
        "overdue_orders": overdue,
        "overdue": overdue,
        "past_due": orders.past_due(seller_id, at),
        "due_today": due_today,
        "guaranteed_today": guaranteed_today,
        "today_ends": end_of(today),
        "stake": stake(seller_id, at, request.policy),
        "debt": queries.debt(seller_id),
        "looks": looks(rows, at),
        "rows_total": sum((exposure.in_usd(row) for row in rows), from_minor(0)),
        "rows_at_most": sum((exposure.at_most(row) for row in covered), from_minor(0)),
        "tally": tallies[-1],
        "chart": _rate_chart(today, tallies),
        "days_in": (today - day_of(stay.joined_at)).days if stay else None,
        "suggestions": logistics.suggestions(seller_id, member=stay is not None),
    }
    return page(request, "sellers/seller/home.html", context)


def stake(seller_id: int, at: datetime, policy: Policy) -> Stake:
    """Everything at the seller's expense that is not yet a recovery. Five queries."""
    files = claims.dossiers(claims.in_review_against(seller_id)[:MOST_CLAIMS], at)
    borne = [file.claim.amount for file in files if file.bearer_id == seller_id]
    unused, faces = coupons.unused_borne_by(seller_id, at)
    return Stake(
        late=exposure.claimable(seller_id, at, in_force=policy),
        reviews=len(files),
        review_amount=sum(borne, from_minor(0)),
        review_by=files[0].claim.review_by if files else None,
        coupons=unused,
        coupon_amount=faces,
    )


def _rate_chart(today: date, tallies: list[rate.Tally]) -> Chart | None:
    """The rate as it stood each week; weeks in which no order counted leave no point."""
    points = [
        (short_day_text(day), tally.rate * 100)
        for day, tally in zip(rate.weeks(today, len(tallies)), tallies, strict=True)
        if tally.rate is not None
    ]
    if not points:
        return None
    return chart(
        "line",
        points,
        title=_("On-time dispatch rate"),
        summary=_("From %(first).1f%% to %(last).1f%% over %(weeks)d weeks.")
        % {"first": points[0][1], "last": points[-1][1], "weeks": len(tallies)},
        columns=(_("Day"), _("Rate over the 90 days before")),
        unit="%",
        digits=1,
        ceiling=100,
    )
