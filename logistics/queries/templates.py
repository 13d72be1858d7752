"""A seller's freight templates: how far they reach, and what is suggested about them (LOG-7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet

from assurance.kernel.days import day_of, plus
from assurance.kernel.queries import policy_at
from logistics import rules
from logistics.models import FreightTemplate, Line, LineCountry, TemplateLine
from logistics.queries.offers import CORE_COUNTRIES
from sellers.models import Product


def lines_for_templates() -> QuerySet[Line]:
    """The lines that a seller can put into a template: the platform's first."""
    return Line.objects.filter(is_active=True).order_by("-is_platform", "name")


def templates_of(*seller_ids: int) -> QuerySet[FreightTemplate]:
    """Templates of sellers by name, each with its `product_count`: how many products ship by it."""
    return (
        FreightTemplate.objects.filter(seller_id__in=seller_ids)
        .annotate(product_count=Count("products"))
        .order_by("name")
    )


def products_of(seller_id: int) -> QuerySet[Product]:
    """A seller's products with their prices and the template they ship by."""
    mine = Product.objects.filter(seller_id=seller_id)
    return mine.select_related("freight__template").prefetch_related("tiers")


@dataclass(frozen=True)
class Suggestions:
    """What LOG-7 suggests to a seller. `covered` of the core countries have a guaranteed line."""

    templates: int
    lacks_line: bool
    without_courier: list[FreightTemplate]
    missing: tuple[str, ...]

    @property
    def core(self) -> int:
        return len(CORE_COUNTRIES)

    @property
    def covered(self) -> int:
        return self.core - len(self.missing)


def suggestions(seller_id: int, *, member: bool) -> Suggestions:
    """The nudges of LOG-7 over all of a seller's templates. Three queries."""
    templates = list(templates_of(seller_id))
    facts = facts_of(templates)
    return Suggestions(
        templates=len(templates),
        lacks_line=rules.lacks_guaranteed_line(facts.values(), member=member),
        without_courier=[template for template in templates if rules.lacks_courier(facts[template.pk])],
        missing=rules.missing_core(facts.values(), CORE_COUNTRIES),
    )


def facts_of(templates: Iterable[FreightTemplate]) -> dict[int, rules.TemplateFacts]:
    """What LOG-7 looks at, by template. Two queries, however many templates."""
    lines: dict[int, list[Line]] = {template.pk: [] for template in templates}
    for row in TemplateLine.objects.filter(template__in=lines, line__is_active=True).select_related("line"):
        lines[row.template_id].append(row.line)
    sure: dict[int, set[str]] = {line.pk: set() for found in lines.values() for line in found}
    for reach in LineCountry.objects.filter(line__in=sure, guaranteed=True):
        sure[reach.line_id].add(str(reach.country))
    return {
        template: rules.TemplateFacts(
            carriers=frozenset(line.carrier for line in found),
            platform_lines=sum(line.is_platform for line in found),
            guaranteed=frozenset[str]().union(*(sure[line.pk] for line in found)),
        )
        for template, found in lines.items()
    }


def slowest_dispatch(template_id: int) -> int | None:
    """The dispatch days of the slowest product that ships by a template; none without products."""
    linked = Product.objects.filter(freight__template_id=template_id)
    found: int | None = linked.aggregate(slowest=Max("dispatch_days"))["slowest"]
    return found


@dataclass(frozen=True)
class Reach:
    """How soon a template brings goods to a country if paid today, on its best line; no line, no reach."""

    country: str
    core: bool
    line: Line | None = None
    earliest: date | None = None
    latest: date | None = None
    guaranteed: bool = False


def reach(template_id: int, *, dispatch_days: int, member: bool, at: datetime) -> list[Reach]:
    """By when per country (LOG-4 to LOG-6): the core countries in their order, then the others by code.

    The best line is a guaranteed one, else that with the earliest last day. Two queries.
    """
    paid_on, policy = day_of(at), policy_at(at).policy
    rows = LineCountry.objects.filter(line__in_templates__template_id=template_id, line__is_active=True)
    best: dict[str, Reach] = {}
    for row in rows.select_related("line"):
        earliest, latest, guaranteed = rules.days_shown(
            dispatch_due=plus(paid_on, dispatch_days),
            paid_on=paid_on,
            transit=rules.Transit(row.transit_min, row.transit_max, row.handling_days, row.guaranteed),
            policy=policy,
            member=member,
            rts=True,
        )
        code = str(row.country)
        found = Reach(code, code in CORE_COUNTRIES, row.line, earliest, latest, guaranteed)
        if code not in best or (not guaranteed, latest) < (not best[code].guaranteed, best[code].latest):
            best[code] = found
    core = [best.get(code, Reach(code, core=True)) for code in CORE_COUNTRIES]
    return core + sorted((r for r in best.values() if not r.core), key=lambda r: r.country)
