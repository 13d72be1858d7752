"""The frame of every page: language, look, security policy, errors."""

import re

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from assurance.ui import context

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shown(settings):
    settings.DEMO = True


def page(client, path="/styleguide/", **cookies):
    for name, value in cookies.items():
        client.cookies[name] = value
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_shop_opens_in_english_and_ma_in_chinese(client):
    browser = {"HTTP_ACCEPT_LANGUAGE": "zh-CN"}
    assert '<html lang="en"' in client.get("/styleguide/", **browser).content.decode()
    assert '<html lang="zh-Hans"' in client.get("/ma/nothing/", HTTP_ACCEPT_LANGUAGE="en").content.decode()


def test_the_choice_of_language_holds_everywhere_and_keeps_the_page(client):
    answer = client.post(reverse("ui:language"), {"language": "zh-hans", "next": "/styleguide/?after=7"})
    assert answer.url == "/styleguide/?after=7"
    assert '<html lang="zh-Hans"' in page(client)
    client.post(reverse("ui:language"), {"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/ma/nothing/").content.decode()


def test_the_choice_is_remembered_for_mail(client, django_user_model):
    user = django_user_model.objects.create_user("a@example.com", "x", name="A")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("ui:language"), {"language": "zh-hans", "next": "/"})
    client.post(reverse("ui:language"), {"language": "xx", "next": "/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


def test_an_unknown_language_is_ignored(client):
    assert '<html lang="en"' in page(client, django_language="xx")


@pytest.mark.parametrize(
    ("cookie", "written"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><b>', "")]
)
def test_the_chosen_theme_is_in_the_first_byte_of_the_page(client, cookie, written):
    assert re.findall(r'<html lang="en"([^>]*)>', page(client, theme=cookie)) == [written]


def test_nothing_in_a_page_needs_more_than_the_security_policy_gives(client):
    html = page(client)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert "default-src 'self'" in client.get("/styleguide/").headers["Content-Security-Policy"]


def test_every_control_of_the_style_guide_has_a_name_and_every_id_is_one(client):
    html = page(client)
    ids = re.findall(r'\sid="([^"]+)"', html)
    doubled = {one for one in ids if ids.count(one) > 1 and not one.startswith("id_")}
    assert not doubled
    for target in re.findall(r'aria-labelledby="([^"]+)"', html):
        assert set(target.split()) <= set(ids)


def test_the_style_guide_is_not_part_of_a_portal(client, settings):
    settings.DEMO = settings.DEBUG = False
    assert client.get("/styleguide/").status_code == 404
    assert client.get("/styleguide/ma/").status_code == 404


def test_an_address_without_a_page_says_so_in_our_look(client):
    answer = client.get("/nothing-here/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_the_error_page_needs_neither_request_nor_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "An error on our side" in answer.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429"])
def test_error_pages_render_before_the_person_is_known(name):
    request = RequestFactory().get("/")
    request.resolver_match = None
    assert "<h1>" in get_template(f"{name}.html").render({}, request)


def test_the_bars_ask_the_database_only_when_they_are_shown(rf, django_user_model, django_assert_num_queries):
    request = rf.get("/")
    request.user = django_user_model.objects.create_user("a@example.com", "x", name="A")
    request.resolver_match = None
    with django_assert_num_queries(0):
        known = context.page(request)
    with django_assert_num_queries(2):
        assert known["unread_notices"] == 0
        assert not known["works_for_seller"]
