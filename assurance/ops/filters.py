"""Filters of the admin's lists."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


def one_of(column: str, name: Any, choices: Sequence[tuple[str, Any]]) -> type[admin.SimpleListFilter]:
    """A filter by known values of a column; Django's own would first collect them from all the rows."""

    class OneOf(admin.SimpleListFilter):
        title = name
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{column: self.value()}) if self.value() in dict(choices) else queryset

    return OneOf
