"""Signing up as a buyer or a seller, all or nothing."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from assurance.accounts.models import User
from assurance.kernel.models import Event
from sellers.models import Company, Seller, Staff
from sellers.queries import qualification
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-secret"


@pytest.fixture(autouse=True)
def no_throttle(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


def form(**changes: str) -> dict[str, str]:
    return {
        "purpose": "buy",
        "name": "Alice Moreno",
        "company": "",
        "country": "US",
        "language": "en",
        "email": "alice@example.com",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **changes,
    }


def send(**changes: str) -> Any:
    return Client().post("/account/signup/", form(**changes))


def test_a_buyer_signs_up_and_is_signed_in():
    client = Client()
    answer = client.post("/account/signup/", form(language="zh-hans", country="BR", company="Harbor & Pine"))
    assert (answer.status_code, answer.url) == (302, "/")
    alice = User.objects.get()
    assert (alice.name, alice.company, str(alice.country), alice.language) == (
        "Alice Moreno",
        "Harbor & Pine",
        "BR",
        "zh-hans",
    )
    assert not alice.is_staff
    assert not Seller.objects.exists()
    assert client.get("/account/settings/").status_code == 200
    assert [to for sent in mail.outbox for to in sent.to] == ["alice@example.com"]


def test_a_seller_gets_a_company_and_an_account_that_waits_to_be_opened():
    answer = send(purpose="sell", company="Qinghe Enamelware", country="CN", email="Ming@Example.com")
    assert (answer.status_code, answer.url) == (302, "/ma/")
    ming = User.objects.get(email="ming@example.com")
    shop = Seller.objects.get()
    assert (shop.name, shop.company.name, str(shop.company.country)) == (
        "Qinghe Enamelware",
        "Qinghe Enamelware",
        "CN",
    )
    assert qualification(shop, NOW) == "not_open"
    assert Staff.objects.get().user_id == ming.pk
    event = Event.objects.get(stream="seller", key=shop.pk)
    assert (event.kind, event.actor_role, event.actor_id) == ("applied", "seller", ming.pk)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"purpose": "sell"}, "company", "Selling needs the name of your company."),
        ({"purpose": "rob"}, "purpose", "Select a valid choice"),
        ({"name": ""}, "name", "This field is required"),
        ({"name": "x" * 121}, "name", "at most 120"),
        ({"country": "XX"}, "country", "Select a valid choice"),
        ({"language": "tlh"}, "language", "Select a valid choice"),
        ({"email": "not an address"}, "email", "valid email"),
        ({"password1": "short", "password2": "short"}, "password1", "at least 10 characters"),
        ({"password1": "passwordpassword1", "password2": "other"}, "password2", "same password"),
        ({"name": "a\x00b"}, "name", "Null characters"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_keeps_what_was_typed(
    changes: dict[str, str], field: str, says: str
):
    answer = send(**changes)
    assert answer.status_code == 200
    assert any(says in error for error in answer.context["form"].errors[field])
    assert not User.objects.exists()
    if "email" not in changes:
        assert "alice@example.com" in answer.content.decode()


def test_a_registered_company_is_not_joined_by_typing_its_name():
    send(purpose="sell", company="Qinghe Enamelware", email="ming@example.com")
    answer = send(purpose="sell", company="Qinghe Enamelware", email="mallory@example.com")
    assert "already registered" in answer.content.decode()
    assert (Company.objects.count(), User.objects.count()) == (1, 1)


def test_a_name_taken_in_this_very_moment_leaves_no_half_made_account(monkeypatch: Any):
    """Two sellers with one name: the second passes the form's check, and the service refuses."""
    from assurance.accounts.views import signup

    send(purpose="sell", company="Qinghe Enamelware", email="ming@example.com")
    monkeypatch.setattr(signup.Company.objects, "filter", lambda **_: Company.objects.none())
    monkeypatch.setattr(signup.Seller.objects, "filter", lambda **_: Seller.objects.none())
    answer = send(purpose="sell", company="Qinghe Enamelware", email="mallory@example.com")
    assert (answer.status_code, answer.url) == (302, "/account/signup/")
    assert User.objects.count() == 1


def test_an_address_in_use_is_not_told_to_strangers_when_mail_confirms(settings: Any):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    first, second = send(), send(name="Mallory")
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert User.objects.count() == 1


def test_where_mail_is_mandatory_nobody_signs_in_unconfirmed(settings: Any):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = Client()
    assert client.post("/account/signup/", form()).url == "/account/confirm-email/"
    assert client.get("/account/settings/").status_code == 302
    link = next(word for word in mail.outbox[0].body.split() if "/account/confirm-email/" in word)
    client.post(link)
    answer = client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert answer.url == "/"


def test_five_wrong_passwords_close_the_door_for_a_while(settings: Any):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
    send()
    client = Client()
    for _ in range(5):
        client.post("/account/login/", {"login": "alice@example.com", "password": "wrong"})
    answer = client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert "Too many failed login attempts" in answer.content.decode()
