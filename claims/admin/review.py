"""Claim review: what is known, what is advised, and the decision (CLM-5, CLM-6)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from unfold.decorators import display
from unfold.views import ChangeList

from assurance.kernel import clock
from assurance.kernel.days import day_of, end_of
from assurance.kernel.money import USD, Money, convert
from assurance.kernel.wording import day_text, instant_text, money_text, number_text
from assurance.ledger.queries import transfers_of
from assurance.ops import history, links, trail
from assurance.ops.acts import Act
from assurance.ops.detail import DetailAdmin
from assurance.ops.orders import facts_panel, parcels_panel
from assurance.ops.sheets import Badge, Due, Fact, Panel
from assurance.ops.show import plain, shown
from assurance.ui import parts
from claims import rules, services
from claims.models import Claim
from claims.queries import Dossier, dossier, dossiers
from orders.queries.facts import parcels_of
from sellers.models import Seller

STATES = {
    rules.IN_REVIEW: Badge(gettext_lazy("In review"), "soon", "hourglass"),
    rules.APPROVED: Badge(gettext_lazy("Approved"), "good", "check"),
    rules.REJECTED: Badge(gettext_lazy("Rejected"), "off", "cross"),
}
ADVICE = {
    "approve": Badge(gettext_lazy("approve"), "good", "check"),
    "reject": Badge(gettext_lazy("reject"), "late", "cross"),
}


class LateFilter(admin.SimpleListFilter):
    title = gettext_lazy("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", gettext_lazy("past its 3 days")), ("timely", gettext_lazy("in time"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        today = day_of(clock.now())
        if self.value() == "late":
            return queryset.filter(state=rules.IN_REVIEW, review_by__lt=today)
        if self.value() == "timely":
            return queryset.filter(state=rules.IN_REVIEW, review_by__gte=today)
        return queryset


class ClaimList(ChangeList):
    """A page of the list, with the dossiers of its claims read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Claim] = self.model_admin.prepared(list(self.result_list), clock.now())


def _undecided(claim: Claim, at: datetime) -> bool:
    return claim.state == rules.IN_REVIEW


