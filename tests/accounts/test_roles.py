"""Roles as the migration made them, against a literal table; and giving and taking them."""

import pytest
from django.contrib.auth.models import Group

from assurance.accounts import roles
from assurance.accounts.services import people
from assurance.kernel.models import Event
from tests import factories
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_role")]

COMMON = {
    "claims.view_claim",
    "coupons.view_coupon",
    "coupons.view_recovery",
    "coupons.view_storecoupon",
    "kernel.view_policyversion",
    "logistics.view_line",
    "orders.view_order",
    "sellers.view_seller",
    "sellers.view_campaign",
}
OWN = {
    "reviewer": {"claims.change_claim", "claims.add_exemption", "claims.view_exemption"},
    "finance": {
        "ledger.view_account",
        "ledger.view_transfer",
        "orders.view_bankline",
        "orders.change_bankline",
        "orders.view_bankstatement",
        "orders.add_bankstatement",
        "orders.view_return",
        "orders.view_takenback",
        "kernel.view_exchangerate",
        "kernel.add_exchangerate",
        "orders.change_takenback",
        "orders.change_return",
        "orders.view_refund",
        "orders.change_refund",
        "sellers.view_debt",
        "sellers.view_withdrawal",
    },
    "risk": {"sellers.change_seller", "sellers.view_company", "sellers.view_debt"},
}
OWN["administrator"] = {
    *OWN["reviewer"],
    *OWN["finance"],
    *OWN["risk"],
    "claims.change_exemption",
    "kernel.add_policyversion",
    "sellers.add_campaign",
    "sellers.change_campaign",
    "logistics.add_line",
    "logistics.change_line",
    "logistics.view_freighttemplate",
    "logistics.change_freighttemplate",
    "accounts.view_user",
    "accounts.change_user",
}


def test_the_groups_are_these_with_these_permissions():
    found = {
        group.name: {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
        for group in Group.objects.prefetch_related("permissions__content_type")
    }
    assert found == {name: COMMON | own for name, own in OWN.items()}
    assert set(roles.NAMES) == set(OWN)


def test_a_role_makes_ops_and_losing_the_last_one_ends_it():
    olivia = factories.person("olivia")
    roles.assign(olivia, "finance", "reviewer")
    assert olivia.is_staff
    assert roles.of(olivia) == ["reviewer", "finance"]
    roles.assign(olivia)
    assert not olivia.is_staff
    assert roles.of(olivia) == []


def test_an_unknown_role_is_an_error():
    with pytest.raises(ValueError, match="no such role: king"):
        roles.assign(factories.person(), "king")


def test_setting_roles_is_on_record_once():
    olivia = factories.person("olivia")
    for _ in range(2):
        people.set_roles(user_id=olivia.pk, names=["risk"], reason="Joined the team.", at=NOW)
    event = Event.objects.get(stream="user", key=olivia.pk)
    assert event.data == {"before": [], "roles": ["risk"], "reason": "Joined the team."}
