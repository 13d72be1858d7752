"""Easy dispatch above USD 5,000 in a campaign: five orders of a seller, counted where the mode is chosen (ORD-6)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from orders.models import Order
from orders.queries.campaigns import allowance
from orders.services import closing, contract, start
from sellers.models import Campaign
from tests import factories as make
from tests.factories import NOW
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.rule("ORD-6")]
DAY = timedelta(days=1)
BIG, SMALL = 51, 50  # pieces of USD 100: above USD 5,000, and just that much


class Trade:
    """Ming, who makes vases of 100 dollars to order, and Alice, who buys them."""

    def __init__(self) -> None:
        self.ming, self.alice = make.person("ming"), make.person("alice")
        self.shop = make.seller(staff=self.ming)
        self.vase = make.product(self.shop, price=10_000, rts=False)

    def terms(self, pieces=BIG, export="easy") -> start.Draft:
        return start.Draft(
            {self.vase.pk: pieces}, None, "US", make.ADDRESS, shipping=Money(0, "USD"), export=export
        )

    def draft(self, pieces=BIG, export="easy", at=NOW) -> Order:
        return start.by_seller(
            seller_id=self.shop.pk, buyer_id=self.alice.pk, draft=self.terms(pieces, export), at=at
        )

    def intent(self, pieces=BIG) -> Order:
        return make.order(self.alice, {self.vase: pieces}, paid=False)

    def left(self, at=NOW) -> int:
        found = allowance(self.shop.pk, at)
        assert found is not None
        return 5 - found.used


@pytest.fixture
def campaign() -> Campaign:
    return make.campaign(date(2021, 3, 1), date(2021, 3, 31))


@pytest.fixture
def trade() -> Trade:
    return Trade()


def confirm(order, export="easy", at=NOW):
    return closing.confirm(order_id=order.pk, by="supplier", export=export, at=at)


@pytest.mark.usefixtures("campaign")
class TestTheLimit:
    def test_the_sixth_is_refused_drafted_or_confirmed(self, trade):
        for _n in range(3):
            trade.draft()
        for _n in range(2):
            confirm(trade.intent())
        assert trade.left() == 0
        with refused("ORD-6"):
            trade.draft()
        sixth = trade.intent()
        with refused("ORD-6"):
            confirm(sixth)
        sixth.refresh_from_db()
        assert (sixth.state, sixth.export) == ("awaiting_supplier", "self")
        confirm(sixth, "self")

    @pytest.mark.parametrize(("pieces", "export"), [(SMALL, "easy"), (BIG, "self"), (BIG, "market")])
    def test_what_does_not_count(self, trade, pieces, export):
        trade.draft(pieces, export)
        assert trade.left() == 5

    def test_another_seller_has_five_too(self, trade):
        trade.draft()
        assert Trade().left() == 5

    def test_a_cancelled_or_declined_order_is_free_again_and_one_the_clock_has_closed_too(self, trade):
        closing.cancel(order_id=trade.draft().pk, by="supplier", at=NOW)
        assert trade.left() == 5
        trade.draft()
        assert trade.left() == 4
        assert trade.left(NOW + 10 * DAY) == 4
        Campaign.objects.update(last_day=date(2021, 5, 31))
        assert trade.left(NOW + 31 * DAY) == 5, "unanswered for 30 days, though no job has come by"

    def test_a_change_takes_and_gives_back(self, trade):
        order = trade.draft(SMALL)
        contract.change(order_id=order.pk, draft=trade.terms(BIG), at=NOW)
        assert trade.left() == 4
        contract.change(order_id=order.pk, draft=trade.terms(BIG + 1), at=NOW)
        assert trade.left() == 4
        contract.change(order_id=order.pk, draft=trade.terms(BIG, "self"), at=NOW)
        assert trade.left() == 5

    def test_the_fifth_can_still_be_changed_and_a_sixth_not_raised(self, trade):
        orders = [trade.draft() for _n in range(5)]
        small = trade.draft(SMALL)
        contract.change(order_id=orders[4].pk, draft=trade.terms(BIG + 1), at=NOW)
        with refused("ORD-6"):
            contract.change(order_id=small.pk, draft=trade.terms(BIG), at=NOW)


class TestTheDays:
    def test_outside_a_campaign_nothing_is_counted(self, trade):
        for _n in range(6):
            trade.draft()
        assert allowance(trade.shop.pk, NOW) is None

    def test_what_was_chosen_before_does_not_count_when_it_is_changed_within(self, trade):
        order = trade.draft()
        make.campaign(date(2021, 3, 16), date(2021, 3, 31))
        contract.change(order_id=order.pk, draft=trade.terms(BIG + 1), at=NOW + DAY)
        assert trade.left(NOW + DAY) == 5

    def test_the_first_and_the_last_day_belong_to_it_and_the_next_begins_anew(self, trade):
        make.campaign(date(2021, 3, 15), date(2021, 3, 16))
        make.campaign(date(2021, 3, 17), date(2021, 3, 18), "The next")
        for day in range(2):
            trade.draft(at=NOW + day * DAY)
        assert trade.left(NOW + DAY) == 3
        assert trade.left(NOW + 2 * DAY) == 5


@pytest.mark.rule("MKT-3")
def test_the_database_keeps_campaigns_apart(campaign):
    with pytest.raises(IntegrityError):
        Campaign.objects.create(name="Too", first_day=date(2021, 3, 31), last_day=date(2021, 4, 2))


class TestPages:
    @pytest.fixture
    def office(self, client: Client, trade):
        client.force_login(trade.ming)
        client.cookies["django_language"] = "en"
        with clock.frozen(NOW):
            yield client

    def test_how_many_are_left_stands_where_the_mode_is_explained(self, office, trade, campaign):
        order, _taken = trade.intent(), trade.draft()
        says = "In “September sourcing”, through 31 Mar 2021, you have 4 of 5 left."
        assert says in office.get(reverse("ma:order", args=[order.number])).content.decode()
        assert says in office.get(reverse("ma:order-edit", args=[order.number])).content.decode()
        for _n in range(4):
            trade.draft()
        page = office.get(reverse("ma:order", args=[order.number])).content.decode()
        assert "5 easy-dispatch orders above USD 5000 are used up" in page
        answer = office.post(
            reverse("ma:confirm", args=[order.number]), {"export": "easy", "seen": order.version}
        )
        assert answer.status_code == 409

    def test_outside_a_campaign_nothing_is_said_of_one(self, office, trade):
        page = office.get(reverse("ma:order", args=[trade.intent().number])).content.decode()
        assert "easy-dispatch" not in page and "of 5 left" not in page
