"""Freight templates: lines with prices, and the products that ship by them (LOG-2)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from logistics import rules
from logistics.models import FreightTemplate, ProductFreight, TemplateLine
from sellers.models import Product, Seller


@dataclass(frozen=True)
class LinePrice:
    """A line of a template and its price: USD cents and grams, as in `TemplateLine`."""

    line_id: int
    pricing: str = "free"
    flat_minor: int = 0
    first_weight_g: int = 500
    first_minor: int = 0
    additional_weight_g: int = 500
    additional_minor: int = 0
    discount_percent: int = 0


@transaction.atomic
def save(
    *,
    seller_id: int,
    name: str,
    lines: Sequence[LinePrice],
    product_ids: Collection[int],
    at: datetime,
    template_id: int | None = None,
    actor: Actor = PLATFORM,
) -> FreightTemplate:
    """Make a template, or change one of the seller's, and link exactly these of the seller's products.

    A product leaves the template that it shipped by before. Refused LOG-2: no line or one twice, a price
    out of range, a name already in use, an RTS product left without a template. Locks the seller; the same
    again changes nothing, and a new one with the name and lines of another is that other.
    """
    rules.check_template([line.line_id for line in lines])
    for line in lines:
        rules.check_price(_price(line))
    Seller.objects.select_for_update().get(pk=seller_id)
    template, changed = _named(seller_id, name, lines, template_id)
    changed |= _write_lines(template, lines)
    changed |= _link(template, set(product_ids))
    if changed:
        events.record("template", template.pk, "saved", at=at, actor=actor, rules=("LOG-2",), name=name)
    return template


@transaction.atomic
def reprice(
    *, template_id: int, price: LinePrice, reason: str, at: datetime, actor: Actor = PLATFORM
) -> FreightTemplate:
    """Ops set the price of one of a template's lines, or add the line, for a reason. Refused LOG-2."""
    rules.check_price(_price(price))
    template = FreightTemplate.objects.get(pk=template_id)
    Seller.objects.select_for_update().get(pk=template.seller_id)
    lines = [line for line in _as_set(template) if line.line_id != price.line_id]
    if _write_lines(template, [*lines, price]):
        events.record(
            "template",
            template_id,
            "repriced",
            at=at,
            actor=actor,
            rules=("LOG-2",),
            line=price.line_id,
            reason=reason,
        )
    return template


def _named(
    seller_id: int, name: str, lines: Sequence[LinePrice], template_id: int | None
) -> tuple[FreightTemplate, bool]:
    """The template to write, and whether it is new or renamed."""
    same_name = FreightTemplate.objects.filter(seller_id=seller_id, name=name).first()
    if same_name is not None and same_name.pk != template_id:
        if template_id is None and _as_set(same_name) == set(lines):
            return same_name, False
        raise RuleViolation(
            "LOG-2",
            _("You already have a freight template named “%(name)s”."),
            advice=_("Choose another name, or change that template."),
            conflict=False,
            field="name",
            name=name,
        )
    if template_id is None:
        return FreightTemplate.objects.create(seller_id=seller_id, name=name), True
    template = FreightTemplate.objects.get(pk=template_id, seller_id=seller_id)
    renamed = template.name != name
    if renamed:
        template.name = name
        template.save(update_fields=["name"])
    return template, renamed


def _write_lines(template: FreightTemplate, lines: Sequence[LinePrice]) -> bool:
    if _as_set(template) == set(lines):
        return False
    template.lines.all().delete()
    TemplateLine.objects.bulk_create(TemplateLine(template=template, **asdict(line)) for line in lines)
    return True


def _link(template: FreightTemplate, wanted: set[int]) -> bool:
    linked = set(ProductFreight.objects.filter(template=template).values_list("product_id", flat=True))
    gone = Product.objects.filter(pk__in=linked - wanted)
    rules.check_ships(rts=gone.filter(rts=True).exists(), has_template=False)
    ProductFreight.objects.filter(template=template, product__in=gone).delete()
    fresh = Product.objects.filter(pk__in=wanted - linked, seller_id=template.seller_id)
    ProductFreight.objects.bulk_create(
        [ProductFreight(product=product, template=template) for product in fresh],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["template"],
    )
    return linked != wanted


def _as_set(template: FreightTemplate) -> set[LinePrice]:
    return {
        LinePrice(**{name: getattr(row, name) for name in LinePrice.__dataclass_fields__})
        for row in template.lines.all()
    }


def _price(line: LinePrice) -> rules.Price:
    return rules.Price(
        pricing=line.pricing,
        flat=line.flat_minor,
        first_weight=line.first_weight_g,
        first=line.first_minor,
        additional_weight=line.additional_weight_g,
        additional=line.additional_minor,
        discount_percent=line.discount_percent,
    )
