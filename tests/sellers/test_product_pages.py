"""Products and freight templates in MA: what is typed is kept, what is wrong is said, what is foreign is 404."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from logistics.models import FreightTemplate
from sellers.models import Product
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def seller(ming):
    return make.seller(staff=ming)


@pytest.fixture
def office(client, ming, seller):
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    return client


def get(client, page, /, *args, **query):
    with clock.frozen(NOW):
        return client.get(reverse(f"ma:{page}", args=args), query)


def post(client, page, /, *args, **data):
    with clock.frozen(NOW):
        return client.post(reverse(f"ma:{page}", args=args), data)


def queries(client, page, *args):
    with CaptureQueriesContext(connection) as counted:
        assert get(client, page, *args).status_code == 200
    return len(counted)


def product_data(**changed):
    data = {
        "name": "Enamel mug",
        "name_zh": "搪瓷杯",
        "unit": "piece",
        "weight_g": "180",
        "shape": "mug",
        "tint": "pine",
        "dispatch_days": "6",
        "is_listed": "on",
        "tier-TOTAL_FORMS": "5",
        "tier-INITIAL_FORMS": "0",
        "tier-0-quantity": "50",
        "tier-0-price": "1.93",
        "tier-1-quantity": "500",
        "tier-1-price": "1.70",
    }
    return {**data, **changed}


def test_a_product_is_made_once_however_often_it_is_sent(office, seller):
    template = make.template(seller, make.line())
    data = product_data(rts="on", template=template.pk)
    first, second = post(office, "product-new", **data), post(office, "product-new", **data)
    product = Product.objects.get()
    assert first.url == second.url == reverse("ma:product", args=[product.pk])
    assert product.freight.template == template
    assert [(t.min_quantity, t.price) for t in product.tiers.all()] == [
        (50, Money("1.93", "USD")),
        (500, Money("1.70", "USD")),
    ]


def test_a_refused_product_comes_back_as_it_was_typed(office):
    answer = post(office, "product-new", **product_data(rts="on"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "needs a freight template" in page and "搪瓷杯" in page and 'value="1.93"' in page
    assert not Product.objects.exists()


def test_all_that_is_wrong_with_a_product_is_said_at_once(office):
    without_prices = {f"tier-{n}-{name}": "" for n in range(2) for name in ("quantity", "price")}
    page = post(office, "product-new", **product_data(rts="on", name="", **without_prices)).content.decode()
    assert "This field is required." in page
    assert "needs a freight template" in page
    assert "Enter at least one price." in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 161},
        {"dispatch_days": "0"},
        {"dispatch_days": "91"},
        {"weight_g": "-5"},
        {"hs_code": "73-24"},
        {"unit": "barrel"},
        {"category": "<script>"},
        {"tier-0-price": "-1"},
        {"tier-0-price": "0.001"},
        {"tier-0-price": "1e30"},
        {"tier-0-quantity": ""},
        {"tier-0-quantity": "99999999999"},
        {"tier-1-quantity": "50"},
        {"tier-TOTAL_FORMS": "many"},
        {"tier-0-quantity": "", "tier-0-price": "", "tier-1-quantity": "", "tier-1-price": ""},
    ],
)
def test_wrong_values_are_said_and_write_nothing(office, wrong):
    answer = post(office, "product-new", **product_data(**wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode() or "field__error" in answer.content.decode()
    assert not Product.objects.exists()


def test_a_product_is_changed_and_a_rivals_is_not_there(office, seller):
    template = make.template(seller, make.line())
    mine, foreign = make.product(seller, ships_by=template), make.product(make.seller("Rival"))
    post(office, "product", mine.pk, **product_data(name="Renamed"))
    mine.refresh_from_db()
    assert (mine.name, mine.rts, mine.tiers.count()) == ("Renamed", False, 2)
    assert get(office, "product", foreign.pk).status_code == 404
    assert post(office, "product", foreign.pk, **product_data()).status_code == 404
    rival_template = make.template(make.seller("Other"), make.line())
    answer = post(office, "product", mine.pk, **product_data(template=rival_template.pk))
    assert answer.status_code == 422


def test_the_product_list_is_searched_and_its_queries_do_not_grow(office, seller):
    template = make.template(seller, make.line())
    for n in range(3):
        make.product(seller, ships_by=template, name=f"Bowl {n}")
    few = queries(office, "products")
    for n in range(20):
        make.product(seller, ships_by=template if n % 2 else None, rts=bool(n % 2), name=f"Mug {n}")
    assert queries(office, "products") == few
    assert len(get(office, "products", q="bowl").context["page"].rows) == 3
    assert len(get(office, "products", rts="1").context["page"].rows) == 13
    assert get(office, "products", unlisted="1").context["page"].rows == []


def template_data(*rows, products=(), **changed):
    data = {
        "name": "Standard",
        "products": [product.pk for product in products],
        "line-TOTAL_FORMS": str(len(rows)),
        "line-INITIAL_FORMS": "0",
    }
    for n, row in enumerate(rows):
        data |= {f"line-{n}-{key}": value for key, value in row.items()}
    return {**data, **changed}


def test_a_template_is_made_with_its_prices_and_products(office, seller):
    express, sea, own = make.line(), make.line("sea"), make.line("own", is_platform=False)
    mug = make.product(seller, rts=False)
    rows = (
        {"line": express.pk, "pricing": "platform", "discount_percent": "15"},
        {"line": sea.pk, "pricing": "flat", "flat": "12.50"},
        {
            "line": own.pk,
            "pricing": "weight",
            "first_weight_g": "1000",
            "first": "20",
            "additional_weight_g": "500",
            "additional": "7.5",
        },
        {"line": "", "pricing": "free"},
    )
    for _ in range(2):
        answer = post(office, "template-new", **template_data(*rows, products=[mug]))
    template = FreightTemplate.objects.get()
    assert answer.url == reverse("ma:template", args=[template.pk])
    kept = {
        row.line: (row.pricing, row.flat_minor, row.first_minor, row.additional_minor, row.discount_percent)
        for row in template.lines.all()
    }
    assert kept == {
        express: ("platform", 0, 0, 0, 15),
        sea: ("flat", 1250, 0, 0, 0),
        own: ("weight", 0, 2000, 750, 0),
    }
    assert list(template.products.values_list("product", flat=True)) == [mug.pk]


@pytest.mark.parametrize(
    "row",
    [
        {"pricing": "flat"},
        {"pricing": "flat", "flat": "-1"},
        {"pricing": "flat", "flat": "1.005"},
        {"pricing": "weight", "first": "1"},
        {
            "pricing": "weight",
            "first_weight_g": "0",
            "first": "1",
            "additional_weight_g": "1",
            "additional": "1",
        },
        {"pricing": "platform", "discount_percent": "101"},
        {"pricing": "gift"},
    ],
)
def test_wrong_prices_are_said_and_write_nothing(office, row):
    answer = post(office, "template-new", **template_data({"line": make.line().pk, **row}))
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert not FreightTemplate.objects.exists()


def test_a_template_without_a_line_or_with_a_foreign_product_is_refused(office):
    answer = post(office, "template-new", **template_data({"line": "", "pricing": "free"}))
    assert answer.status_code == 422
    assert "LOG-2" in answer.content.decode() and 'value="Standard"' in answer.content.decode()
    foreign = make.product(make.seller("Rival"), rts=False)
    data = template_data({"line": make.line().pk, "pricing": "free"}, products=[foreign])
    assert post(office, "template-new", **data).status_code == 422


def test_an_rts_product_cannot_be_unlinked_and_a_line_can_be_taken_out(office, seller):
    one, two = make.line(), make.line("sea")
    template = make.template(seller, one, two)
    mug = make.product(seller, ships_by=template)
    rows = ({"line": one.pk, "pricing": "free"}, {"line": two.pk, "pricing": "free", "remove": "on"})
    unlinked = post(office, "template", template.pk, **template_data(*rows))
    assert unlinked.status_code == 422
    assert "LOG-2" in unlinked.content.decode()
    assert template.lines.count() == 2
    post(office, "template", template.pk, **template_data(*rows, products=[mug]))
    assert [row.line for row in template.lines.all()] == [one]


def test_a_rivals_template_is_not_there(office):
    foreign = make.template(make.seller("Rival"), make.line())
    assert get(office, "template", foreign.pk).status_code == 404
    assert post(office, "template", foreign.pk, **template_data()).status_code == 404


def test_by_when_per_country_and_what_is_missing(office, seller):
    line = make.line(guaranteed=("US", "DE"))
    template = make.template(seller, line)
    make.product(seller, ships_by=template, dispatch_days=10)
    answer = get(office, "template", template.pk)
    reaches = {reach.country: reach for reach in answer.context["reaches"]}
    assert answer.context["dispatch_days"] == 10
    assert reaches["DE"].guaranteed and (reaches["DE"].latest - NOW.date()).days == 10 + 1 + 7
    assert reaches["BR"].line is None
    assert "By 4/2" in answer.content.decode()
    listed = get(office, "templates").context
    assert listed["rows"][0].covered == ["US", "DE"]
    assert listed["suggestions"].covered == 2


def test_queries_of_a_template_do_not_grow_with_its_lines(office, seller):
    small = make.template(seller, make.line())
    large = make.template(seller, *(make.line(str(n)) for n in range(12)))
    for _ in range(5):
        make.product(seller, ships_by=large)
    assert queries(office, "template", large.pk) <= queries(office, "template", small.pk) + 1
    assert queries(office, "templates") <= 15
