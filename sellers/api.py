"""A seller's own account under /api/v1/: membership, balance and debt, the statement."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from assurance.api.fields import MoneyField
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, endpoint, user_id
from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.ledger.models import Account, AccountKind, Entry
from coupons.models import Redemption
from orders.models import Order, Refund
from orders.queries import exposure, own, rate
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


class Statement(View):
    tag = "Seller"

    @endpoint("readStatement", EntryShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """The movements of your shop's balance, the newest first."""
        accounts = Account.objects.filter(
            kind=AccountKind.SELLER, owner_id__in=own.sellers_of(user_id(request))
        )
        found = Entry.objects.filter(account__in=accounts).select_related("transfer", "account")
        page = page_of(found, given, request)
        orders = _orders_behind(page.rows)
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


def _orders_behind(entries: Iterable[Entry]) -> dict[tuple[str, int], str]:
    """The seller's own order behind each transfer of a page, by cause: at most three queries.

    A redemption is on another seller's order; told is the one whose lateness the coupon made good.
    """
    causes: dict[str, set[int]] = {}
    for entry in entries:
        causes.setdefault(entry.transfer.cause, set()).add(entry.transfer.cause_id)
    found: dict[tuple[str, int], str] = {}
    if ids := causes.get("order"):
        rows = Order.objects.filter(pk__in=ids).values_list("pk", "number")
        found |= {("order", pk): number for pk, number in rows}
    if ids := causes.get("refund"):
        refunds = Refund.objects.filter(pk__in=ids).values_list("pk", "order__number")
        found |= {("refund", pk): number for pk, number in refunds}
    if ids := causes.get("redemption"):
        late = dict(Redemption.objects.filter(pk__in=ids).values_list("pk", "coupon__from_order_id"))
        numbers = dict(Order.objects.filter(pk__in=set(late.values())).values_list("pk", "number"))
        found |= {("redemption", pk): numbers[order_id] for pk, order_id in late.items()}
    return found
