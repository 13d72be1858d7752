"""Companies and seller accounts: opening the qualification, membership, balance and debts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_countries import countries
from unfold.decorators import display
from unfold.views import ChangeList

from assurance.kernel import clock
from assurance.kernel.queries import policy_at
from assurance.ledger.models import AccountKind
from assurance.ledger.queries import balance, transfers_of
from assurance.ops import history, links, trail
from assurance.ops.acts import Act
from assurance.ops.detail import DetailAdmin
from assurance.ops.filters import one_of
from assurance.ops.sheets import Badge, Fact, Panel, Rule, Table
from assurance.ops.show import shown
from assurance.ui import parts
from coupons.models import Coupon
from coupons.queries import recoveries_from
from sellers import queries, rules
from sellers.models import Company, Debt, Membership, Seller, Staff
from sellers.services import accounts

LAMP = {
    "not_open": Badge(gettext_lazy("not open"), "soon", "hourglass"),
    "active": Badge(pgettext_lazy("qualification", "active"), "good", "lamp"),
    "temporary": Badge(gettext_lazy("temporarily active"), "soon", "lamp"),
    "suspended": Badge(gettext_lazy("suspended"), "late", "warning"),
    "terminated": Badge(gettext_lazy("terminated"), "off", "cross"),
}


class ApplicationFilter(admin.SimpleListFilter):
    title = gettext_lazy("qualification")
    parameter_name = "qualification"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", gettext_lazy("waits to be opened")),
            ("opened", gettext_lazy("opened")),
            ("terminated", gettext_lazy("terminated")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Seller]) -> QuerySet[Seller]:
        match self.value():
            case "waiting":
                return queryset.filter(qualified_at=None)
            case "opened":
                return queryset.filter(qualified_at__isnull=False, terminated_at=None)
            case "terminated":
                return queryset.filter(terminated_at__isnull=False)
        return queryset


class SellerList(ChangeList):
    """A page of the list, with lamp and membership read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        at = clock.now()
        self.result_list: list[Seller] = list(self.result_list)
        members = queries.members_among([seller.pk for seller in self.result_list], at)
        policy = policy_at(at).policy
        for seller in self.result_list:
            seller.lamp = rules.qualification(queries.standing(seller), policy, at)  # type: ignore[attr-defined]
            seller.is_member = seller.pk in members  # type: ignore[attr-defined]