@admin.register(Claim)
class ClaimAdmin(DetailAdmin):
    list_display = (
        "order_number",
        "what",
        "parties",
        "filed",
        "review_until",
        "sum",
        "advice",
        "borne_by",
    )
    list_filter = ("state", "guarantee", LateFilter)
    search_fields = ("order__number__exact", "filed_by__email__iexact", "order__seller__name")
    search_help_text = gettext_lazy("Order number, the buyer’s e-mail or the seller’s name")
    list_select_related = ("order__policy", "order__seller", "filed_by", "bearer")
    ordering = ("-filed_at", "-id")
    acts = (
        Act(
            name="approve",
            label=gettext_lazy("Approve"),
            asks=gettext_lazy("Approve the claim"),
            done=gettext_lazy("Approved"),
            permission="claims.change_claim",
            run=services.approve,
            target="claim_id",
            explains=gettext_lazy("The buyer gets the coupon at once. Who bears it is judged now and stays."),
            many=True,
            offered=_undecided,
        ),
        Act(
            name="reject",
            label=gettext_lazy("Reject"),
            asks=gettext_lazy("Reject the claim"),
            done=gettext_lazy("Rejected"),
            permission="claims.change_claim",
            run=services.reject,
            target="claim_id",
            explains=gettext_lazy(
                "The order’s one claim is used up. The buyer can still apply for a refund."
            ),
            many=True,
            look="danger",
            offered=_undecided,
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ClaimList

    def prepared(self, things: Sequence[Claim], at: datetime) -> Sequence[Claim]:
        for found in dossiers(things, at):
            found.claim.dossier = found  # type: ignore[attr-defined]
        return things

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        found: QuerySet[Claim] = super().get_queryset(request).select_related(*self.list_select_related)
        return found

    def heading(self, thing: Claim) -> Any:
        return _("Claim for order %(number)s") % {"number": number_text(thing.order.number)}

    def summary(self, thing: Claim, at: datetime) -> Sequence[Any]:
        found: Dossier = thing.dossier  # type: ignore[attr-defined]
        advised = _("advised: %(what)s") % {"what": ADVICE[found.recommendation].text}
        bearer = _("bearer: %(name)s") % {"name": _bearer(found)}
        return (
            parts.order_no(thing.order.number),
            thing.get_guarantee_display(),
            thing.amount,
            advised,
            bearer,
        )

    @display(description=gettext_lazy("order"))
    def order_number(self, claim: Claim) -> Any:
        return parts.order_no(claim.order.number)

    @display(description=gettext_lazy("guarantee, state"), ordering="state")
    def what(self, claim: Claim) -> Any:
        return format_html("{}<br>{}", claim.get_guarantee_display(), shown(STATES[claim.state]))

    @display(description=gettext_lazy("buyer, seller"))
    def parties(self, claim: Claim) -> Any:
        return format_html(
            '<span class="whitespace-nowrap">{}<br>{}</span>', claim.filed_by, claim.order.seller
        )

    @display(description=gettext_lazy("filed"), ordering="filed_at")
    def filed(self, claim: Claim) -> Any:
        return parts.moment(claim.filed_at, day_text(day_of(claim.filed_at)))

    @display(description=gettext_lazy("review by"), ordering="review_by")
    def review_until(self, claim: Claim) -> Any:
        """The last day of the review and how far off it is; when it was decided, once it is."""
        if claim.decided_at is not None:
            return parts.moment(claim.decided_at, day_text(day_of(claim.decided_at)))
        return review_day(claim.review_by, clock.now())

    @display(description=gettext_lazy("amount"), ordering="amount_minor")
    def sum(self, claim: Claim) -> Any:
        return parts.money(claim.amount)

    @display(description=gettext_lazy("advice"))
    def advice(self, claim: Claim) -> Any:
        if claim.state != rules.IN_REVIEW:
            return "–"
        return shown(ADVICE[claim.dossier.recommendation])  # type: ignore[attr-defined]

    @display(description=gettext_lazy("bearer"))
    def borne_by(self, claim: Claim) -> str:
        return _bearer(claim.dossier)  # type: ignore[attr-defined]

    def panels(self, request: HttpRequest, thing: Claim, at: datetime) -> list[Panel]:
        parcels = parcels_of(thing.order_id)
        found = dossier(thing, at, parcels)
        user = request.user
        sheets = [
            _decision_panel(found, at),
            facts_panel(thing.order, found.view, at),
            parcels_panel(parcels),
        ]
        if thing.coupon is not None:
            sheets.append(Panel(_("From the claim to the money"), table=trail.chain(thing.coupon, user)))
        sheets.append(
            Panel(_("The order’s money"), table=trail.transfers(transfers_of("order", thing.order_id), user))
        )
        sheets.append(Panel(_("What happened on the order"), log=history.log("order", thing.order_id)))
        return [
            *sheets,
            _claim_panel(thing, user),
            Panel(_("On record"), log=history.log("claim", thing.pk), side=True),
        ]


def review_day(day: date, at: datetime) -> Any:
    """A day as the lists show a deadline: how far off, then the day."""
    due = parts.until(end_of(day), at)
    when = parts.moment(day, day_text(day))
    return format_html(
        '<span class="due due--{}">{}<span class="due__rel">{}</span> <span class="due__at">{}</span></span>',
        due.look,
        parts.icon(due.icon),
        due.text,
        when,
    )


def _bearer(found: Dossier) -> str:
    """Who pays when the coupon is used; nobody for a rejected claim."""
    if not found.bearer_known:
        return "–"
    return _("the platform") if found.bearer_id is None else str(found.claim.order.seller)


def _decision_panel(found: Dossier, at: datetime) -> Panel:
    claim = found.claim
    facts = [
        Fact(_("State"), STATES[claim.state]),
        Fact(_("Claimed for"), claim.get_guarantee_display()),
        Fact(_("Amount"), claim.amount, "CPN-1", _worked_out(claim, found)),
    ]
    if claim.state == rules.IN_REVIEW:
        facts += [
            Fact(_("Recommendation"), ADVICE[found.recommendation], "CLM-5", _why_advised(found)),
            Fact(_("Bearer, if approved now"), _bearer(found), "DLV-7", _why_bearer(found)),
            Fact(_("Review by"), Due(end_of(claim.review_by)), "CLM-5"),
        ]
    else:
        facts += [
            Fact(_("Decided"), claim.decided_at, "CLM-5"),
            Fact(_("By"), claim.decided_by),
            Fact(_("Reason"), claim.decision_reason),
        ]
        if claim.state == rules.APPROVED:
            facts.append(Fact(_("Bearer"), _bearer(found), "DLV-7", _("as judged at approval")))
    return Panel(_("Decision"), facts)


def _worked_out(claim: Claim, found: Dossier) -> str:
    """CPN-1 with this order's figures."""
    order, policy = claim.order, found.view.facts.policy
    total = convert(order.total, usd_rate=order.usd_rate, to=USD)
    share = Money(total.amount * policy.compensation_percent / 100, USD)
    values = {
        "percent": plain(policy.compensation_percent),
        "total": money_text(total),
        "share": plain(share.amount),
        "cap": money_text(Money(policy.compensation_cap, USD)),
        "face": money_text(claim.amount),
    }
    return (
        _("%(percent)s%% of %(total)s is %(share)s; up to a whole dollar, at most %(cap)s: %(face)s") % values
    )


def _why_advised(found: Dossier) -> str:
    missed = found.recommendation == "approve"
    if found.claim.guarantee == rules.DISPATCH:
        return (
            _("on today’s facts the dispatch deadline was missed")
            if missed
            else _("on today’s facts it was kept")
        )
    return _("on today’s facts the promised day was missed") if missed else _("on today’s facts it was kept")


def _why_bearer(found: Dossier) -> str:
    view = found.view
    if view.facts.platform_bears:
        return _("an exemption puts it on the platform")
    if view.dispatch == "verifying":
        return _("it is still being verified whether dispatch was in time")
    if view.dispatched_at is None:
        return _("the seller has not dispatched the whole order")
    on = instant_text(view.dispatched_at)
    if found.bearer_id is None:
        return _("dispatched in time, on %(on)s") % {"on": on}
    return _("dispatched late, on %(on)s") % {"on": on}


def _claim_panel(claim: Claim, user: Any) -> Panel:
    facts = [
        Fact(_("Order"), links.to_order(user, claim.order)),
        Fact(_("Seller"), links.to(user, Seller, claim.order.seller_id, claim.order.seller.name)),
        Fact(_("Buyer"), claim.filed_by, note=claim.filed_by.email),
        Fact(_("Country"), countries.name(str(claim.order.destination))),
        Fact(_("Filed"), claim.filed_at, "CLM-2"),
        Fact(_("The buyer’s note"), claim.note),
    ]
    return Panel(_("Claim"), facts, side=True)
