"""Finding products: search with badges for a destination (LOG-3, MKT-1), in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    CharField,
    Exists,
    F,
    IntegerField,
    Lookup,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import Money, from_minor
from assurance.kernel.policy import Policy
from assurance.kernel.queries import policy_at
from logistics import rules
from logistics.models import LineCountry
from sellers import queries as sellers
from sellers import rules as seller_rules
from sellers.models import Membership, PriceTier, Product, Seller

WORDS_AT_MOST = 8


@CharField.register_lookup
@TextField.register_lookup
class HasPart(Lookup):
    """Contains these letters in any case. Unlike `icontains` it compares the column itself, so that a
    trigram index on it is used."""

    lookup_name = "has_part"
    prepare_rhs = True

    def get_prep_lookup(self) -> str:
        text = str(self.rhs)
        for special in ("\\", "%", "_"):
            text = text.replace(special, f"\\{special}")
        return f"%{text}%"

    def as_sql(self, compiler, connection):  # type: ignore[no-untyped-def]
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", [*left_params, *right_params]


@dataclass(frozen=True)
class Search:
    """What a buyer looks for. `by`: delivery guaranteed by this day if it is paid today."""

    country: str
    words: str = ""
    category: str = ""
    rts: bool = False
    by: date | None = None
    seller_id: int | None = None


@dataclass(frozen=True)
class Listing:
    """A product in a list. `low` and `high` are unit prices, `promise` the guaranteed day if paid today."""

    product: Product
    low: Money
    high: Money
    least: int
    on_time: bool
    guaranteed: bool
    promise: date | None
    takes_orders: bool


def search(wanted: Search, *, at: datetime) -> QuerySet[Product]:
    """The listed products that match, not yet in any order, with `first_price` at the least quantity."""
    found = Product.objects.filter(is_listed=True)
    for word in wanted.words.split()[:WORDS_AT_MOST]:
        by_seller = Seller.objects.filter(name__has_part=word).values("pk")
        found = found.filter(Q(name__has_part=word) | Q(name_zh__has_part=word) | Q(seller__in=by_seller))
    if wanted.category:
        found = found.filter(category=wanted.category)
    if wanted.rts:
        found = found.filter(rts=True)
    if wanted.seller_id is not None:
        found = found.filter(seller_id=wanted.seller_id)
    if wanted.by is not None:
        found = _delivered_by(found, wanted.by, wanted.country, at)
    return found.annotate(first_price=Subquery(_tiers().values("price_minor")[:1]))


def listings(products: Sequence[Product], country: str, *, at: datetime) -> list[Listing]:
    """One page of products with prices and badges: five queries, however many products.

    The products come with their seller (`select_related`).
    """
    policy = policy_at(at).policy
    members = sellers.members_among((p.seller_id for p in products), at)
    days = _guaranteed_days([p.pk for p in products], country)
    prices: dict[int, list[PriceTier]] = {}
    for tier in PriceTier.objects.filter(product__in=products).order_by("product_id", "min_quantity"):
        prices.setdefault(tier.product_id, []).append(tier)
    return [
        _listing(
            product,
            prices[product.pk],
            days.get(product.pk),
            member=product.seller_id in members,
            policy=policy,
            at=at,
        )
        for product in products
        if product.pk in prices
    ]


def categories() -> list[str]:
    """The categories in which something is listed."""
    names = Product.objects.filter(is_listed=True).exclude(category="")
    return list(names.order_by("category").values_list("category", flat=True).distinct())


def destinations() -> list[str]:
    """The countries that any line reaches, as ISO codes."""
    rows = LineCountry.objects.filter(line__is_active=True).order_by("country")
    return list(rows.values_list("country", flat=True).distinct())


def _listing(
    product: Product,
    tiers: Sequence[PriceTier],
    days: int | None,
    *,
    member: bool,
    policy: Policy,
    at: datetime,
) -> Listing:
    on_time, guaranteed = rules.badges(member=member, rts=product.rts, guaranteed_line=days is not None)
    today = day_of(at)
    promise = None
    if guaranteed and days is not None:
        soonest = plus(today, product.dispatch_days + days)
        promise = soonest if rules.within_limit(soonest, clock_start=today, policy=policy) else None
    amounts = [tier.price_minor for tier in tiers]
    state = seller_rules.qualification(sellers.standing(product.seller), policy, at)
    return Listing(
        product=product,
        low=from_minor(min(amounts), product.currency),
        high=from_minor(max(amounts), product.currency),
        least=tiers[0].min_quantity,
        on_time=on_time,
        guaranteed=guaranteed,
        promise=promise,
        takes_orders=state in ("active", "temporary"),
    )


def _tiers() -> QuerySet[PriceTier]:
    return PriceTier.objects.filter(product=OuterRef("pk")).order_by("min_quantity")


def _guaranteed(country: str) -> QuerySet[LineCountry]:
    return LineCountry.objects.filter(country=country, guaranteed=True, line__is_active=True)


def _guaranteed_days(product_ids: Iterable[int], country: str) -> dict[int, int]:
    """Handling and longest transit on the quickest guaranteed line of each RTS product's template."""
    rows = (
        _guaranteed(country)
        .filter(line__in_templates__template__products__product__in=list(product_ids))
        .filter(line__in_templates__template__products__product__rts=True)
        .values_list("line__in_templates__template__products__product")
        .annotate(days=Min(F("handling_days") + F("transit_max")))
    )
    return dict(rows)


def _delivered_by(found: QuerySet[Product], by: date, country: str, at: datetime) -> QuerySet[Product]:
    """Products guaranteed to arrive by a day: a member's, RTS, on a line that makes it (LOG-4, LOG-5)."""
    limit = min((by - day_of(at)).days, policy_at(at).policy.promise_limit_days)
    quickest = (
        _guaranteed(country)
        .filter(line__in_templates__template__products__product=OuterRef("pk"))
        .order_by()
        .values("country")
        .annotate(days=Min(F("handling_days") + F("transit_max")))
        .values("days")
    )
    stays = Membership.objects.filter(seller=OuterRef("seller"), joined_at__lte=at).exclude(left_at__lte=at)
    return (
        found.filter(Exists(stays), rts=True)
        .annotate(days=F("dispatch_days") + Subquery(quickest, output_field=IntegerField()))
        .filter(days__lte=limit)
    )
