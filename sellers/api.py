"""A seller's own account under /api/v1/: membership, balance and debt, the statement, withdrawals."""

import secrets
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from assurance.api.fields import Amount, Choice, Day, MoneyField, Whole, in_currency
from assurance.api.fields import Request as Given
from assurance.api.pagination import Listed, Paged, page_of
from assurance.api.views import View, acting, endpoint, user_id
from assurance.kernel import clock
from assurance.kernel.days import day_of
from assurance.kernel.money import USD, Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from assurance.ledger.models import Account, AccountKind
from orders.queries import causes, exposure, own, rate, statement
from sellers import rules
from sellers.models import Membership, PayoutAccount, Seller, Withdrawal
from sellers.queries import debt, standing
from sellers.services import withdrawals
from sellers.services.withdrawals import Destination

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


class PayoutAccountShown(serializers.Serializer[Any]):
    """A bank account that a balance of yours was paid out to."""

    id = serializers.IntegerField()
    seller = serializers.IntegerField(source="seller_id")
    holder = serializers.CharField()
    bank = serializers.CharField()
    number_ends = serializers.SerializerMethodField(help_text="The last four of its IBAN or number.")
    bic = serializers.CharField()

    def get_number_ends(self, account: PayoutAccount) -> str:
        return account.number[-4:]


class PayoutAccounts(View):
    tag = "Seller"

    @endpoint("listPayoutAccounts", PayoutAccountShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """The bank accounts of your shop, the newest first. One is added with a withdrawal in the back office."""
        return page_of(_payout_accounts(request), given, request)


class WithdrawalShown(serializers.Serializer[Any]):
    """Money paid out of a balance, in USD."""

    id = serializers.IntegerField()
    seller = serializers.IntegerField(source="seller_id")
    amount = MoneyField()
    account = serializers.IntegerField(source="account_id")
    at = serializers.DateTimeField()


class WithdrawalGiven(Given):
    account = Whole(
        min_value=1, max_value=2**53, help_text="A bank account that your shop has been paid out to before."
    )
    amount = Amount(help_text="In USD, at most the balance.")


class Withdrawals(View):
    tag = "Seller"
    needs_key = True

    @endpoint("listWithdrawals", WithdrawalShown, query=Paged, many=True)
    def get(self, request: Request, *, given: dict[str, Any]) -> Listed:
        """What your shop has been paid out, the newest first."""
        mine = Withdrawal.objects.filter(seller_id__in=own.sellers_of(user_id(request)))
        return page_of(mine, given, request)

    @endpoint("withdraw", WithdrawalShown, body=WithdrawalGiven, status=201)
    def post(self, request: Request, *, given: dict[str, Any]) -> Withdrawal:
        """Pay out of your balance. A token alone names no new bank account: that takes the back office."""
        account = _payout_accounts(request).filter(pk=given["account"]).first()
        if account is None:
            raise serializers.ValidationError({"account": [_("Give the id of a bank account of yours.")]})
        return withdrawals.withdraw(
            seller_id=account.seller_id,
            amount=in_currency(given["amount"], USD, field="amount"),
            to=Destination(account.holder, account.bank, account.number, account.bic),
            key=secrets.token_hex(16),
            at=clock.now(),
            actor=acting(request, "seller"),
        )


def shop_of(request: Request, seller_id: int) -> int:
    """A seller account that a body names, if the caller works for it."""
    mine = own.sellers_of(user_id(request))
    if not mine:
        raise exceptions.PermissionDenied(_("Only the supplier can do this."))
    if seller_id not in mine:
        raise serializers.ValidationError({"seller": [_("Give the id of a seller account of yours.")]})
    return seller_id


def _payout_accounts(request: Request) -> QuerySet[PayoutAccount]:
    return PayoutAccount.objects.filter(seller_id__in=own.sellers_of(user_id(request)))


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
