"""A seller drafts an order in MA, changes what a buyer asked for, and loses nothing on the way (ORD-1)."""

import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from assurance.accounts import roles
from assurance.kernel import clock
from assurance.kernel.money import Money
from orders.models import Order
from orders.services import start
from orders.services.start import Draft
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_looked():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ming():
    return make.person("ming")


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def alice():
    return make.person("alice", company="Harbor & Pine")


@pytest.fixture
def line():
    return make.line()


@pytest.fixture
def mug(shop, line):
    return make.product(shop, price=200, ships_by=make.template(shop, line), name="Enamel mug")


@pytest.fixture
def office(client, ming, shop):
    client.force_login(ming)
    client.cookies["django_language"] = "en"
    with clock.frozen(NOW):
        yield client


def text(answer):
    return " ".join(answer.content.decode().split())


def find(office, email):
    return office.post(reverse("ma:order-new"), {"email": email})


def written(mug, quantity="10", **more):
    """What the form sends: ten mugs to the US in seven days."""
    return {
        "item-TOTAL_FORMS": "2",
        "item-INITIAL_FORMS": "0",
        "item-0-product": mug.pk,
        "item-0-quantity": quantity,
        "destination": "US",
        "dispatch": "days",
        "days": "7",
        "after": "full",
        "export": "self",
        "seen": "1",
        "key": "0123456789abcdef",
        "do": "send",
        **more,
    }


def draft(office, alice, **sent):
    return office.post(find(office, alice.email).url, sent)


def test_a_buyer_is_found_by_the_exact_e_mail_alone(office, alice, mug):
    found = find(office, f" {alice.email.upper()} ")
    assert found.status_code == 302
    page = text(office.get(found.url))
    assert "Alice" in page and "Harbor &amp; Pine" in page
    assert alice.email not in page, "nothing is told that the seller did not know"
    for email in (alice.email[:-1], "alice", f"{alice.name}@"):
        assert find(office, email).status_code == 422


def test_ops_oneself_and_nobody_look_alike(office, ming):
    ops = make.person("olivia")
    roles.assign(ops, roles.REVIEWER)
    gone = make.person("gone", is_active=False)
    said = {
        text(find(office, person)).count("No buyer uses this e-mail")
        for person in (ops.email, gone.email, ming.email, "nobody@example.com")
    }
    assert said == {1}


