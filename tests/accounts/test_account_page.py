"""The account page: one's own details, addresses and tokens, and nobody else's."""

from typing import Any

import pytest
from django.test import Client

from assurance.accounts.models import Address, ApiToken, User
from assurance.accounts.services import addresses, tokens
from assurance.kernel.models import Event
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOME = {
    "recipient": "Alice Moreno",
    "phone": "",
    "street": "211 Throop Ave",
    "city": "New York",
    "region": "NY",
    "postcode": "11206",
    "country": "US",
}


@pytest.fixture
def alice() -> User:
    return factories.person("alice", language="en")


@pytest.fixture
def stranger() -> User:
    return factories.person("zoe", language="en")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("path", ["settings/", "addresses/new/", "addresses/1/"])
def test_nobody_is_sent_to_sign_in(path: str):
    answer = Client().get(f"/account/{path}")
    assert answer.url == f"/account/login/?next=/account/{path}"


def test_details_are_saved_once_and_on_record(alice: User):
    client = client_of(alice)
    sent = {"name": "Alicia", "company": "Harbor", "country": "BR", "language": "zh-hans"}
    for _ in range(2):
        assert client.post("/account/settings/", sent).url == "/account/settings/"
    alice.refresh_from_db()
    assert (alice.name, alice.company, str(alice.country), alice.language) == (
        "Alicia",
        "Harbor",
        "BR",
        "zh-hans",
    )
    assert Event.objects.filter(stream="user", key=alice.pk).count() == 1


def test_wrong_details_are_told_and_nothing_is_lost(alice: User):
    answer = client_of(alice).post(
        "/account/settings/", {"name": "", "company": "Harbor", "country": "XX", "language": "x"}
    )
    assert answer.status_code == 422
    assert set(answer.context["details"].errors) == {"name", "country", "language"}
    assert 'value="Harbor"' in answer.content.decode()
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_a_chosen_language_holds_on_every_page_and_none_leaves_it_to_the_surface(alice: User):
    client = client_of(alice)
    assert '<html lang="en"' in client.get("/account/settings/").content.decode()
    User.objects.update(language="zh-hans")
    assert '<html lang="zh-Hans"' in client.get("/account/settings/").content.decode()
    User.objects.update(language="")
    assert '<html lang="en"' in client.get("/account/settings/").content.decode()


def test_the_switch_is_remembered_with_the_person(alice: User):
    client_of(alice).post("/language/", {"language": "zh-hans", "next": "/account/settings/"})
    alice.refresh_from_db()
    assert alice.language == "zh-hans"
    assert '<html lang="zh-Hans"' in client_of(alice).get("/account/settings/").content.decode()


def test_the_first_address_is_the_default_and_another_can_become_it(alice: User):
    client = client_of(alice)
    client.post("/account/addresses/new/", HOME)
    client.post("/account/addresses/new/", {**HOME, "street": "1 Main St", "is_default": "on"})
    assert dict(Address.objects.values_list("street", "is_default")) == {
        "211 Throop Ave": False,
        "1 Main St": True,
    }


def test_a_double_click_writes_one_address(alice: User):
    client = client_of(alice)
    for _ in range(2):
        client.post("/account/addresses/new/", HOME)
    assert Address.objects.count() == 1


def test_deleting_the_default_makes_another_one_it(alice: User):
    first = addresses.save(user_id=alice.pk, values=HOME)
    addresses.save(user_id=alice.pk, values={**HOME, "street": "1 Main St"})
    client = client_of(alice)
    for _ in range(2):
        assert client.post(f"/account/addresses/{first.pk}/delete/").status_code == 302
    assert Address.objects.get().is_default


def test_wrong_addresses_are_told_and_nothing_is_lost(alice: User):
    answer = client_of(alice).post(
        "/account/addresses/new/", {**HOME, "country": "XX", "recipient": "", "city": "y" * 101}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"country", "recipient", "city"}
    assert "211 Throop Ave" in answer.content.decode()
    assert not Address.objects.exists()


@pytest.mark.parametrize(
    ("phone", "is_one"),
    [
        ("+86 (533) 555-0100", True),
        ("0533.555.0100 ext. 12", True),
        ("13800138000转8", True),
        ("abc电话", False),
        ("12", False),
        ("-----", False),
    ],
)
def test_a_phone_number_is_digits_however_they_are_grouped(alice: User, phone: str, is_one: bool):
    client_of(alice).post("/account/addresses/new/", {**HOME, "phone": phone})
    assert Address.objects.exists() == is_one


def test_an_address_book_is_not_filled_without_end(alice: User, monkeypatch: Any):
    monkeypatch.setattr(addresses, "AT_MOST", 1)
    addresses.save(user_id=alice.pk, values=HOME)
    answer = client_of(alice).post("/account/addresses/new/", {**HOME, "street": "1 Main St"})
    assert answer.status_code == 422
    assert "An address book holds 1 addresses." in answer.content.decode()


def test_a_strangers_address_is_not_there(alice: User, stranger: User):
    theirs = addresses.save(user_id=alice.pk, values=HOME)
    client = client_of(stranger)
    assert client.get(f"/account/addresses/{theirs.pk}/").status_code == 404
    assert client.post(f"/account/addresses/{theirs.pk}/", {**HOME, "city": "Rome"}).status_code == 404
    client.post(f"/account/addresses/{theirs.pk}/delete/")
    theirs.refresh_from_db()
    assert theirs.city == "New York"


def test_a_token_is_shown_once_and_kept_as_a_digest(alice: User):
    client = client_of(alice)
    page = client.post("/account/tokens/new/", {"label": "warehouse"}).content.decode()
    token = ApiToken.objects.get()
    plain = page.split('id="plain">')[1].split("<")[0]
    assert plain.startswith("ta_")
    assert token.digest == tokens.digest(plain)
    assert plain not in client.get("/account/settings/").content.decode()
    assert tokens.found(plain, at=NOW) == token


def test_the_page_with_a_token_reloaded_makes_no_second_one(alice: User):
    client = client_of(alice)
    client.post("/account/tokens/new/", {"label": "warehouse"})
    answer = client.post("/account/tokens/new/", {"label": "warehouse"})
    assert answer.status_code == 422
    assert "You have a token with this label." in answer.content.decode()
    assert ApiToken.objects.count() == 1


def test_a_revoked_token_opens_nothing(alice: User, stranger: User):
    token, plain = tokens.make(user_id=alice.pk, label="warehouse", at=NOW)
    client_of(stranger).post(f"/account/tokens/{token.pk}/revoke/")
    assert tokens.found(plain, at=NOW) == token
    client = client_of(alice)
    for _ in range(2):
        assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.found(plain, at=NOW) is None
    assert Event.objects.filter(stream="user", kind="token_revoked").count() == 1


@pytest.mark.parametrize("path", ["addresses/1/delete/", "tokens/new/", "tokens/1/revoke/"])
def test_what_changes_something_is_not_done_by_following_a_link(alice: User, path: str):
    assert client_of(alice).get(f"/account/{path}").status_code == 405
