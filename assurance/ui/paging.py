"""Keyset paging: a page begins after a row and not at an offset, so that a late page costs what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)
BETWEEN = "~"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list; `previous` and `next` are addresses within the page, empty at an end."""

    rows: list[Row]
    previous: str
    next: str

    @property
    def shown(self) -> int:
        return len(self.rows)


def page(rows: QuerySet[Row], keys: Sequence[str], query: QueryDict, *, size: int = 20) -> Page[Row]:
    """One page, in the order of `keys` ("-id", or "first_price", "id"), which together name a row.

    `query` is the page's own: `after` or `before` in it says where the page begins. What makes no sense
    there gives the first page.
    """
    backwards = "before" in query
    edge = _edge(rows, keys, query.get("before" if backwards else "after", ""))
    if edge is None:
        backwards = False
    else:
        rows = rows.filter(_beyond(keys, edge, backwards=backwards))
    order = [_turned(key) for key in keys] if backwards else list(keys)
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return Page(
        rows=found,
        previous=_link(query, "before", keys, found[0]) if found and (more if backwards else edge) else "",
        next=_link(query, "after", keys, found[-1]) if found and (more or backwards) else "",
    )


def _name(key: str) -> str:
    return key.removeprefix("-")


def _turned(key: str) -> str:
    return _name(key) if key.startswith("-") else f"-{key}"


def _edge(rows: QuerySet[Row], keys: Sequence[str], text: str) -> list[Any] | None:
    parts = text.split(BETWEEN)
    if len(parts) != len(keys):
        return None
    try:
        return [_field(rows, key).to_python(part) for key, part in zip(keys, parts, strict=True)]
    except (ValidationError, ValueError, OverflowError):
        return None


def _field(rows: QuerySet[Row], key: str) -> Any:
    annotation = rows.query.annotations.get(_name(key))
    return annotation.output_field if annotation is not None else rows.model._meta.get_field(_name(key))


def _beyond(keys: Sequence[str], edge: Sequence[Any], *, backwards: bool) -> Q:
    """Rows on the far side of the edge: a later first key, or the same and a later second one, and so on."""
    found, same = Q(), Q()
    for key, value in zip(keys, edge, strict=True):
        descending = key.startswith("-") != backwards
        found |= same & Q(**{f"{_name(key)}__{'lt' if descending else 'gt'}": value})
        same &= Q(**{_name(key): value})
    return found


def _link(query: QueryDict, where: str, keys: Sequence[str], row: Row) -> str:
    kept = query.copy()
    kept.pop("after", None)
    kept.pop("before", None)
    kept[where] = BETWEEN.join(str(getattr(row, _name(key))) for key in keys)
    return f"?{kept.urlencode()}"
