"""What it costs, and by when, to send goods to a country (LOG-2 to LOG-6)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F

from assurance.kernel.days import day_of, plus
from assurance.kernel.money import Money, from_minor
from assurance.kernel.queries import policy_at
from logistics import rules
from logistics.models import LineCountry, ProductFreight, TemplateLine
from sellers import queries as sellers
from sellers.models import Product

CORE_COUNTRIES = ("US", "CA", "GB", "DE", "FR", "IT", "ES", "AU", "JP", "BR")


def line_to(line_id: int, country: str) -> LineCountry | None:
    """How an active line reaches a country, with the line; none if it does not."""
    rows = LineCountry.objects.select_related("line")
    return rows.filter(line_id=line_id, country=country, line__is_active=True).first()


def transit(way: LineCountry) -> rules.Transit:
    return rules.Transit(way.transit_min, way.transit_max, way.handling_days, way.guaranteed)


def cost_by(way: LineCountry, items: Iterable[tuple[Product, int]]) -> Money | None:
    """What these quantities cost by one line, as `offers` has it; none if a product does not ship by it."""
    grams = {product.pk: product.weight_g * quantity for product, quantity in items}
    rows = TemplateLine.objects.filter(line_id=way.line_id, template__products__product__in=grams)
    by_template: dict[int, TemplateLine] = {}
    weights: dict[int, int] = {}
    found = rows.annotate(product_id=F("template__products__product_id"))
    for row in found:
        by_template[row.template_id] = row
        weights[row.template_id] = weights.get(row.template_id, 0) + grams[row.product_id]
    return _cost(by_template.values(), way, weights) if len(found) == len(grams) else None


def offers(
    products: Iterable[tuple[Product, int]], country: str, *, at: datetime, dispatch_days: int | None = None
) -> list[rules.Offer]:
    """The lines on which these quantities of one seller's products can be sent to a country.

    Only lines that every product's template has; the cost is the sum over products. Guaranteed ones
    first, then by cost (LOG-5, LOG-6). Three queries, however many products.
    """
    items = list(products)
    if not items:
        return []
    paid_on = day_of(at)
    due = plus(paid_on, dispatch_days or max(p.dispatch_days for p, _ in items))
    policy = policy_at(at).policy
    member = sellers.is_member(items[0][0].seller_id, at)
    rts = all(p.rts for p, _ in items)
    by_template = _weights(items)
    if by_template is None:
        return []
    return sorted(
        (
            _offer(rows, reach, by_template, due=due, paid_on=paid_on, policy=policy, member=member, rts=rts)
            for rows, reach in _common_lines(by_template, country)
        ),
        key=lambda o: (not o.guaranteed, o.cost.amount, o.latest),
    )


def _weights(items: list[tuple[Product, int]]) -> dict[int, int] | None:
    """Grams by template; none if a product has no template."""
    links = dict(
        ProductFreight.objects.filter(product__in=[p for p, _ in items]).values_list(
            "product_id", "template_id"
        )
    )
    weights: dict[int, int] = {}
    for product, quantity in items:
        template = links.get(product.pk)
        if template is None:
            return None
        weights[template] = weights.get(template, 0) + product.weight_g * quantity
    return weights


def _common_lines(
    by_template: dict[int, int], country: str
) -> Iterable[tuple[list[TemplateLine], LineCountry]]:
    rows: dict[int, list[TemplateLine]] = {}
    for row in TemplateLine.objects.filter(template__in=by_template, line__is_active=True).select_related(
        "line"
    ):
        rows.setdefault(row.line_id, []).append(row)
    reaches = LineCountry.objects.filter(line__in=rows, country=country)
    for reach in reaches:
        if len(rows[reach.line_id]) == len(by_template):
            yield rows[reach.line_id], reach


def _offer(  # type: ignore[no-untyped-def]
    rows: list[TemplateLine],
    reach: LineCountry,
    by_template: dict[int, int],
    *,
    due: date,
    paid_on: date,
    policy,
    member: bool,
    rts: bool,
) -> rules.Offer:
    way = transit(reach)
    earliest, latest, guaranteed = rules.days_shown(
        dispatch_due=due, paid_on=paid_on, transit=way, policy=policy, member=member, rts=rts
    )
    cost = _cost(rows, reach, by_template)
    line = rows[0].line
    return rules.Offer(
        line_id=line.pk,
        name=line.name,
        name_zh=line.name_zh,
        mode=line.mode,
        is_platform=line.is_platform,
        cost=cost,
        earliest=earliest,
        latest=latest,
        guaranteed=guaranteed,
        handling=way.handling,
        transit_min=way.transit_min,
        transit_max=way.transit_max,
    )


def _cost(rows: Iterable[TemplateLine], reach: LineCountry, by_template: dict[int, int]) -> Money:
    """The sum over templates of what each one asks for its grams."""
    costs = (rules.freight(_price(row, reach), by_template[row.template_id]) for row in rows)
    return sum(costs, from_minor(0))


def _price(row: TemplateLine, reach: LineCountry) -> rules.Price:
    return rules.Price(
        pricing=row.pricing,
        flat=row.flat_minor,
        first_weight=row.first_weight_g,
        first=row.first_minor,
        additional_weight=row.additional_weight_g,
        additional=row.additional_minor,
        discount_percent=row.discount_percent,
        platform_first=reach.first_minor,
        platform_additional=reach.additional_minor,
    )


def guaranteed_products(product_ids: Iterable[int], country: str) -> set[int]:
    """Which of these products have a template with a line guaranteed to a country (LOG-3)."""
    rows = ProductFreight.objects.filter(
        product_id__in=set(product_ids),
        product__rts=True,
        template__lines__line__countries__country=country,
        template__lines__line__countries__guaranteed=True,
        template__lines__line__is_active=True,
    )
    return set(rows.values_list("product_id", flat=True))
