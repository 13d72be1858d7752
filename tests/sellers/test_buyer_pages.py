"""Search and product page: badges for a destination, the default line, prices (LOG-3 to LOG-6, MKT-1)."""

from datetime import timedelta

import pytest

from assurance.kernel import clock
from logistics.models import LineCountry, TemplateLine
from sellers.models import PriceTier, Product, Seller
from tests import factories as make


@pytest.fixture
def seller(db):
    return make.seller("Qinghe")


@pytest.fixture
def shop(client, seller):
    with clock.frozen(make.NOW):
        yield client


def said(answer):
    return " ".join(answer.content.decode().split()).replace("\xa0", " ")


def names(answer):
    return [one.product.name for one in answer.context["listings"]]


class TestSearch:
    @pytest.fixture(autouse=True)
    def shelf(self, seller):
        way = make.line()
        by = make.template(seller, way)
        outside = make.seller("Lanting", member=False)
        self.mug = make.product(
            seller, name="Enamel mug", name_zh="搪瓷杯", category="Kitchenware", ships_by=by
        )
        self.lamp = make.product(
            outside, name="Desk lamp", name_zh="台灯", category="Lighting", price=300, rts=False
        )
        self.bowl = make.product(seller, name="Bowl 100%", category="Kitchenware", price=200)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["Bowl 100%", "Desk lamp", "Enamel mug"]),
            ("q=MUG", ["Enamel mug"]),
            ("q=搪瓷", ["Enamel mug"]),
            ("q=mug enamel", ["Enamel mug"]),
            ("q=lanting", ["Desk lamp"]),
            ("q=100%25", ["Bowl 100%"]),
            ("q=_", []),
            ("q=\\", []),
            ("q=nothing", []),
            ("category=Lighting", ["Desk lamp"]),
            ("category=Nothing", ["Bowl 100%", "Desk lamp", "Enamel mug"]),
            ("rts=on", ["Bowl 100%", "Enamel mug"]),
            ("sort=price", ["Bowl 100%", "Desk lamp", "Enamel mug"]),
            ("by=2021-03-29", ["Enamel mug"]),
            ("by=2021-03-28", []),
            ("by=2021-03-29&to=DE", []),
            ("by=2099-01-01", ["Enamel mug"]),
            ("seller=99999999999999999999", ["Bowl 100%", "Desk lamp", "Enamel mug"]),
        ],
    )
    def test_it_finds(self, shop, query, found):
        assert names(shop.get(f"/?{query}")) == found

    def test_a_suppliers_products(self, shop):
        assert names(shop.get("/", {"seller": self.lamp.seller_id})) == ["Desk lamp"]

    @pytest.mark.parametrize(
        "query", ["by=2021-03-14", "by=tomorrow", "sort=best", "q=" + "x" * 121, "q=%00"]
    )
    def test_what_makes_no_sense_is_told_or_left_out(self, shop, query):
        answer = shop.get(f"/?{query}")
        assert answer.status_code == 200
        assert answer.context["form"].errors or len(names(answer)) == 3

    def test_badges_are_for_the_destination(self, shop):
        def badges(to):
            listing = next(
                one for one in shop.get("/", {"to": to}).context["listings"] if one.product == self.mug
            )
            return listing.on_time, listing.guaranteed, listing.promise

        assert badges("US") == (True, True, (make.NOW + timedelta(days=14)).date())
        assert badges("DE") == (True, False, None)

    def test_the_destination_is_remembered(self, shop):
        shop.get("/", {"to": "DE"})
        assert shop.get("/").context["wanted"].country == "DE"
        assert shop.get("/", {"to": "XX"}).context["wanted"].country == "DE"
        assert shop.get(f"/products/{self.mug.pk}/").context["country"] == "DE"

    def test_a_buyers_own_country_comes_first(self, shop):
        shop.force_login(make.person("carla", country="IT"))
        assert shop.get("/").context["wanted"].country == "IT"

    def test_a_supplier_whose_lamp_is_out_says_so(self, shop):
        Seller.objects.filter(pk=self.lamp.seller_id).update(qualified_at=None)
        assert "takes no orders at present" in said(shop.get("/?q=lamp"))

    def test_pages_follow_each_other_in_either_order(self, shop, seller):
        for price in range(30):
            make.product(seller, price=400 + price % 3)
        for sort in ("", "price"):
            first = shop.get("/", {"sort": sort})
            second = shop.get("/" + first.context["page"].next)
            seen = names(first) + names(second)
            assert len(seen) == len(set(seen)) == 33
            assert names(shop.get("/" + second.context["page"].previous)) == names(first)

    def test_unlisted_and_priceless_products_are_not_shown(self, shop, seller):
        make.product(seller, name="Hidden", is_listed=False)
        Product.objects.create(seller=seller, name="Priceless", dispatch_days=3, created_at=make.NOW)
        assert "Hidden" not in names(shop.get("/"))
        assert "Priceless" not in names(shop.get("/"))

    def test_queries_do_not_grow_with_the_products(self, shop, django_assert_num_queries):
        shop.get("/")
        with django_assert_num_queries(7):
            shop.get("/")
        for _ in range(5):
            other = make.seller()
            make.product(other, ships_by=make.template(other, make.line()))
        with django_assert_num_queries(7):
            shop.get("/")