def test_nobody_can_try_addresses_out(office):
    answers = [find(office, f"try{n}@example.com").status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_token_of_ones_own_making_finds_nobody(office, alice):
    assert office.get(reverse("ma:order-new"), {"for": str(alice.pk)}).url == reverse("ma:order-new")


def test_a_token_is_the_shops_that_found_the_buyer(office, alice, mug, client):
    found = find(office, alice.email).url
    rival = make.person("rival")
    make.seller("Rival", staff=rival)
    office.force_login(rival)
    assert office.get(found).url == reverse("ma:order-new")


def test_a_draft_is_sent_once_however_often_it_is_pressed(office, alice, mug):
    for _ in range(2):
        answer = draft(office, alice, **written(mug))
    order = Order.objects.get()
    assert answer.url == reverse("ma:order", args=[order.number])
    assert (order.state, order.buyer, order.drafted_by) == ("awaiting_buyer", alice, "seller")
    assert (order.total.amount, order.dispatch_days) == (20, 7)


def test_what_was_agreed_stands_in_the_contract(office, alice, mug, line):
    draft(
        office, alice,
        **written(mug, **{"item-0-price": "1.50"}, line=line.pk, shipping="5", discount="2", initial_payment="6",
                  dispatch="day", day="2021-04-01", export="agency", do="save"),
    )  # fmt: skip
    order = Order.objects.get()
    assert order.state == "draft"
    assert [m.amount for m in (order.goods, order.shipping, order.discount, order.total, order.initial)] == [
        15,
        5,
        2,
        18,
        6,
    ]
    assert (order.line, order.export, str(order.dispatch_day)) == (line, "agency", "2021-04-01")
    page = text(office.get(reverse("ma:order", args=[order.number])))
    assert "Send to the buyer" in page
    assert "The draft is sent" in text(
        office.post(reverse("ma:order-send", args=[order.number]), {"seen": "1"}, follow=True)
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"item-0-quantity": ""}, "Enter a quantity."),
        ({"item-0-product": "", "item-0-quantity": "5"}, "Choose the product, or leave the row empty."),
        ({"item-0-product": "", "item-0-quantity": ""}, "Choose at least one product."),
        ({"item-0-quantity": "-3"}, "At least 1."),
        ({"item-0-quantity": "99999999999"}, "At most 10,000,000."),
        ({"item-0-price": "0"}, "At least 0.01."),
        ({"days": "91"}, "At most 90."),
        ({"days": ""}, "Enter when the goods will be dispatched."),
        ({"dispatch": "day", "day": "2021-03-14"}, "ORD-4"),
        ({"dispatch": "day", "day": "9999-12-31"}, "ORD-4"),
        ({"dispatch": "day", "day": "soon"}, "Enter a valid date."),
        ({"discount": "20"}, "ORD-7"),
        ({"initial_payment": "20.01"}, "PAY-1"),
        ({"export": "smuggle"}, "Select a valid choice"),
        ({"export": "easy", "item-0-quantity": "6000"}, "ORD-6"),
        ({"destination": "XX"}, "Select a valid choice"),
        ({"shipping": "1e9"}, "ORD-7"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(office, alice, mug, sent, said):
    if sent.get("shipping"):
        sent = {"shipping": "999999999999", "item-0-price": "999999", "item-0-quantity": "9999999"}
    answer = draft(office, alice, **written(mug, **sent))
    assert answer.status_code in (409, 422)
    page = text(answer)
    assert said in page
    for name, value in sent.items():
        if "product" not in name and name not in ("export", "destination") and value:
            assert f'value="{value}"' in page, f"{name} is lost"
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("day", {"dispatch": "day", "day": "2021-03-14"}),
        ("discount", {"discount": "20"}),
        ("initial_payment", {"initial_payment": "20.01"}),
    ],
)
def test_a_refusal_stands_at_the_field_that_it_is_about(office, alice, mug, field, sent):
    answer = draft(office, alice, **written(mug, **sent))
    assert list(answer.context["form"].errors) == [field]
    assert f'<a href="#draft_{field}">' in text(answer)


def test_a_draft_without_any_shipping_says_so_before_it_is_sent(office, alice, mug):
    warning = "the buyer pays nothing for shipping"
    assert warning in text(draft(office, alice, **written(mug, do="sum")))
    assert warning not in text(draft(office, alice, **written(mug, do="sum", shipping="5")))


def test_another_shops_product_is_no_choice(office, alice, mug):
    foreign = make.product(make.seller("Rival"))
    assert draft(office, alice, **written(foreign)).status_code == 422
    assert not Order.objects.exists()


def test_the_total_is_worked_out_without_writing_anything(office, alice, mug):
    preview = draft(office, alice, **written(mug, do="sum", initial_payment="8")).context["preview"]
    sums = (preview.order.total, preview.balance, preview.fee, preview.expected)
    assert [str(money.amount) for money in sums] == ["20.00", "12.00", "0.40", "19.60"]
    assert preview.promise.covered
    assert not Order.objects.exists()


def test_whether_what_is_wrong_is_in_sight_is_known(office, alice, mug):
    """Only the sum is put into the page by htmx; what a button sent comes back as a whole."""
    wrong = written(mug, days="500", do="sum")
    assert "is marked in the form" in text(draft(office, alice, **wrong))
    part = office.post(find(office, alice.email).url, wrong, headers={"HX-Request": "true"})
    assert "Calculate the total to see what" in text(part)


def test_another_product_is_a_row_more(office, alice, mug):
    page = draft(office, alice, **written(mug, do="more")).content.decode()
    assert 'name="item-2-product"' in page and 'name="item-3-product"' not in page
    assert not Order.objects.exists()


