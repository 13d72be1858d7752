"""The whole story in a real browser, with what a person sees: roles, labels and words, in both languages.

An order is dispatched too late; the buyer claims; ops approve; the coupon is spent with another seller, who
is paid in two amounts; the late seller owes it. The words of the Chinese pages come from our catalogue.
"""

import gettext
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale"
Say = Callable[[str], str]

MING_SELLS = {"en": "Enamel mug, 350 ml", "zh-hans": "搪瓷杯 350 毫升"}
FANG_SELLS = {"en": "Table lamp with linen shade", "zh-hans": "亚麻灯罩台灯"}
SWITCH = {"en": "English", "zh-hans": "简体中文"}


def _words(language: str) -> Say:
    if language == "en":
        return str
    return gettext.translation("django", LOCALE, languages=["zh_Hans"]).gettext


def _start_of(text: str) -> re.Pattern[str]:
    """A sentence up to its first figure or name."""
    return re.compile("^" + re.escape(re.split(r"%\(", text)[0].strip()))


class Visitor:
    """Somebody with a browser window of their own, signed in with one click."""

    def __init__(self, browser: Browser, portal: str, name: str, language: str) -> None:
        self.portal = portal
        self.say = _words(language)
        self.page: Page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(20_000)
        self.open("/account/login/")
        self.page.get_by_role("button", name=re.compile(f"^{name}")).click()
        other = self.page.get_by_role("banner").get_by_role("button", name=SWITCH[language], exact=True)
        if other.count():
            other.click()

    def open(self, path: str) -> None:
        self.page.goto(self.portal + path)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=self.say(label), exact=True).click()

    def follow(self, label: str) -> None:
        self.page.get_by_role("link", name=self.say(label), exact=True).first.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("main").get_by_text(text).first).to_be_visible()

    def find(self, product: str) -> None:
        self.open("/")
        search = self.page.get_by_role("searchbox").first
        search.fill(product)
        search.press("Enter")
        self.page.get_by_role("link", name=product).first.click()


def _order(buyer: Visitor, product: str, quantity: int, *, with_coupon: str | None) -> str:
    """From the search to the gateway; returns the order's number once it is paid."""
    page = buyer.page
    buyer.find(product)
    page.get_by_role("spinbutton").fill(str(quantity))
    buyer.press("Start order")
    coupons = page.get_by_role("combobox", name=buyer.say("Coupon"), exact=True)
    options = coupons.get_by_role("option")
    wanted = options.last if with_coupon is None else options.filter(has_text=f"USD {with_coupon}").first
    label = wanted.inner_text()
    # The summary follows the choice; the button cannot be pressed in between.
    with page.expect_response("**/checkout/?**"):
        coupons.select_option(label=label)
    page.get_by_role("button", name=re.compile("^" + buyer.say("Pay"))).last.click()
    page.wait_for_url("**/pay/**")
    buyer.press("Succeed")
    page.wait_for_url("**/orders/**")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def test_late_dispatch_from_payment_to_recovery(browser: Browser, portal: str) -> None:
    """Twice on one demo: a quantity of its own gives each language a coupon of its own."""
    _story(browser, portal, "en", quantity=50)
    _story(browser, portal, "zh-hans", quantity=150)


def _story(browser: Browser, portal: str, language: str, *, quantity: int) -> None:
    alice = Visitor(browser, portal, "Alice", language)
    say = alice.say

    number = _order(alice, MING_SELLS[language], quantity, with_coupon=None)
    alice.sees(say("On-time dispatch"))
    expect(alice.page.get_by_role("link", name=say("Make a claim"))).to_have_count(0)

    alice.page.get_by_role("button", name=re.compile(r"^\+7")).click()
    alice.open(f"/orders/{number}/")
    alice.follow("Make a claim")
    alice.page.get_by_role("checkbox").check()
    alice.press("Submit claim")
    alice.sees(_start_of(say("Your claim is made. We review it by %(day)s.")))
    alice.open(f"/orders/{number}/claim/")

    olivia = Visitor(browser, portal, "Olivia", "en")
    olivia.open("/admin/claims/claim/")
    grouped = " ".join((number[:4], number[4:8], number[8:12], number[12:]))
    olivia.page.get_by_role("link", name=grouped).click()
    olivia.page.get_by_role("link", name="Approve").click()
    olivia.page.get_by_role("textbox", name="Reason").fill("Not dispatched by the deadline")
    olivia.page.get_by_role("button", name="Approve").click()
    expect(olivia.page.get_by_text("Approved").first).to_be_visible()

    alice.open("/coupons/")
    row = alice.page.get_by_role("row").filter(has_text=number).filter(has_text=say("Active"))
    face = re.search(r"USD\s([\d.]+)", row.inner_text())
    assert face is not None

    bought = _order(alice, FANG_SELLS[language], 20, with_coupon=face[1])
    fang = Visitor(browser, portal, "Fang", language)
    fang.open(f"/ma/orders/{bought}/")
    fang.sees(face[1])

    ming = Visitor(browser, portal, "Ming", language)
    ming.open("/ma/claims/")
    recovered = ming.page.get_by_role("row").filter(has_text=number)
    expect(recovered.get_by_text("REC-1").or_(recovered.get_by_text("REC-2")).first).to_be_visible()
    expect(recovered.get_by_text(face[1]).nth(1)).to_be_visible()
