"""Shipping prices, transit, the promise, and how a line is offered. Pure decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from assurance.kernel.days import plus
from assurance.kernel.money import USD, Money, from_minor, rounded
from assurance.kernel.policy import Policy
from assurance.kernel.rules import RuleViolation, rule


@dataclass(frozen=True)
class Transit:
    """What LOG-1 says of a line to one country. Days are calendar days."""

    transit_min: int
    transit_max: int
    handling: int
    guaranteed: bool


@dataclass(frozen=True)
class Price:
    """A template's price for a line (LOG-2): USD cents and grams."""

    pricing: str
    flat: int = 0
    first_weight: int = 500
    first: int = 0
    additional_weight: int = 500
    additional: int = 0
    discount_percent: int = 0
    platform_first: int = 0
    platform_additional: int = 0


@rule("LOG-2")
def freight(price: Price, weight_g: int) -> Money:
    """The shipping fee in USD for a weight: free, flat, first + each additional, or platform rate × discount."""
    if price.pricing == "free":
        return from_minor(0)
    if price.pricing == "flat":
        return from_minor(price.flat)
    steps = -(-max(weight_g - price.first_weight, 0) // price.additional_weight)
    if price.pricing == "weight":
        return from_minor(price.first + steps * price.additional)
    full = from_minor(price.platform_first + steps * price.platform_additional)
    return rounded(full.amount * (100 - price.discount_percent) / 100, USD)


@rule("LOG-4")
def promised_day(dispatch_due: date, transit: Transit) -> date:
    """The day by which the goods are to be delivered: dispatch deadline + handling + longest transit."""
    return plus(dispatch_due, transit.handling + transit.transit_max)


@rule("LOG-5")
def within_limit(promise: date, *, clock_start: date, policy: Policy) -> bool:
    """A line counts as guaranteed only if its promise lies at most 45 days after the clock start."""
    return (promise - clock_start).days <= policy.promise_limit_days


@dataclass(frozen=True)
class Offer:
    """A line as offered to a buyer: what it costs, by when, and whether that is guaranteed (LOG-6).

    `earliest` and `latest` are days; a guaranteed line shows only `latest`, its promise.
    """

    line_id: int
    name: str
    mode: str
    is_platform: bool
    cost: Money
    earliest: date
    latest: date
    guaranteed: bool
    handling: int
    transit_min: int
    transit_max: int
    name_zh: str = ""


@rule("LOG-5")
def preselected(offers: Iterable[Offer]) -> Offer | None:
    """The cheapest guaranteed line (ties: the earliest promise), else the cheapest line."""
    return min(offers, key=lambda o: (not o.guaranteed, o.cost.amount, o.latest, o.line_id), default=None)


@rule("LOG-6")
def days_shown(
    *, dispatch_due: date, paid_on: date, transit: Transit, policy: Policy, member: bool, rts: bool
) -> tuple[date, date, bool]:
    """Earliest day, latest day, guaranteed: "By 1/13 · Guaranteed delivery" or a range.

    `paid_on` is the day on which the clock would start if the buyer paid now.
    """
    latest = promised_day(dispatch_due, transit)
    guaranteed = (
        member and rts and transit.guaranteed and within_limit(latest, clock_start=paid_on, policy=policy)
    )
    return plus(paid_on, transit.handling + transit.transit_min), latest, guaranteed


@rule("LOG-3")
def badges(*, member: bool, rts: bool, guaranteed_line: bool) -> tuple[bool, bool]:
    """(on-time dispatch, guaranteed delivery), computed for a viewer's country and never stored."""
    return member, member and rts and guaranteed_line


@rule("LOG-2")
def check_ships(*, rts: bool, has_template: bool) -> None:
    """Refuse an RTS product without a freight template."""
    if rts and not has_template:
        raise RuleViolation(
            "LOG-2",
            _("A Ready to Ship product needs a freight template."),
            advice=_("Choose a template for it, or turn Ready to Ship off."),
            conflict=False,
            field="template",
        )


@rule("LOG-2")
def check_template(line_ids: Sequence[int]) -> None:
    """Refuse a template without a line, or with one line twice."""
    if not line_ids:
        raise RuleViolation("LOG-2", _("A freight template needs at least one line."), conflict=False)
    if len(set(line_ids)) != len(line_ids):
        raise RuleViolation("LOG-2", _("Each line can stand in a template once."), conflict=False)


@rule("LOG-1")
def check_reach(transit: Transit, *, first: Money, additional: Money) -> None:
    """Refuse days that contradict each other or cannot be meant, and a negative rate."""
    if not 0 <= transit.transit_min <= transit.transit_max <= 180:
        raise RuleViolation(
            "LOG-1",
            _("The shortest transit time comes first and the longest last, at most 180 days."),
            conflict=False,
            field="transit_max",
        )
    if not 0 <= transit.handling <= 30:
        raise RuleViolation("LOG-1", _("Handling takes 0 to 30 days."), conflict=False, field="handling")
    if min(first.amount, additional.amount) < 0:
        raise RuleViolation("LOG-1", _("A rate cannot be negative."), conflict=False, field="first")


@rule("LOG-2")
def check_price(price: Price) -> None:
    """Refuse negative prices, weights of nothing and a discount beyond 0 to 100 per cent."""
    if min(price.flat, price.first, price.additional) < 0:
        raise RuleViolation("LOG-2", _("A shipping price cannot be negative."), conflict=False)
    if min(price.first_weight, price.additional_weight) < 1:
        raise RuleViolation(
            "LOG-2", _("The first and each additional weight are above zero."), conflict=False
        )
    if not 0 <= price.discount_percent <= 100:
        raise RuleViolation("LOG-2", _("A discount is between 0 and 100 per cent."), conflict=False)


COURIERS = frozenset({"DHL", "UPS", "FedEx"})


@dataclass(frozen=True)
class TemplateFacts:
    """What LOG-7 looks at in a template. `guaranteed` are the countries that a line of it guarantees."""

    carriers: frozenset[str]
    platform_lines: int
    guaranteed: frozenset[str]


@rule("LOG-7")
def lacks_guaranteed_line(templates: Iterable[TemplateFacts], *, member: bool) -> bool:
    """A member whose templates hold no guaranteed line: its products carry no delivery badge."""
    return member and not any(template.guaranteed for template in templates)


@rule("LOG-7")
def lacks_courier(template: TemplateFacts) -> bool:
    """A template for the seller's own logistics (no platform line) that has none of the couriers."""
    return template.platform_lines == 0 and not template.carriers & COURIERS


@rule("LOG-7")
def missing_core(templates: Iterable[TemplateFacts], core: Sequence[str]) -> tuple[str, ...]:
    """The core countries to which no template has a guaranteed line, in their usual order."""
    covered = frozenset[str]().union(*(template.guaranteed for template in templates))
    return tuple(country for country in core if country not in covered)
