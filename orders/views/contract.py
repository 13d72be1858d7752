"""Versions of a contract in words, for both of its sides (ORD-1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django_countries import countries

from assurance.kernel.wording import day_text, money_text
from orders.models import Export, Order
from orders.queries import contract as contracts
from orders.queries.contract import Version
from orders.rules import terms
from orders.rules.contract import Change, Item, Way


@dataclass(frozen=True)
class Said:
    """One difference: of what, what it was, what it is now."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionSaid:
    """A version of a contract, with its differences from the one before in words."""

    version: Version
    changes: list[Said]


def versions_said(order: Order) -> list[VersionSaid]:
    """All versions of a contract that was changed, the newest first."""
    return [
        VersionSaid(version, [said(change) for change in version.changes])
        for version in contracts.versions(order)
    ]


def terms_text(agreed: terms.DispatchTerms) -> str:
    """When the goods leave, as it was agreed (ORD-4)."""
    if agreed.day is not None:
        return _("on %(day)s") % {"day": day_text(agreed.day)}
    n = agreed.days or 0
    if agreed.after == terms.INITIAL:
        return ngettext("%(n)d day after the initial payment", "%(n)d days after the initial payment", n) % {
            "n": n
        }
    return ngettext("%(n)d day after full payment", "%(n)d days after full payment", n) % {"n": n}


def said(change: Change) -> Said:
    """A change as a person reads it."""
    label, words = _PARTS[change.what]
    name = f"{_in_language(change.item.name, change.item.name_zh)} · {label()}" if change.item else label()
    return Said(name, words(change.before), words(change.after))


def _in_language(name: str, name_zh: str) -> str:
    return (name_zh if (get_language() or "").startswith("zh") else "") or name


def _money(amount: Any) -> str:
    return money_text(amount) if amount is not None else _("none")


def _initial(amount: Any) -> str:
    return money_text(amount) if amount is not None else _("all at once")


def _item(item: Item | None) -> str:
    return f"{item.quantity:,} × {money_text(item.price)}" if item else "–"


def _way(way: Way | None) -> str:
    return _in_language(way.name, way.name_zh) if way else _("none agreed")


_PARTS: dict[str, tuple[Callable[[], str], Callable[[Any], str]]] = {
    "added": (lambda: _("added"), _item),
    "removed": (lambda: _("removed"), _item),
    "quantity": (lambda: _("Quantity"), lambda n: f"{n:,}"),
    "price": (lambda: _("Unit price"), _money),
    "shipping": (lambda: _("Shipping fee"), _money),
    "way": (lambda: _("Shipping method"), _way),
    "destination": (lambda: _("Ship to"), lambda code: str(countries.name(code))),
    "dispatch": (lambda: _("Dispatch"), terms_text),
    "export": (lambda: _("Export mode"), lambda mode: str(Export(mode).label)),
    "discount": (lambda: _("Discount"), _money),
    "initial": (lambda: _("Initial payment"), _initial),
    "total": (lambda: _("Contract total"), _money),
}
