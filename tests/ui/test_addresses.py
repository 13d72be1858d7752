"""Addresses take words of letters and digits: what no database text can hold is a page that is not there."""

from django.urls import URLPattern, URLResolver, path
from django.urls.converters import StringConverter

from assurance import urls_ma, urls_shop


def patterns(found):
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns)
        else:
            yield one


def loose(found: list[URLPattern]) -> list[str]:
    return [
        str(one.pattern)
        for one in patterns(found)
        if StringConverter in map(type, one.pattern.converters.values())
    ]


def test_no_address_of_shop_and_office_takes_just_any_text():
    assert loose([*urls_shop.urlpatterns, *urls_ma.urlpatterns]) == []
    assert loose([path("<str:anything>/", lambda request, anything: None)]) == ["<str:anything>/"]


def test_an_order_number_with_a_null_byte_is_not_there(client, db):
    for address in ("/orders/%00/", "/ma/orders/%00/", "/pay/%00/", "/orders/%00/claim/"):
        assert client.get(address).status_code == 404
