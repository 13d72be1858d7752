"""What each role may see and do, against a literal table."""

from typing import Any

import pytest
from django.contrib import admin

from assurance.ops.detail import DetailAdmin
from tests.ops.conftest import World

REVIEWER, FINANCE, RISK, ADMINISTRATOR = "reviewer", "finance", "risk", "administrator"
ALL = {REVIEWER, FINANCE, RISK, ADMINISTRATOR}

MAY_SEE = {
    "claims/claim": ALL,
    "claims/exemption": {REVIEWER, ADMINISTRATOR},
    "orders/order": ALL,
    "orders/refund": {FINANCE, ADMINISTRATOR},
    "orders/bankline": {FINANCE, ADMINISTRATOR},
    "orders/bankstatement": {FINANCE, ADMINISTRATOR},
    "orders/takenback": {FINANCE, ADMINISTRATOR},
    "orders/return": {FINANCE, ADMINISTRATOR},
    "coupons/coupon": ALL,
    "coupons/recovery": ALL,
    "coupons/storecoupon": ALL,
    "sellers/seller": ALL,
    "sellers/campaign": ALL,
    "sellers/company": {RISK, ADMINISTRATOR},
    "sellers/debt": {FINANCE, RISK, ADMINISTRATOR},
    "sellers/withdrawal": {FINANCE, ADMINISTRATOR},
    "ledger/account": {FINANCE, ADMINISTRATOR},
    "ledger/transfer": {FINANCE, ADMINISTRATOR},
    "kernel/policyversion": ALL,
    "kernel/exchangerate": {FINANCE, ADMINISTRATOR},
    "logistics/line": ALL,
    "logistics/freighttemplate": {ADMINISTRATOR},
    "accounts/user": {ADMINISTRATOR},
}

MAY_DO = {
    ("claims/claim", "approve"): {REVIEWER, ADMINISTRATOR},
    ("claims/claim", "reject"): {REVIEWER, ADMINISTRATOR},
    ("orders/order", "exempt"): {REVIEWER, ADMINISTRATOR},
    ("claims/exemption", "make-region"): {ADMINISTRATOR},
    ("claims/exemption", "carry-out"): {ADMINISTRATOR},
    ("claims/exemption", "discard"): {ADMINISTRATOR},
    ("claims/exemption", "end"): {ADMINISTRATOR},
    ("orders/refund", "rule"): {FINANCE, ADMINISTRATOR},
    ("orders/bankline", "assign"): {FINANCE, ADMINISTRATOR},
    ("orders/bankline", "set-aside"): {FINANCE, ADMINISTRATOR},
    ("orders/bankstatement", "take-in"): {FINANCE, ADMINISTRATOR},
    ("orders/bankstatement", "discard"): {FINANCE, ADMINISTRATOR},
    ("orders/takenback", "settle"): {FINANCE, ADMINISTRATOR},
    ("orders/return", "returned"): {FINANCE, ADMINISTRATOR},
    ("sellers/seller", "open"): {RISK, ADMINISTRATOR},
    ("sellers/campaign", "make"): {ADMINISTRATOR},
    ("sellers/campaign", "change"): {ADMINISTRATOR},
    ("kernel/exchangerate", "make"): {FINANCE, ADMINISTRATOR},
    ("kernel/policyversion", "announce"): {ADMINISTRATOR},
    ("logistics/line", "make"): {ADMINISTRATOR},
    ("logistics/line", "change"): {ADMINISTRATOR},
    ("logistics/line", "reach"): {ADMINISTRATOR},
    ("logistics/line", "drop"): {ADMINISTRATOR},
    ("logistics/freighttemplate", "price"): {ADMINISTRATOR},
    ("accounts/user", "roles"): {ADMINISTRATOR},
}


def shown() -> dict[str, Any]:
    """The pages that the admin really has."""
    return {
        f"{model._meta.app_label}/{model._meta.model_name}": page
        for model, page in admin.site._registry.items()
    }


def test_the_tables_name_every_page_and_every_act():
    pages = shown()
    assert set(MAY_SEE) == set(pages)
    assert set(MAY_DO) == {(name, act.name) for name, page in pages.items() for act in page.acts}


def test_no_page_adds_edits_or_deletes():
    for page in shown().values():
        assert isinstance(page, DetailAdmin)
        assert not page.has_add_permission(None)
        assert not page.has_change_permission(None)
        assert not page.has_delete_permission(None)


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ALL))
def test_a_role_sees_its_lists_only(ops: Any, role: str):
    client = ops(role)
    for page, may in MAY_SEE.items():
        wanted = 200 if role in may else 403
        assert client.get(f"/admin/{page}/").status_code == wanted, page


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ALL))
def test_a_role_does_its_acts_only(ops: Any, world: World, role: str):
    """With an object that is there, who may act gets the form and who may not is refused, read or sent."""
    client = ops(role)
    for (page, act), may in MAY_DO.items():
        thing = shown()[page].model.objects.order_by("pk").first()
        address = f"/admin/{page}/act/{act}/?ids={thing.pk if thing else 1}"
        if role in may:
            assert client.get(address).status_code == (200 if thing or "make" in act else 404), address
        else:
            assert client.get(address).status_code == 403, address
            assert client.post(address, {"reason": "because"}).status_code == 403, address
    world.claim.refresh_from_db()
    assert world.claim.state == "in_review"


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ALL))
def test_the_navigation_names_only_what_the_role_may_see(ops: Any, role: str):
    home = ops(role).get("/admin/").content.decode()
    for page, may in MAY_SEE.items():
        assert (f'href="/admin/{page}/"' in home) == (role in may), page


@pytest.mark.django_db
def test_without_a_role_there_is_nothing(ops: Any, world: World):
    assert ops().get("/admin/").status_code == 404


@pytest.mark.django_db
def test_links_lead_only_where_the_reader_may_go(ops: Any, world: World):
    address = f"/admin/claims/claim/{world.claim.pk}/change/"
    assert "/admin/ledger/transfer/" not in ops(REVIEWER).get(address).content.decode()
    assert "/admin/ledger/transfer/" in ops(FINANCE).get(address).content.decode()
