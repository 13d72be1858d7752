"""What the small scripts do, and how every component stands in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from assurance.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shown(settings):
    settings.DEMO = True


@pytest.fixture
def visit(browser, live_server):
    """Open an address in a window of its own; the page's complaints end up in `page.complaints`."""
    contexts = []

    def visit(path="/styleguide/", *, width=1280, language="en", theme="light", cookies=()):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        context.add_cookies(
            [{"name": "django_language", "value": language, "url": live_server.url}, *cookies]
        )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda told: page.complaints.append(told.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield visit
    for context in contexts:
        context.close()


def test_a_double_click_sends_a_form_once(visit):
    page = visit()
    sent = []

    def stay(route):
        sent.append(route.request.post_data)
        route.fulfill(status=204)

    page.route("**/language/", stay)
    page.get_by_role("button", name="简体中文").dblclick()
    page.wait_for_timeout(300)
    assert len(sent) == 1
    assert "language=zh-hans" in sent[0]
    assert page.locator("button[aria-busy][disabled]", has_text="简体中文").count() == 1


def test_after_going_back_the_form_can_be_sent_again(visit):
    page = visit()
    page.get_by_role("button", name="简体中文").click()
    page.wait_for_selector("html[lang=zh-Hans]")
    page.go_back()
    button = page.locator("header button[name=language]")
    assert button.is_enabled()
    assert button.get_attribute("aria-busy") is None


def test_the_theme_chosen_is_kept_by_the_server(visit):
    page = visit(theme="light")
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 22, 21)"


def test_a_dialog_is_modal_and_escape_leaves_it(visit):
    page = visit()
    page.get_by_role("button", name="Leave the service").last.click()
    dialog = page.get_by_role("dialog", name="Leave the upgrade service?")
    assert dialog.is_visible()
    assert page.evaluate("document.querySelector('#sg-confirm').matches(':modal')")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_menu_closes_on_escape_and_gives_the_focus_back(visit):
    page = visit()
    opener = page.locator("main details.drop > summary")
    opener.click()
    page.get_by_role("link", name="Export as XLSX").focus()
    page.keyboard.press("Escape")
    assert page.locator("main details.drop").get_attribute("open") is None
    assert opener.evaluate("element => element === document.activeElement")


def test_the_stepper_stays_above_its_minimum(visit):
    page = visit()
    quantity = page.locator("#id_quantity").first
    quantity.fill("51")
    less = page.locator(".stepper").first.get_by_role("button", name="Fewer")
    less.click()
    less.click()
    assert quantity.input_value() == "50"


def test_a_copied_order_number_has_no_spaces(visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the order number").click()
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "80916059001026709"


@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/ma/", "/nothing-here/"])
@pytest.mark.parametrize(("width", "text"), [(360, 100), (768, 100), (1280, 100), (1280, 200)])
def test_nothing_scrolls_sideways(visit, path, width, text):
    """Down to 360 px, and with text alone at twice its size."""
    page = visit(path, width=width, language="zh-hans")
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/ma/"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_axe_and_nothing_for_the_security_policy(visit, path, theme):
    page = visit(path, theme=theme)
    assert not page.complaints
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    serious = [
        (one["id"], node["html"][:160], node["failureSummary"][:200])
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert not serious


def test_choosing_a_file_in_the_admin_troubles_no_script(visit, live_server, settings, tmp_path):
    settings.OPS_NEED_SECOND_FACTOR = False
    olivia = User.objects.create_superuser("olivia@demo.example", "demo", name="Olivia")
    signed_in = Client()
    signed_in.force_login(olivia, backend="django.contrib.auth.backends.ModelBackend")
    session = {"name": "sessionid", "value": signed_in.cookies["sessionid"].value, "url": live_server.url}
    page = visit("/admin/orders/bankstatement/upload/", cookies=[session])
    statement = tmp_path / "day.sta"
    statement.write_bytes(b"junk")
    page.set_input_files("input[type=file]", statement)
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_selector(".field__error")
    page.set_input_files("input[type=file]", statement)
    page.wait_for_timeout(200)
    assert not [told for told in page.complaints if "422" not in told]
