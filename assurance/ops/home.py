"""The first page of the admin: what waits, what is late, what it may cost, and whether the jobs run.

Every query here reads a bounded number of rows through an index, however many orders there are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from assurance.kernel import clock
from assurance.kernel.days import day_of, end_of, plus, start_of
from assurance.kernel.models import SweepRun
from assurance.kernel.money import Money, from_minor
from assurance.kernel.queries import policy_at
from assurance.kernel.wording import money_text
from assurance.ops.sheets import Badge, Rule, Table
from assurance.schedule import SWEEPS, Sweep
from assurance.ui.charts import Chart, chart
from assurance.ui.wording import short_day_text
from claims.models import Claim
from coupons.models import Coupon
from orders.models import Guarantee, Order, Refund
from orders.queries.exposure import at_most
from orders.queries.seller import rows
from orders.rules import refunds
from sellers.models import Debt, Seller

PERIODS_ALLOWED = 3
READ_AT_MOST = 5000
LATE_DAYS = 30
# Nothing that fell due longer ago can still be claimed: 60 days until receipt, two extensions, 30 days more.
CLAIMABLE_DAYS = 120
ORDERS_AT_MOST = 300


@dataclass(frozen=True)
class Figure:
    """One number of the page; `href` leads to the rows behind it, for who may see them."""

    label: Any
    value: Any
    note: Any = ""
    tone: str = ""
    href: str = ""


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What `templates/admin/index.html` shows."""
    at = clock.now()
    ages = _ages(at)
    context.update(
        title=_("Operations"),
        figures=_figures(request.user, ages, at),
        charts=[_review_chart(ages, at), _late_chart(at), _due_chart(at), _claims_chart(at)],
        sweeps=_sweeps(),
        now=at,
    )
    return context


def _ages(at: datetime) -> dict[date, int]:
    """Claims in review by the last day of their review."""
    found = Claim.objects.filter(state="in_review").values_list("review_by").annotate(n=Count("pk"))
    return dict(found.order_by("review_by"))


def _figures(user: Any, ages: dict[date, int], at: datetime) -> list[Figure]:
    today = day_of(at)
    waiting, late = sum(ages.values()), sum(n for day, n in ages.items() if day < today)
    orders, exposed, more = _exposure(at)
    coupons, out = _coupons_out(today)
    debts, owed = _owed()
    before_ops = _before_ops(at)
    applied = Seller.objects.filter(qualified_at=None).count()
    claims = _list(user, "claims", "claim")
    return [
        Figure(
            _("Claims in review"),
            waiting,
            ngettext("%(n)d past its 3 days", "%(n)d past their 3 days", late) % {"n": late},
            "late" if late else "",
            f"{claims}?state__exact=in_review" if claims else "",
        ),
        Figure(
            _("Late orders that can be claimed"),
            f"{orders}+" if more else orders,
            _("coupons of at most %(sum)s") % {"sum": money_text(exposed)},
            "soon" if orders else "",
            _list(user, "orders", "order", "?late=dispatch"),
        ),
        Figure(
            _("Coupons not yet used"),
            coupons,
            _("faces of %(sum)s") % {"sum": money_text(out)},
            "",
            _list(user, "coupons", "coupon", "?state__exact=active"),
        ),
        Figure(
            _("Owed by sellers"),
            money_text(owed),
            ngettext("%(n)d open debt", "%(n)d open debts", debts) % {"n": debts},
            "soon" if debts else "",
            _list(user, "sellers", "debt", "?state=open"),
        ),
        Figure(
            _("Refunds to rule on"),
            before_ops,
            _("from day 7, or escalated by the buyer"),
            "soon" if before_ops else "",
            _list(user, "orders", "refund", "?state__exact=escalated"),
        ),
        Figure(
            _("Accounts to open"),
            applied,
            _("sellers who applied"),
            "soon" if applied else "",
            _list(user, "sellers", "seller", "?qualification=waiting"),
        ),
    ]


def _list(user: Any, app: str, model: str, query: str = "") -> str:
    if not user.has_perm(f"{app}.view_{model}"):
        return ""
    return reverse(f"admin:{app}_{model}_changelist") + query


def _exposure(at: datetime) -> tuple[int, Money, bool]:
    """Late orders with an open entrance and their coupons together; whether there are more than were read."""
    since = at - timedelta(days=CLAIMABLE_DAYS)
    late = Guarantee.objects.filter(
        kind__in=("dispatch", "delivery"), late_at__gt=since, late_at__lte=at
    ).order_by("-late_at")
    ids = list(dict.fromkeys(late.values_list("order_id", flat=True)[: 2 * ORDERS_AT_MOST]))
    orders = Order.objects.filter(pk__in=ids, claimed_at=None, refunded_at=None).select_related("policy")
    found = list(orders[: ORDERS_AT_MOST + 1])
    claimable = [row for row in rows(found[:ORDERS_AT_MOST], at) if row.view.entrance]
    amount = sum((at_most(row) for row in claimable), from_minor(0))
    return len(claimable), amount, len(found) > ORDERS_AT_MOST


