"""What a person meets who presses Enter, goes back, makes a mistake or writes a word without end."""

import pytest
from django.urls import reverse

from assurance.kernel import clock
from assurance.kernel.money import Money
from orders.services import messages, refunds
from sellers.services import funds
from tests import factories as make
from tests.factories import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live_db")]


@pytest.fixture(autouse=True)
def at_noon():
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def ming(live_db):
    return make.person("ming")


@pytest.fixture
def shop(ming):
    return make.seller(staff=ming)


@pytest.fixture
def order(shop):
    return make.order(make.person("alice"), {make.product(shop): 3})


@pytest.fixture
def office(browser, live_server, client, ming, shop):
    """A window of the shop's staff."""
    client.force_login(ming)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    cookies = {"django_language": "en", "sessionid": client.cookies["sessionid"].value}
    context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    page.at = lambda name, *args: page.goto(live_server.url + reverse(f"ma:{name}", args=args))
    yield page
    context.close()


def test_enter_in_the_offer_field_pays_nothing(office, order):
    refund = refunds.apply(order_id=order.pk, amount=None, reason="", at=NOW)
    office.at("order", order.number)
    offer = office.get_by_label("Offer another amount")
    offer.fill("12")
    offer.press("Enter")
    office.get_by_text("The buyer has been told").wait_for()
    refund.refresh_from_db()
    assert (refund.paid_minor, refund.counter_minor) == (None, 1200)


def test_a_refund_is_agreed_after_one_was_asked(office, order):
    refund = refunds.apply(order_id=order.pk, amount=None, reason="", at=NOW)
    office.at("order", order.number)
    office.get_by_label("Note to the buyer").first.fill("Sorry")
    office.get_by_role("button", name="Agree and refund everything").click()
    office.get_by_role("button", name="Refund USD").click()
    office.get_by_text("The refund is paid").wait_for()
    refund.refresh_from_db()
    assert (refund.paid_minor, refund.answer) == (3000, "Sorry")


def test_a_page_with_errors_opens_at_the_first_of_them(office, order):
    office.at("order", order.number)
    office.get_by_role("button", name="Submit", exact=True).click()
    office.wait_for_load_state("networkidle")
    wrong = office.locator('[aria-invalid="true"]').first
    assert wrong.evaluate("field => field === document.activeElement")
    assert 0 < wrong.bounding_box()["y"] < 900


def test_back_after_a_withdrawal_is_a_page(office, shop):
    funds.deposit(seller_id=shop.pk, amount=Money(90, "USD"), reference="d", at=NOW)
    office.at("withdraw")
    for name, value in {
        "Amount": "30",
        "Account holder": "Qinghe Ltd",
        "IBAN or account number": "DE02120300000000202051",
        "SWIFT / BIC": "SMPLDEFF",
        "Bank": "Bank of Hangzhou",
    }.items():
        office.get_by_label(name, exact=True).fill(value)
    office.get_by_role("button", name="Continue").click()
    office.get_by_role("button", name="Withdraw USD").click()
    office.get_by_text("is on its way to").wait_for()
    office.go_back()
    assert office.get_by_role("heading", level=1, name="Withdraw").is_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_word_without_end_wraps(office, order, width):
    messages.send(
        order_id=order.pk, side="buyer", words="w" * 2000, uploads=[], token="7d9f0f26-6a61-4c2e-9d0f-0b8c1b8f0c01", at=NOW
    )  # fmt: skip
    refunds.apply(order_id=order.pk, amount=None, reason="r" * 500, at=NOW)
    office.set_viewport_size({"width": width, "height": 900})
    for name in ("order", "messages"):
        office.at(name, order.number)
        assert office.evaluate("document.documentElement.scrollWidth") <= width
