"""Reading sellers: the lamp, membership, staff, products, debts."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from sellers import rules
from sellers.models import Campaign, Debt, Membership, Product, Seller, Staff


def standing(seller: Seller) -> rules.Standing:
    return rules.Standing(
        opened_at=seller.qualified_at,
        last_effective_at=seller.last_effective_at,
        activated_at=seller.activated_at,
        terminated_at=seller.terminated_at,
    )


def qualification(seller: Seller, at: datetime, policy: Policy | None = None) -> str:
    """not_open, active, suspended, temporary or terminated (QUA-1); who has read the policy passes it in."""
    return rules.qualification(standing(seller), policy or policy_at(at).policy, at)


def is_lit(seller: Seller, at: datetime) -> bool:
    return qualification(seller, at) in ("active", "temporary")


def stays(seller_id: int) -> list[rules.Stay]:
    rows = Membership.objects.filter(seller_id=seller_id).values_list("joined_at", "left_at")
    return [rules.Stay(joined, left) for joined, left in rows]


def is_member(seller_id: int, at: datetime) -> bool:
    """Whether the account is in the upgrade service at this instant (UPG-2)."""
    return rules.is_member(stays(seller_id), at)


def members_among(seller_ids: Iterable[int], at: datetime) -> set[int]:
    """Which of these accounts are members now: one query for a whole list."""
    rows = Membership.objects.filter(seller_id__in=set(seller_ids), joined_at__lte=at).exclude(
        left_at__lte=at
    )
    return set(rows.values_list("seller_id", flat=True))


def posts(user_id: int) -> list[Staff]:
    """The seller accounts for which a person works, by name."""
    return list(
        Staff.objects.filter(user_id=user_id).select_related("seller__company").order_by("seller__name")
    )


def rating_progress(seller_id: int, policy: Policy) -> tuple[int, int]:
    """Listed products that count toward the star rating (STD-6): quick RTS ones, and small-quick ones."""
    listed = Product.objects.filter(seller_id=seller_id, is_listed=True)
    quick = Q(rts=True, dispatch_days__lte=policy.star_rts_days)
    found = listed.aggregate(quick=Count("pk", filter=quick), small=Count("pk", filter=Q(small_quick=True)))
    return found["quick"], found["small"]


def open_debts(seller_id: int) -> QuerySet[Debt]:
    """What an account still owes, in the order in which it is taken (REC-2)."""
    return Debt.objects.filter(seller_id=seller_id, open_minor__gt=0).order_by("since", "id")


def staff_ids(seller_id: int) -> QuerySet[Staff, int]:
    """The people to tell about what happens at this account."""
    return Staff.objects.filter(seller_id=seller_id).values_list("user_id", flat=True)


def unit_price(product: Product, quantity: int) -> int:
    """The price of one piece at a quantity, in minor units of the product's currency.

    Below the least quantity, which only a supplier agrees to, it is that of the least.
    """
    first, *more = product.tiers.all()
    return [first, *(tier for tier in more if tier.min_quantity <= quantity)][-1].price_minor


def debt(seller_id: int) -> Money:
    """What the account still owes, in USD."""
    total = Debt.objects.filter(seller_id=seller_id, open_minor__gt=0).aggregate(total=Sum("open_minor"))
    return from_minor(total["total"] or 0)


def campaign_on(day: date) -> Campaign | None:
    """The campaign that runs on a day of the platform; at most one, by the database."""
    return Campaign.objects.filter(first_day__lte=day, last_day__gte=day).first()
