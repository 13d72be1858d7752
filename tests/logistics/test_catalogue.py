"""Products and freight templates as their seller writes them (LOG-2)."""

from dataclasses import replace

import pytest

from assurance.kernel.models import Event
from assurance.kernel.money import Money
from logistics.models import FreightTemplate, ProductFreight
from logistics.services import catalogue, templates
from logistics.services.templates import LinePrice
from sellers.models import Product
from sellers.services.products import Details
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = pytest.mark.django_db

USD = "USD"
MUG = Details(name="Mug", dispatch_days=5, tiers=[(1, Money("1.93", USD)), (500, Money("1.70", USD))])


def offer(seller, details=MUG, template=None, at=NOW):
    return catalogue.create(
        seller_id=seller.pk, details=details, template_id=template.pk if template else None, at=at
    )


def test_an_rts_product_needs_a_template():
    seller = make.seller()
    with refused("LOG-2", field="template"):
        offer(seller)
    assert not Product.objects.exists()
    assert offer(seller, replace(MUG, rts=False)).tiers.count() == 2


def test_a_product_ships_by_its_template():
    seller = make.seller()
    template = make.template(seller, make.line())
    assert offer(seller, template=template).freight.template == template


def test_the_same_details_again_offer_nothing_twice():
    seller = make.seller()
    template = make.template(seller, make.line())
    first = offer(seller, template=template)
    assert offer(seller, template=template) == first
    other_price = replace(MUG, tiers=[(1, Money("2.00", USD))])
    assert offer(seller, other_price, template=template) != first


@pytest.mark.parametrize(
    ("change", "rule_id", "field"),
    [
        ({"dispatch_days": 0}, "ORD-4", "dispatch_days"),
        ({"dispatch_days": 91}, "ORD-4", "dispatch_days"),
        ({"tiers": []}, "ORD-1", "tiers"),
        ({"tiers": [(0, Money(1, USD))]}, "ORD-1", "tiers"),
        ({"tiers": [(1, Money(0, USD))]}, "ORD-1", "tiers"),
        ({"tiers": [(1, Money(2, USD)), (1, Money(1, USD))]}, "ORD-1", "tiers"),
    ],
)
def test_a_product_that_cannot_be_sold_is_refused(change, rule_id, field):
    seller = make.seller()
    with refused(rule_id, field=field):
        offer(seller, replace(MUG, rts=False, **change))


def test_a_change_is_recorded_once_and_takes_the_template_along():
    seller = make.seller()
    template = make.template(seller, make.line())
    product = offer(seller, template=template)
    for _ in range(2):
        catalogue.change(
            product_id=product.pk,
            details=replace(MUG, rts=False, tiers=[(10, Money(1, USD))]),
            template_id=None,
            at=NOW,
        )
    product.refresh_from_db()
    assert not product.rts
    assert [tier.min_quantity for tier in product.tiers.all()] == [10]
    assert not ProductFreight.objects.filter(product=product).exists()
    changed = Event.objects.get(stream="product", key=product.pk, kind="changed")
    assert changed.data == {"fields": ["rts", "tiers"]}


def test_taking_the_template_from_an_rts_product_is_refused():
    seller = make.seller()
    template = make.template(seller, make.line())
    product = offer(seller, template=template)
    with refused("LOG-2", field="template"):
        catalogue.change(product_id=product.pk, details=MUG, template_id=None, at=NOW)
    assert ProductFreight.objects.filter(product=product).exists()


def save(seller, *lines, name="Express lines", products=(), template=None):
    return templates.save(
        seller_id=seller.pk,
        name=name,
        lines=lines,
        product_ids=[p.pk for p in products],
        template_id=template.pk if template else None,
        at=NOW,
    )


def test_a_template_links_exactly_the_chosen_products_and_takes_them_from_others():
    seller = make.seller()
    one, two = make.line(), make.line("sea")
    old = make.template(seller, one)
    mug, bowl = make.product(seller, ships_by=old), make.product(seller, ships_by=old)
    foreign = make.product(make.seller("Rival"), rts=False)
    made = save(seller, LinePrice(two.pk, "flat", flat_minor=500), products=[mug, foreign])
    assert set(made.products.values_list("product", flat=True)) == {mug.pk}
    assert set(old.products.values_list("product", flat=True)) == {bowl.pk}
    assert made.lines.get().flat_minor == 500


def test_an_rts_product_is_not_left_without_a_template():
    seller = make.seller()
    made = save(seller, LinePrice(make.line().pk))
    make.product(seller, ships_by=made)
    with refused("LOG-2", field="template"):
        save(seller, LinePrice(make.line().pk), template=made)
    assert made.products.count() == 1


def test_made_to_order_goods_may_leave_their_template():
    seller = make.seller()
    made = save(seller, LinePrice(make.line().pk))
    make.product(seller, ships_by=made, rts=False)
    save(seller, LinePrice(make.line().pk), template=made)
    assert made.products.count() == 0


def test_the_same_template_again_is_the_first_and_another_of_its_name_is_refused():
    seller = make.seller()
    line, other = make.line(), make.line("sea")
    first = save(seller, LinePrice(line.pk))
    assert save(seller, LinePrice(line.pk)) == first
    with refused("LOG-2", field="name"):
        save(seller, LinePrice(other.pk))
    assert FreightTemplate.objects.count() == 1
    assert Event.objects.filter(stream="template").count() == 1


@pytest.mark.parametrize(
    "price",
    [
        {"flat_minor": -1},
        {"first_minor": -1},
        {"first_weight_g": 0},
        {"additional_weight_g": 0},
        {"discount_percent": 101},
        {"discount_percent": -1},
    ],
)
def test_a_price_out_of_range_is_refused(price):
    seller = make.seller()
    with refused("LOG-2"):
        save(seller, LinePrice(make.line().pk, **price))


def test_a_template_has_lines_and_each_once():
    seller = make.seller()
    line = make.line()
    with refused("LOG-2"):
        save(seller)
    with refused("LOG-2"):
        save(seller, LinePrice(line.pk), LinePrice(line.pk, "flat", flat_minor=1))


def test_a_changed_template_keeps_its_rows_where_nothing_differs():
    seller = make.seller()
    made = save(seller, LinePrice(make.line().pk, "platform", discount_percent=10))
    before = made.lines.get().pk
    save(seller, LinePrice(made.lines.get().line_id, "platform", discount_percent=10), template=made)
    assert made.lines.get().pk == before
    save(seller, LinePrice(made.lines.get().line_id), name="Renamed", template=made)
    assert made.lines.get().pricing == "free"
    assert FreightTemplate.objects.get().name == "Renamed"
