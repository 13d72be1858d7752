"""A seller's own account under /api/v1/: membership, balance and debt, the statement."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import Choice, Day, MoneyField
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint, user_id
from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.ledger.models import Account, AccountKind
from orders.queries import causes, exposure, own, rate, statement
from sellers import rules
from sellers.models import Membership, Seller
from sellers.queries import debt, standing

QUALIFICATIONS = ["not_open", "active", "suspended", "temporary", "terminated"]


class MembershipShown(serializers.Serializer[Any]):
    joined_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)
    terms_version = serializers.CharField()


class OnTimeShown(serializers.Serializer[Any]):
    """The on-time dispatch rate over the last 90 days. Exempted orders are left out."""

    rate = serializers.DecimalField(
        max_digits=5, decimal_places=4, allow_null=True, help_text="0 to 1; null while no order counts."
    )
    on_time = serializers.IntegerField()
    counted = serializers.IntegerField()


class ExposureShown(serializers.Serializer[Any]):
    """Late orders that can be claimed at the account's expense, and what their coupons would come to."""

    orders = serializers.IntegerField()
    amount = MoneyField()
    more = serializers.BooleanField(help_text="Whether there are more: then this is the least it can be.")


class SellerShown(serializers.Serializer[Any]):
    """An account that you work for. Money in USD."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    company = serializers.CharField()
    qualification = serializers.ChoiceField(QUALIFICATIONS)
    lit = serializers.BooleanField(help_text="Whether buyers can order.")
    locked_until = serializers.DateField(allow_null=True, help_text="When *activate* works again.")
    upgraded = serializers.BooleanField(help_text="Whether it is in the upgrade service now.")
    membership = MembershipShown(allow_null=True, help_text="The latest stay in the upgrade service.")
    balance = MoneyField()
    debt = MoneyField()
    on_time = OnTimeShown()
    exposure = ExposureShown()


class SellerAccounts(serializers.Serializer[Any]):
    results = SellerShown(many=True)


class SellerAt(View):
    tag = "Seller"

    @endpoint("readSeller", SellerAccounts)
    def get(self, request: Request, *, given: dict[str, Any]) -> dict[str, Any]:
        """The seller accounts that you work for: lamp, membership, money, rate, what late orders may cost."""
        at = clock.now()
        found = Seller.objects.filter(pk__in=own.sellers_of(user_id(request))).select_related("company")
        policy = policy_at(at).policy
        return {"results": [_account(seller, policy, at) for seller in found.order_by("pk")]}


class EntryShown(serializers.Serializer[Any]):
    """A movement of your shop's balance, in USD; positive came in."""

    id = serializers.IntegerField()
    seller = serializers.IntegerField(source="account.owner_id")
    amount = MoneyField()
    what = serializers.CharField(
        source="transfer.what", help_text="release, recovery, debt_paid, withdrawal, …"
    )
    rule = serializers.CharField(source="transfer.rule")
    order = serializers.CharField(allow_null=True, help_text="The order of yours that it is about.")
    happened_at = serializers.DateTimeField(source="transfer.happened_at")
    recorded_at = serializers.DateTimeField(source="transfer.recorded_at")
    reference = serializers.CharField(source="transfer.reference")


class StatementFilters(Paged):
    """What the statement's page filters by, under the same names."""

    kind = Choice(choices=statement.KINDS, required=False)
    first = Day(required=False, help_text="The first platform day.")
    last = Day(required=False, help_text="The last platform day, itself included.")
    order = serializers.CharField(required=False, max_length=24, help_text="The number of an order of yours.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "first" in given and "last" in given and given["last"] < given["first"]:
            raise serializers.ValidationError({"last": [_("The end is before the beginning.")]})
        return given


class Statement(View):
    tag = "Seller"

    @endpoint("readStatement", EntryShown, query=StatementFilters, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """The movements of your shop's balance, the newest first."""
        wanted = statement.Wanted(
            given.get("kind", ""), given.get("first"), given.get("last"), given.get("order", "")
        )
        page = page_of(statement.narrowed(own.sellers_of(user_id(request)), wanted), given, request)
        orders = causes.numbers((entry.transfer.cause, entry.transfer.cause_id) for entry in page.rows)
        for entry in page.rows:
            entry.amount = from_minor(entry.amount_minor, entry.account.currency)
            entry.order = orders.get((entry.transfer.cause, entry.transfer.cause_id))
        return page


def _account(seller: Seller, policy: Policy, at: datetime) -> dict[str, Any]:
    facts = standing(seller)
    state = rules.qualification(facts, policy, at)
    stay = Membership.objects.filter(seller=seller, joined_at__lte=at).order_by("-joined_at").first()
    return {
        "id": seller.pk,
        "name": seller.name,
        "company": seller.company.name,
        "qualification": state,
        "lit": state in ("active", "temporary"),
        "locked_until": rules.locked_until(facts, policy, at),
        "upgraded": stay is not None and (stay.left_at is None or at < stay.left_at),
        "membership": stay,
        "balance": _balance(seller.pk),
        "debt": debt(seller.pk),
        "on_time": rate.tallies(seller.pk, [day_of(at)], policy, at)[0],
        "exposure": exposure.claimable(seller.pk, at, in_force=policy),
    }


def _balance(seller_id: int) -> Money:
    account = Account.objects.filter(kind=AccountKind.SELLER, owner_id=seller_id).first()
    return account.balance if account else from_minor(0)
