"""Pages by key: each says where the next one starts, so a deep page costs what the first does.

A row that is added or goes while somebody pages neither repeats nor hides another.
"""

import base64
import binascii
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest

from assurance.api.fields import Digits, Request

LIMIT, MOST = 50, 200


class Listed(NamedTuple):
    """One page: its rows, and the address of the next one if there is one."""

    rows: list[Any]
    next: str | None


class Cursor(serializers.CharField):
    """Where a page starts: opaque to clients, within a row's id."""

    default_error_messages = {"invalid": _("Take the cursor from the `next` of an earlier page.")}

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        try:
            text = base64.urlsafe_b64decode(data.encode("ascii") + b"==").decode("ascii")
        except (UnicodeError, binascii.Error):
            self.fail("invalid")
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            self.fail("invalid")
        return int(text)


class Paged(Request):
    """What every list takes."""

    cursor = Cursor(required=False, help_text="From the `next` of the page before.")
    limit = Digits(min_value=1, max_value=MOST, default=LIMIT, help_text="How many at most.")


def page_of(rows: QuerySet[Any], wanted: dict[str, Any], request: HttpRequest) -> Listed:
    """One page of rows, newest first by id, and the address of the next."""
    if "cursor" in wanted:
        rows = rows.filter(pk__lt=wanted["cursor"])
    found = list(rows.order_by("-pk")[: wanted["limit"] + 1])
    if len(found) <= wanted["limit"]:
        return Listed(found, None)
    found.pop()
    query = request.query_params.copy()
    query["cursor"] = base64.urlsafe_b64encode(str(found[-1].pk).encode()).decode().rstrip("=")
    return Listed(found, request.build_absolute_uri(f"?{query.urlencode()}"))
