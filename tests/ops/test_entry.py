"""Who may enter the admin: ops with a second factor, and nobody else learns that it is there."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver

from assurance.accounts import roles
from tests import factories
from tests.ops.conftest import World, sign_in


def addresses() -> list[str]:
    """Every address of the admin's own URL configuration, with something in each blank."""
    found = []
    blanks = {"object_id": "1", "pk": "1", "act": "approve", "key": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
    blanks |= {"app_label": "orders", "content_type_id": "1", "url": "x"}

    def walk(patterns: list[Any], prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern):
                found.append(_filled(route, blanks))

    walk(list(admin.site.urls[0]), "/admin/")
    return found


def _filled(route: str, blanks: dict[str, str]) -> str:
    if "(?P" in route:
        return "/admin/orders/" if "app_label" in route else "/admin/x/"
    for name, value in blanks.items():
        for kind in ("path:", "int:", "slug:", "uuid:", "str:", ""):
            route = route.replace(f"<{kind}{name}>", value)
    assert "<" not in route, route
    return route


@pytest.mark.django_db
def test_nobody_is_sent_to_the_portals_sign_in_from_every_address():
    for address in addresses():
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert answer.url.startswith("/account/login/?next="), address


@pytest.mark.django_db
def test_for_buyers_and_sellers_the_admin_does_not_exist(world: World):
    for person in (world.alice, world.ming):
        client = sign_in(person)
        for address in addresses():
            assert client.get(address).status_code == 404, address
            assert client.post(address).status_code == 404, address


@pytest.mark.django_db
def test_ops_without_a_second_factor_are_sent_to_set_it_up(every_role: None, world: World):
    olivia = factories.person("olivia")
    roles.assign(olivia, roles.REVIEWER)
    client = sign_in(olivia)
    answer = client.get("/admin/claims/claim/")
    assert (answer.status_code, answer.url) == (302, "/account/2fa/totp/activate/")
    assert (
        client.post(f"/admin/claims/claim/act/approve/?ids={world.claim.pk}", {"reason": "x"}).status_code
        == 302
    )
    world.claim.refresh_from_db()
    assert world.claim.state == "in_review"
    TOTP.activate(olivia, generate_totp_secret())
    assert client.get("/admin/claims/claim/").status_code == 200


@pytest.mark.django_db
def test_a_person_whose_roles_are_taken_is_out_at_once(every_role: None, without_second_factor: None):
    olivia = factories.person("olivia")
    roles.assign(olivia, roles.RISK)
    client = sign_in(olivia)
    assert client.get("/admin/").status_code == 200
    roles.assign(olivia)
    assert client.get("/admin/").status_code == 404


@pytest.mark.django_db
def test_only_the_admin_may_evaluate_and_style_inline(ops: Any):
    policy = ops("reviewer").get("/admin/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "http" not in policy
    elsewhere = Client().get("/account/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in elsewhere


@pytest.mark.django_db
def test_signing_out_of_the_admin_signs_out(ops: Any):
    client = ops("reviewer")
    assert client.get("/admin/logout/").url == "/account/logout/"
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/").url == "/"
    assert client.get("/admin/").status_code == 302