@admin.register(Seller)
class SellerAdmin(DetailAdmin):
    list_display = ("name", "company", "lamp_column", "member_column", "opened_column")
    list_filter = (ApplicationFilter,)
    search_fields = ("name", "company__name", "company__name_zh", "staff__user__email")
    search_help_text = gettext_lazy("Shop, company, or the e-mail of somebody who works there")
    list_select_related = ("company",)
    ordering = ("-id",)
    acts = (
        Act(
            name="open",
            label=gettext_lazy("Open Trade Assurance"),
            asks=gettext_lazy("Open Trade Assurance for this account"),
            done=gettext_lazy("Opened"),
            permission="sellers.change_seller",
            run=accounts.open_qualification,
            target="seller_id",
            explains=gettext_lazy(
                "The lamp is lit from now: buyers can order, and the account can join the service."
            ),
            many=True,
            offered=lambda seller, at: queries.qualification(seller, at) == "not_open",
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SellerList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seller]:
        found: QuerySet[Seller] = super().get_queryset(request).select_related("company")
        return found

    def summary(self, thing: Seller, at: datetime) -> Sequence[Any]:
        return thing.name, thing.company, LAMP[queries.qualification(thing, at)]

    @display(description=gettext_lazy("lamp"))
    def lamp_column(self, seller: Seller) -> Any:
        return shown(LAMP[seller.lamp])  # type: ignore[attr-defined]

    @display(description=gettext_lazy("upgrade service"))
    def member_column(self, seller: Seller) -> Any:
        member = seller.is_member  # type: ignore[attr-defined]
        return shown(
            Badge(_("member"), "good", "shield-check") if member else Badge(_("no member"), "off", "shield")
        )

    @display(description=gettext_lazy("opened"), ordering="qualified_at")
    def opened_column(self, seller: Seller) -> Any:
        return shown(seller.qualified_at)

    def panels(self, request: HttpRequest, thing: Seller, at: datetime) -> list[Panel]:
        user = request.user
        return [
            _standing(thing, at),
            Panel(_("Stays in the upgrade service"), table=_stays(thing)),
            Panel(_("Debts"), table=debts_table(thing.debts.order_by("-id")[:50], user)),
            Panel(_("Recoveries"), table=_recoveries(thing, user)),
            Panel(
                _("Paid in and out"),
                table=trail.transfers(transfers_of("seller", thing.pk).order_by("-id")[:50], user),
            ),
            _firm(thing, user),
            Panel(_("On record"), log=history.log("seller", thing.pk), side=True),
        ]


def _standing(seller: Seller, at: datetime) -> Panel:
    policy = policy_at(at).policy
    facts = [
        Fact(_("Trade Assurance"), LAMP[queries.qualification(seller, at)], "QUA-1"),
        Fact(_("Opened"), seller.qualified_at, "QUA-1"),
        Fact(_("Last effective contract"), seller.last_effective_at, "QUA-2"),
        Fact(_("Activated"), seller.activated_at, "QUA-4"),
        Fact(
            _("Activate is locked until"), rules.locked_until(queries.standing(seller), policy, at), "QUA-4"
        ),
        Fact(_("In the upgrade service"), queries.is_member(seller.pk, at), "UPG-2"),
        Fact(_("Balance"), balance(AccountKind.SELLER, seller.pk), "PAY-4"),
        Fact(_("Open debt"), queries.debt(seller.pk), "REC-2"),
    ]
    return Panel(_("Account status"), facts)


def _firm(seller: Seller, user: Any) -> Panel:
    people = Staff.objects.filter(seller=seller).select_related("user").order_by("id")[:20]
    facts = [
        Fact(_("Company"), links.to(user, Company, seller.company_id, seller.company.name)),
        Fact(_("Country"), countries.name(str(seller.company.country)), note=seller.company.city),
        *(Fact(_("Staff"), post.user, note=post.user.email) for post in people),
    ]
    return Panel(_("Account"), facts, side=True)


def _stays(seller: Seller) -> Table:
    stays = Membership.objects.filter(seller=seller).select_related("consented_by").order_by("-joined_at")
    rows = [(stay.joined_at, stay.left_at, stay.terms_version, stay.consented_by) for stay in stays]
    head = (_("Joined"), _("Left"), _("Terms"), _("Consent by"))
    return Table(head, rows, empty=_("It has never joined."))


def _recoveries(seller: Seller, user: Any) -> Table:
    found = recoveries_from(seller.pk)[:50]
    rows = [
        (
            r.debt.since,
            links.to(user, Coupon, r.redemption.coupon_id, trail.coupon_name(r.redemption.coupon)),
            r.debt.amount,
            r.debt.taken,
            r.debt.open,
        )
        for r in found
    ]
    head = (_("Since"), _("Coupon"), _("Amount"), _("Taken"), _("Still open"))
    return Table(head, rows, numbers=frozenset({2, 3, 4}), empty=_("Nothing was ever recovered."))


def debts_table(debts: QuerySet[Debt], user: Any) -> Table:
    rows = [
        (debt.since, links.to(user, Debt, debt.pk, Rule(debt.rule)), debt.amount, debt.taken, debt.open)
        for debt in debts
    ]
    head = (_("Since"), _("Rule"), _("Amount"), _("Taken"), _("Still open"))
    return Table(head, rows, numbers=frozenset({2, 3, 4}), empty=_("There is no debt."))


@admin.register(Company)
class CompanyAdmin(DetailAdmin):
    list_display = ("name", "name_zh", "country", "city")
    search_fields = ("name", "name_zh")
    search_help_text = gettext_lazy("The company’s name, in English or Chinese")
    ordering = ("name",)

    def panels(self, request: HttpRequest, thing: Company, at: datetime) -> list[Panel]:
        accounts_of = [
            (links.to_thing(request.user, seller), LAMP[queries.qualification(seller, at)])
            for seller in thing.sellers.order_by("id")
        ]
        facts = [
            Fact(_("Name"), thing.name),
            Fact(_("Chinese name"), thing.name_zh),
            Fact(_("Country"), countries.name(str(thing.country))),
            Fact(_("City"), thing.city),
        ]
        table = Table((_("Seller account"), _("Trade Assurance")), accounts_of, empty=_("It has no account."))
        return [Panel(_("Its seller accounts"), table=table), Panel(_("Company"), facts, side=True)]


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", pgettext_lazy("debt", "open")), ("settled", gettext_lazy("settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Debt]) -> QuerySet[Debt]:
        if self.value() == "open":
            return queryset.filter(open_minor__gt=0)
        return queryset.filter(open_minor=0) if self.value() == "settled" else queryset


@admin.register(Debt)
class DebtAdmin(DetailAdmin):
    list_display = ("seller", "rule", "since", "amount_column", "taken_column", "open_column")
    list_filter = (OpenFilter, one_of("rule", gettext_lazy("rule"), (("REC-1", "REC-1"), ("PAY-4", "PAY-4"))))
    search_fields = ("seller__name",)
    search_help_text = gettext_lazy("The seller’s name")
    list_select_related = ("seller",)
    ordering = ("-id",)

    def heading(self, thing: Debt) -> Any:
        return _("Debt of %(seller)s") % {"seller": thing.seller}

    @display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount_column(self, debt: Debt) -> Any:
        return parts.money(debt.amount)

    @display(description=gettext_lazy("taken"))
    def taken_column(self, debt: Debt) -> Any:
        return parts.money(debt.taken)

    @display(description=gettext_lazy("still open"), ordering="open_minor")
    def open_column(self, debt: Debt) -> Any:
        return parts.money(debt.open)

    def panels(self, request: HttpRequest, thing: Debt, at: datetime) -> list[Panel]:
        user = request.user
        facts = [
            Fact(_("Seller"), links.to(user, Seller, thing.seller_id, thing.seller.name)),
            Fact(_("Cause"), links.to_cause(user, thing.cause, thing.cause_id), thing.rule),
            Fact(_("Since"), thing.since),
            Fact(_("Amount"), thing.amount, "REC-2"),
            Fact(_("Taken"), thing.taken, "REC-2"),
            Fact(_("Still open"), thing.open, "REC-2"),
        ]
        moved = transfers_of(thing.cause, thing.cause_id)
        return [Panel(_("Debt"), facts), Panel(_("Its transfers"), table=trail.transfers(moved, user))]
