"""What every page knows: the platform's present instant and zone, the reader's look, and the bars' counts."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from assurance.kernel import clock
from assurance.notices.models import Notice
from coupons import queries as coupons
from sellers.models import Staff

THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """`now` is one instant for the whole page; a view that decided something passes its own.

    The counts are lazy: a fragment or a page without bars asks the database for nothing.
    """
    # A page made for an error in the middleware may come before the person is known.
    user_id = request.user.pk if hasattr(request, "user") else None
    theme = request.COOKIES.get("theme", "")
    return {
        "now": SimpleLazyObject(clock.now),
        "zone": settings.PLATFORM_ZONE,
        "theme": theme if theme in THEMES else "",
        "here": request.resolver_match.view_name if request.resolver_match else "",
        "unread_notices": SimpleLazyObject(lambda: _unread(user_id)),
        "usable_coupons": SimpleLazyObject(
            lambda: coupons.count_usable(user_id, clock.now()) if user_id else 0
        ),
        "works_for_seller": SimpleLazyObject(lambda: _is_staff(user_id)),
    }


def _unread(user_id: int | None) -> int:
    return Notice.objects.filter(user_id=user_id, read_at=None).count() if user_id else 0


def _is_staff(user_id: int | None) -> bool:
    return Staff.objects.filter(user_id=user_id).exists() if user_id else False