class TestProduct:
    @pytest.fixture(autouse=True)
    def offer(self, seller):
        """Boat, guaranteed and dear; post, estimated and cheap; air, guaranteed and dearer."""
        self.boat, self.air = make.line("boat"), make.line("air")
        self.post = make.line("post", guaranteed=(), name_zh="邮政小包")
        by = make.template(seller, self.boat, self.air, self.post)
        for line, cents in ((self.boat, 9700), (self.air, 21492), (self.post, 5800)):
            TemplateLine.objects.filter(line=line).update(pricing="flat", flat_minor=cents)
        self.mug = make.product(seller, name="Enamel mug", name_zh="搪瓷杯", price=210, ships_by=by)
        PriceTier.objects.filter(product=self.mug).update(min_quantity=50)
        PriceTier.objects.create(product=self.mug, min_quantity=200, price_minor=193)

    def page(self, shop, **query):
        return shop.get(f"/products/{self.mug.pk}/", query)

    def test_the_cheapest_guaranteed_line_is_the_default(self, shop):
        quote = self.page(shop, quantity=240).context["quote"]
        assert quote.chosen.line_id == self.boat.pk
        assert list(map(str, (quote.price.amount, quote.goods.amount, quote.total.amount))) == [
            "1.93",
            "463.20",
            "560.20",
        ]

    def test_another_line_can_be_chosen_and_nonsense_cannot(self, shop):
        assert self.page(shop, line=self.post.pk).context["quote"].chosen.line_id == self.post.pk
        for line in ("x", "0", "9" * 30):
            assert self.page(shop, line=line).context["quote"].chosen.line_id == self.boat.pk

    def test_a_line_that_was_only_preselected_gives_way_to_a_better_one(self, shop):
        TemplateLine.objects.filter(line=self.air).update(flat_minor=9600)
        kept = self.page(shop, quantity=240, line=self.boat.pk)
        moved = self.page(shop, quantity=240, line=self.boat.pk, usual=self.boat.pk)
        assert kept.context["quote"].chosen.line_id == self.boat.pk
        assert moved.context["quote"].chosen.line_id == self.air.pk

    def test_lines_read_by_a_day_or_a_range(self, shop):
        html = said(self.page(shop))
        assert "<b>By 3/29</b> · Guaranteed delivery" in html
        assert "3/21–3/29 · Estimated delivery" in html

    def test_both_guarantees_come_with_a_guaranteed_line_one_with_another(self, shop):
        assert "Two guarantees come with this order" in said(self.page(shop))
        assert "One guarantee comes with this order" in said(self.page(shop, line=self.post.pk))

    def test_five_lines_are_shown_and_the_rest_behind_a_word(self, shop, seller):
        for _ in range(4):
            TemplateLine.objects.create(
                template=self.mug.freight.template, line=make.line(), pricing="flat", flat_minor=50000
            )
        assert "<summary>2 more</summary>" in said(self.page(shop))

    @pytest.mark.parametrize("quantity", ["49", "0", "-1", "ten", "1.5", "10000001"])
    def test_a_wrong_quantity_is_told_and_stays(self, shop, quantity):
        html = said(self.page(shop, quantity=quantity))
        assert 'id="id_quantity_error"' in html
        assert f'value="{quantity}"' in html

    def test_htmx_gets_the_form_alone(self, shop):
        whole = self.page(shop, quantity=240)
        part = shop.get(f"/products/{self.mug.pk}/", {"quantity": 240}, headers={"HX-Request": "true"})
        assert said(part).startswith("<form")
        assert said(part) in said(whole)
        assert "HX-Request" in part.headers["Vary"]

    def test_a_country_that_no_line_reaches(self, shop):
        html = said(self.page(shop, to="BR"))
        assert "The supplier does not ship this product to Brazil." in html
        assert "Start order" not in html

    def test_a_supplier_whose_lamp_is_out_takes_no_order(self, shop):
        Seller.objects.update(qualified_at=None)
        html = said(self.page(shop))
        assert "QUA-1" in html
        assert "Start order" not in html

    def test_outside_the_upgrade_service_there_is_no_guarantee(self, shop):
        outside = make.seller(member=False)
        plain = make.product(outside, ships_by=make.template(outside, self.boat))
        html = said(shop.get(f"/products/{plain.pk}/"))
        assert "No dispatch or delivery guarantee comes with this order." in html
        assert "Guaranteed delivery" not in html.split("</form>")[1]

    def test_a_promise_beyond_45_days_is_an_estimate(self, shop):
        LineCountry.objects.filter(line=self.boat).update(transit_max=39)
        assert self.page(shop).context["quote"].chosen.line_id == self.air.pk

    def test_in_chinese(self, shop):
        shop.cookies["django_language"] = "zh-hans"
        html = said(self.page(shop))
        assert "<h1>搪瓷杯</h1>" in html
        assert "邮政小包" in html

    @pytest.mark.parametrize("pk", [0, 10**17])
    def test_one_that_is_not_there(self, shop, pk):
        assert shop.get(f"/products/{pk}/").status_code == 404

    def test_one_no_longer_listed_is_not_there(self, shop):
        Product.objects.update(is_listed=False)
        assert self.page(shop).status_code == 404

    def test_queries_are_bounded(self, shop, django_assert_max_num_queries):
        self.page(shop)
        with django_assert_max_num_queries(18):
            self.page(shop, quantity=240)


def test_the_guarantees_are_explained_with_the_figures_in_force(shop):
    html = said(shop.get("/guarantees/"))
    assert "10% of the contract total" in html
    assert "at most USD 100" in html