def _coupons_out(today: date) -> tuple[int, Money]:
    """Coupons that can still be used, among the newest; older ones than were read are void by now."""
    newest = Coupon.objects.order_by("-id").values_list("state", "last_day", "face_minor")[:READ_AT_MOST]
    faces = [
        face for state, last, face in newest if state == "reserved" or (state == "active" and last >= today)
    ]
    return len(faces), from_minor(sum(faces))


def _owed() -> tuple[int, Money]:
    found = Debt.objects.filter(open_minor__gt=0).aggregate(n=Count("pk"), total=Sum("open_minor"))
    return found["n"], from_minor(found["total"] or 0)


def _before_ops(at: datetime) -> int:
    """Applications before ops by the clock: day 7 counts although no job has run (RFD-2, TIM-3)."""
    day_7 = start_of(plus(day_of(at), -policy_at(at).policy.refund_auto_days + 1))
    by_itself = Q(state=refunds.NEGOTIATING, opened_at__lt=day_7)
    return Refund.objects.filter(Q(state=refunds.ESCALATED) | by_itself).count()


def _review_chart(ages: dict[date, int], at: datetime) -> Chart:
    today = day_of(at)
    late = sum(n for day, n in ages.items() if day < today)
    days = [plus(today, n) for n in range(4)]
    points = [(pgettext("review", "past"), late), *((short_day_text(day), ages.get(day, 0)) for day in days)]
    return chart(
        "bar",
        points,
        title=_("Claims in review by their last day"),
        summary=_("%(waiting)d wait, %(late)d of them past their day.")
        % {"waiting": sum(ages.values()), "late": late},
        columns=(_("Review by"), _("Claims")),
        whole=True,
    )


def _late_chart(at: datetime) -> Chart:
    """Guarantees that became late, by day, over the last two weeks."""
    days = [plus(day_of(at), -n) for n in range(13, -1, -1)]
    found = Guarantee.objects.filter(
        kind__in=("dispatch", "delivery"), late_at__gt=start_of(days[0]), late_at__lte=at
    )
    return _by_day(days, _missed_days(found), _("Guarantees missed by day"), _("Missed"))


def _missed_days(found: QuerySet[Guarantee]) -> Counter[date]:
    """How many by the day that is or was the last in time: a deadline is the instant 00:00 of the day after."""
    instants = found.values_list("late_at", flat=True)[:READ_AT_MOST]
    return Counter(plus(day_of(late), -1) for late in instants if late is not None)


def _due_chart(at: datetime) -> Chart:
    """Dispatch deadlines of the coming week that nothing has met yet."""
    days = [plus(day_of(at), n) for n in range(7)]
    found = Guarantee.objects.filter(kind="dispatch", late_at__gt=at, late_at__lte=end_of(days[-1]))
    return _by_day(days, _missed_days(found), _("Orders to be dispatched by day"), _("Orders"))


def _claims_chart(at: datetime) -> Chart:
    """Claims filed by day, among the newest."""
    days = [plus(day_of(at), -n) for n in range(13, -1, -1)]
    newest = Claim.objects.order_by("-id").values_list("filed_at", flat=True)[:READ_AT_MOST]
    return _by_day(days, Counter(day_of(filed) for filed in newest), _("Claims filed by day"), _("Claims"))


def _by_day(days: Sequence[date], found: Counter[date], title: str, column: str) -> Chart:
    points = [(short_day_text(day), found[day]) for day in days]
    total = sum(value for _label, value in points)
    most = max(points, key=lambda point: point[1])
    summary = _("%(total)d in all; most, %(most)d, on %(day)s.") % {
        "total": total,
        "most": most[1],
        "day": most[0],
    }
    return chart("bar", points, title=title, summary=summary, columns=(_("Day"), column), whole=True)


def _sweeps() -> Table:
    """Each job of the schedule, and whether it has finished within three of its periods, by this machine's time."""
    runs = {run.name: run for run in SweepRun.objects.all()}
    rows_ = [_sweep(sweep, runs.get(sweep.name)) for sweep in SWEEPS]
    head = (_("Job"), _("State"), _("Last finished"), _("Processed"), _("Last error"))
    return Table(head, rows_, numbers=frozenset({3}))


def _sweep(sweep: Sweep, run: SweepRun | None) -> tuple[Any, ...]:
    if run is None or run.last_finished is None:
        state = Badge(_("never finished"), "late", "warning")
    elif timezone.now() - run.last_finished > PERIODS_ALLOWED * sweep.every:
        state = Badge(pgettext("job", "overdue"), "late", "warning")
    else:
        state = Badge(_("on time"), "good", "check")
    job = [sweep.title, Rule(sweep.rule)]
    if run is None:
        return job, state, None, None, ""
    return job, state, run.last_finished, run.last_done, run.last_error
