"""Platform coupons and recoveries, to follow from claim to money; and sellers’ own coupons, to look at."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import display

from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.ledger.queries import transfers_of
from assurance.ops import history, links, trail
from assurance.ops.detail import DetailAdmin
from assurance.ops.filters import one_of
from assurance.ops.sheets import Badge, Fact, Panel, Table
from assurance.ops.show import plain, shown
from assurance.ui import parts
from coupons import rules
from coupons.models import Coupon, Recovery, StoreCoupon
from coupons.queries import state, store_facts
from orders.models import Order
from sellers.models import Debt, Seller

STATES = {
    "active": Badge(pgettext_lazy("coupon", "active"), "good", "coupon"),
    "reserved": Badge(gettext_lazy("reserved"), "soon", "hourglass"),
    "redeemed": Badge(gettext_lazy("used"), "", "check"),
    "void": Badge(gettext_lazy("void"), "off", "cross"),
}
RECOVERY_STATES = {
    "open": Badge(pgettext_lazy("debt", "open"), "late", "warning"),
    "taken": Badge(gettext_lazy("taken"), "good", "check"),
    "reversed": Badge(gettext_lazy("reversed"), "off", "none"),
}


@admin.register(Coupon)
class CouponAdmin(DetailAdmin):
    list_display = ("face_column", "state_column", "owner", "bearer_column", "issued_at", "last_day")
    list_filter = (
        one_of("state__exact", gettext_lazy("state"), [(name, badge.text) for name, badge in STATES.items()]),
    )
    search_fields = ("owner__email__iexact", "bearer__name")
    search_help_text = gettext_lazy("The owner’s e-mail or the bearer’s name")
    list_select_related = ("owner", "bearer")
    ordering = ("-id",)

    def heading(self, thing: Coupon) -> Any:
        return trail.coupon_name(thing)

    @display(description=gettext_lazy("face value"), ordering="face_minor")
    def face_column(self, coupon: Coupon) -> Any:
        return parts.money(coupon.face)

    @display(description=gettext_lazy("state"))
    def state_column(self, coupon: Coupon) -> Any:
        return shown(STATES[state(coupon, clock.now())])

    @display(description=gettext_lazy("bearer"))
    def bearer_column(self, coupon: Coupon) -> str:
        return _bearer(coupon)

    def panels(self, request: HttpRequest, thing: Coupon, at: datetime) -> list[Panel]:
        user = request.user
        facts = [
            Fact(_("Face value"), thing.face, "CPN-1"),
            Fact(_("State"), STATES[state(thing, at)], "CPN-2"),
            Fact(_("Owner"), thing.owner, "CPN-3", thing.owner.email),
            Fact(_("Bearer"), links.to(user, Seller, thing.bearer_id, _bearer(thing)), "DLV-7"),
            Fact(_("Issued"), thing.issued_at, "CLM-6"),
            Fact(_("Last day"), thing.last_day, "CPN-2"),
        ]
        if thing.reserved_order_id is not None:
            order = Order.objects.get(pk=thing.reserved_order_id)
            facts.append(Fact(_("Reserved for"), links.to_order(user, order), "CPN-4"))
        return [
            Panel(_("From the claim to the money"), table=trail.chain(thing, user)),
            Panel(_("Coupon"), facts, side=True),
            Panel(_("On record"), log=history.log("coupon", thing.pk), side=True),
        ]


def _bearer(coupon: Coupon) -> str:
    return str(coupon.bearer) if coupon.bearer_id is not None else _("the platform")


class RecoveryFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, badge.text) for name, badge in RECOVERY_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recovery]) -> QuerySet[Recovery]:
        match self.value():
            case "open":
                return queryset.filter(reversed_at=None, debt__open_minor__gt=0)
            case "taken":
                return queryset.filter(reversed_at=None, debt__open_minor=0)
            case "reversed":
                return queryset.filter(reversed_at__isnull=False)
        return queryset


@admin.register(Recovery)
class RecoveryAdmin(DetailAdmin):
    list_display = (
        "seller_column",
        "state_column",
        "amount_column",
        "taken_column",
        "open_column",
        "since_column",
    )
    list_filter = (RecoveryFilter,)
    search_fields = ("debt__seller__name",)
    search_help_text = gettext_lazy("The seller’s name")
    list_select_related = ("debt__seller", "redemption__coupon")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recovery]:
        found: QuerySet[Recovery] = super().get_queryset(request).select_related(*self.list_select_related)
        return found

    def heading(self, thing: Recovery) -> Any:
        return _("Recovery from %(seller)s") % {"seller": thing.debt.seller}

    @display(description=gettext_lazy("seller"))
    def seller_column(self, recovery: Recovery) -> str:
        return str(recovery.debt.seller)

    @display(description=gettext_lazy("state"))
    def state_column(self, recovery: Recovery) -> Any:
        return shown(RECOVERY_STATES[recovery.state])

    @display(description=gettext_lazy("amount"))
    def amount_column(self, recovery: Recovery) -> Any:
        return parts.money(recovery.debt.amount)

    @display(description=gettext_lazy("taken"))
    def taken_column(self, recovery: Recovery) -> Any:
        return parts.money(recovery.debt.taken)

    @display(description=gettext_lazy("still open"))
    def open_column(self, recovery: Recovery) -> Any:
        return parts.money(recovery.debt.open)

    @display(description=gettext_lazy("since"))
    def since_column(self, recovery: Recovery) -> Any:
        return shown(recovery.debt.since)

    def panels(self, request: HttpRequest, thing: Recovery, at: datetime) -> list[Panel]:
        debt, user = thing.debt, request.user
        facts = [
            Fact(_("State"), RECOVERY_STATES[thing.state], "REC-2"),
            Fact(_("Amount"), debt.amount, "REC-1", _("what the buyer used of the coupon")),
            Fact(_("Taken"), debt.taken, "REC-2"),
            Fact(_("Still open"), debt.open, "REC-2"),
            Fact(_("Seller"), links.to(user, Seller, debt.seller_id, debt.seller.name)),
            Fact(_("Debt"), links.to(user, Debt, debt.pk, debt.since)),
            Fact(_("Reversed"), thing.reversed_at, "REC-3"),
        ]
        return [
            Panel(_("From the claim to the money"), table=trail.chain(thing.redemption.coupon, user)),
            Panel(
                _("Its transfers"),
                table=trail.transfers(transfers_of("redemption", thing.redemption_id), user),
            ),
            Panel(_("Recovery"), facts, side=True),
        ]


STORE_STATES = {
    "running": Badge(gettext_lazy("Running"), "good", "check"),
    "coming": Badge(gettext_lazy("Not begun"), "soon", "calendar"),
    "used_up": Badge(gettext_lazy("Used up"), "off", "none"),
    "over": Badge(pgettext_lazy("coupon", "Over"), "off", "none"),
    "ended": Badge(pgettext_lazy("coupon", "Ended"), "off", "none"),
}
ORDERS_SHOWN = 50


class StoreStateFilter(admin.SimpleListFilter):
    """The states of `rules.store_state`, asked of the database."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, badge.text) for name, badge in STORE_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StoreCoupon]) -> QuerySet[StoreCoupon]:
        at = clock.now()
        today = day_of(at)
        ended = Q(ended_at__lte=at)
        spent = Q(limit__isnull=False, used__gte=F("limit"))
        in_force = ~ended & Q(first_day__lte=today, last_day__gte=today)
        wanted = {
            "ended": ended,
            "over": ~ended & Q(last_day__lt=today),
            "coming": ~ended & Q(first_day__gt=today),
            "used_up": in_force & spent,
            "running": in_force & ~spent,
        }
        return queryset.filter(wanted[self.value() or ""]) if self.value() in wanted else queryset


