"""What every page knows: the platform's present instant and zone, and the reader's look."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from assurance.kernel import clock

THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """`now` is one instant for the whole page; a view that decided something passes its own."""
    theme = request.COOKIES.get("theme", "")
    return {
        "now": SimpleLazyObject(clock.now),
        "zone": settings.PLATFORM_ZONE,
        "theme": theme if theme in THEMES else "",
        "here": request.resolver_match.view_name if request.resolver_match else "",
    }
