"""Enter in a field presses the first submit button of its form: that one must be what the field means."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from assurance.kernel.wording import money_text
from orders.services import refunds
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


class Buttons(HTMLParser):
    """The submit buttons of a page in its order, each with the form it belongs to."""

    def __init__(self):
        super().__init__()
        self.form, self.found = "", []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.form = given.get("id") or given.get("action") or "this"
        if tag == "button" and given.get("type") == "submit":
            self.found.append((given.get("form") or self.form, given))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = ""


@pytest.fixture
def ming(client):
    person = make.person("ming")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def mug(shop):
    return make.product(shop, name="Enamel mug")


def pressed(client, form, *where):
    """What Enter in a field of this form says: the name and value of its first button."""
    with clock.frozen(NOW):
        page = client.get(reverse(where[0], args=where[1:]))
    buttons = Buttons()
    buttons.feed(page.content.decode())
    mine = [given for owner, given in buttons.found if owner == form]
    assert mine, f"no button of {form}"
    return mine[0].get("name"), mine[0].get("value")


def test_in_the_offer_field_it_offers_and_never_agrees(client, mug):
    order = make.order(make.person("alice"), {mug: 3})
    refunds.apply(order_id=order.pk, amount=None, reason="", at=NOW)
    assert pressed(client, "refund-answer", "ma:order", order.number) == ("answer", "counter")


def test_a_refund_is_agreed_in_a_dialog_that_says_the_amount(client, mug):
    order = make.order(make.person("alice"), {mug: 3})
    refunds.apply(order_id=order.pk, amount=Money(20, "USD"), reason="", at=NOW)
    with clock.frozen(NOW):
        page = client.get(reverse("ma:order", args=[order.number])).content.decode()
    dialog = page[page.index('id="refund-agree"') :].split("</dialog>")[0]
    assert 'value="agree"' in dialog and money_text(Money(20, "USD")) in dialog
    assert page.count('value="agree"') == 1


def test_in_the_label_box_of_the_list_it_labels(client, mug):
    make.order(make.person("alice"), {mug: 3})
    assert pressed(client, "bulk", "ma:orders") == ("act", "label")


def test_in_a_draft_it_works_out_the_total(client, shop):
    order = make.order(make.person("alice"), {make.product(shop, rts=False): 1}, paid=False)
    assert pressed(client, "this", "ma:order-edit", order.number) == ("do", "sum")


def test_on_the_buyers_list_it_deletes_nothing(client, mug):
    alice = make.person("alice")
    make.order(alice, {mug: 3})
    client.force_login(alice)
    assert pressed(client, "bulk", "orders:list") == ("format", "csv")


def test_an_order_is_declined_in_a_dialog_only(client, shop):
    order = make.order(make.person("alice"), {make.product(shop, rts=False): 1}, paid=False)
    with clock.frozen(NOW):
        page = client.get(reverse("ma:order", args=[order.number])).content.decode()
        refused = client.post(reverse("ma:decline", args=[order.number]), {"reason": "weather"})
    dialog = page[page.index('id="decline"') :].split("</dialog>")[0]
    assert 'name="reason"' in dialog and reverse("ma:decline", args=[order.number]) in dialog
    assert page.count(reverse("ma:decline", args=[order.number])) == 1
    assert "data-again" in refused.content.decode() and "data-again" not in page