@admin.register(StoreCoupon)
class StoreCouponAdmin(DetailAdmin):
    list_display = ("name", "seller", "off", "least_column", "period", "uses", "state_column")
    list_filter = (StoreStateFilter,)
    search_fields = ("name", "seller__name")
    search_help_text = gettext_lazy("The coupon’s or the seller’s name")
    list_select_related = ("seller",)
    ordering = ("-id",)

    @display(description=gettext_lazy("coupon discount"))
    def off(self, coupon: StoreCoupon) -> Any:
        return shown(_off(coupon))

    @display(description=gettext_lazy("minimum spend"), ordering="least_minor")
    def least_column(self, coupon: StoreCoupon) -> Any:
        return shown(coupon.least if coupon.least_minor else None)

    @display(description=pgettext_lazy("column", "Days"), ordering="last_day")
    def period(self, coupon: StoreCoupon) -> Any:
        return shown([coupon.first_day, "–", coupon.last_day])

    @display(description=pgettext_lazy("column", "Uses"), ordering="used")
    def uses(self, coupon: StoreCoupon) -> str:
        return _uses(coupon)

    @display(description=gettext_lazy("state"))
    def state_column(self, coupon: StoreCoupon) -> Any:
        return shown(_store_state(coupon, clock.now()))

    def panels(self, request: HttpRequest, thing: StoreCoupon, at: datetime) -> list[Panel]:
        user = request.user
        carrying = thing.orders.order_by("-id")[:ORDERS_SHOWN]
        rows = [
            (
                order.created_at,
                links.to_order(user, order),
                order.get_state_display(),
                -order.discount,
                order.total,
            )
            for order in carrying
        ]
        facts = [
            Fact(_("State"), _store_state(thing, at), "ORD-7"),
            Fact(_("Seller"), links.to(user, Seller, thing.seller_id, thing.seller.name)),
            Fact(_("Coupon discount"), _off(thing), "ORD-7"),
            Fact(_("Minimum spend"), thing.least if thing.least_minor else None),
            Fact(_("First day"), thing.first_day),
            Fact(_("Last day"), thing.last_day),
            Fact(
                pgettext_lazy("column", "Uses"),
                _uses(thing),
                note=_("An order that closes unpaid gives its use back."),
            ),
            Fact(_("Created"), thing.made_at),
            Fact(pgettext_lazy("coupon", "Ended"), thing.ended_at),
        ]
        head = (_("When"), _("Order"), _("State"), _("Amount off"), _("Contract total"))
        table = Table(head, rows, numbers=frozenset({3, 4}), empty=_("No order has used it yet."))
        is_more = len(rows) == ORDERS_SHOWN
        note = _("The newest %(n)s.") % {"n": ORDERS_SHOWN} if is_more else ""
        return [
            Panel(_("Orders that use it"), table=table, note=note),
            Panel(_("Store coupon"), facts, side=True),
            Panel(_("On record"), log=history.log("store_coupon", thing.pk), side=True),
        ]


def _store_state(coupon: StoreCoupon, at: datetime) -> Badge:
    return STORE_STATES[rules.store_state(store_facts(coupon), at)]


def _off(coupon: StoreCoupon) -> Any:
    return coupon.amount if coupon.percent is None else f"{plain(coupon.percent)}%"


def _uses(coupon: StoreCoupon) -> str:
    return f"{coupon.used} / {coupon.limit}" if coupon.limit else str(coupon.used)