# What a buyer asked for


@pytest.fixture
def intent(alice, shop):
    vase = make.product(shop, price=500, rts=False, name="Vase")
    draft = Draft(items={vase.pk: 4}, line_id=None, destination="US")
    return start.by_buyer(buyer_id=alice.pk, draft=draft, at=NOW)


def asked(intent, quantity, **more):
    return written(intent.lines.get().product, quantity, **more)


def edit(office, intent, **sent):
    return office.post(reverse("ma:order-edit", args=[intent.number]), sent)


def test_the_supplier_confirms_with_an_export_mode(office, intent):
    page = text(office.get(reverse("ma:order", args=[intent.number])))
    assert "1.2% service fee, at most" in page and "Easy dispatch" in page
    office.post(reverse("ma:confirm", args=[intent.number]), {"export": "agency", "seen": "1"})
    intent.refresh_from_db()
    assert (intent.state, intent.export) == ("awaiting_payment", "agency")


def test_a_changed_order_goes_back_and_shows_what_changed(office, intent, alice):
    assert 'value="4"' in text(office.get(reverse("ma:order-edit", args=[intent.number])))
    assert edit(office, intent, **asked(intent, "6")).status_code == 302
    office.force_login(alice)
    page = text(office.get(f"/orders/{intent.number}/"))
    assert "What has changed" in page
    assert "Vase · Quantity" in page and ">4<" in page and ">6<" in page
    refused = text(office.post(f"/orders/{intent.number}/confirm/", {"seen": "1"}, follow=True))
    assert "The order has been changed since you saw it." in refused
    assert "You can pay it now." in text(
        office.post(f"/orders/{intent.number}/confirm/", {"seen": "2"}, follow=True)
    )


def test_the_second_of_two_editors_sees_what_the_first_changed(office, intent):
    edit(office, intent, **asked(intent, "6"))
    typed = {"shipping": "80", "discount": "3.5", "initial_payment": "25", "days": "11", "export": "agency"}
    second = edit(office, intent, **asked(intent, "9", **typed))
    page = text(second)
    assert second.status_code == 409
    assert "The order has changed since you opened it" in page and 'value="9"' in page
    for name, value in typed.items():
        assert re.search(rf'name="{name}"[^>]*value="{value}"', page), f"{name} stays as typed"
    assert 'name="seen" value="2"' in page, "sent once more, it answers to what was shown"
    assert edit(office, intent, **asked(intent, "9", seen="2")).status_code == 302
    assert intent.lines.get().quantity == 9


def test_an_order_in_another_currency_keeps_it(office, alice, shop, mug):
    yen = Draft(
        items={mug.pk: 10}, line_id=None, destination="US", currency="JPY", usd_rate=Decimal("0.0067")
    )
    order = start.by_seller(seller_id=shop.pk, buyer_id=alice.pk, draft=yen, send=False, at=NOW)
    refused = edit(office, order, **written(mug, **{"item-0-price": "300.50"}, shipping="1000"))
    assert refused.status_code == 422 and "JPY has no smaller amount than 1" in text(refused)
    assert edit(office, order, **written(mug, **{"item-0-price": "300"}, shipping="1000")).status_code == 302
    order.refresh_from_db()
    assert (order.total, order.version) == (Money(4000, "JPY"), 2)


def test_a_confirmation_without_a_version_confirms_nothing(office, intent, alice):
    edit(office, intent, **asked(intent, "6"))
    office.force_login(alice)
    assert "ORD-1" in text(office.post(f"/orders/{intent.number}/confirm/", follow=True))
    intent.refresh_from_db()
    assert intent.state == "awaiting_buyer"


def test_an_agreed_order_is_no_longer_edited(office, intent):
    office.post(reverse("ma:confirm", args=[intent.number]), {"seen": "1"})
    assert office.get(reverse("ma:order-edit", args=[intent.number])).status_code == 302
    assert "STA-1" in text(edit(office, intent, **asked(intent, "6")))
