"""The country a visitor shops for: chosen with `?to=`, remembered in a cookie, else the person's own."""

from django.http import HttpRequest, HttpResponse
from django_countries import countries

from assurance.ui.countries import by_name
from logistics import queries as logistics

COOKIE = "destination"
YEAR = 365 * 24 * 3600
FIRST = "US"


def of_request(request: HttpRequest) -> str:
    """The ISO code of the destination, always of a country that exists."""
    own = str(request.user.country) if request.user.is_authenticated else ""
    for code in (request.GET.get("to", ""), request.COOKIES.get(COOKIE, ""), own):
        if code in countries:
            return code
    return FIRST


def remember(request: HttpRequest, response: HttpResponse, country: str) -> None:
    """Keep a choice just made for the next pages."""
    if request.GET.get("to") == country and request.COOKIES.get(COOKIE) != country:
        response.set_cookie(COOKIE, country, max_age=YEAR, samesite="Lax", httponly=True)


def choices(current: str) -> list[tuple[str, str]]:
    """The countries that lines reach, and the current one, by their names in the reader's language."""
    return by_name({*logistics.destinations(), current})
