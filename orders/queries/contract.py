"""The contract of an order, its earlier versions, and what changed from one to the next (ORD-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assurance.kernel.money import Money, from_minor, to_minor
from orders.models import ContractVersion, Order, OrderLine
from orders.queries.facts import terms_of
from orders.rules.contract import Change, Contract, Item, Way, changes
from orders.rules.terms import DispatchTerms


def contract_of(order: Order, lines: Iterable[OrderLine]) -> Contract:
    """What an order says now."""
    return Contract(
        items=tuple(
            Item(line.product_id, line.name, line.name_zh, line.unit, line.quantity, line.price)
            for line in lines
        ),
        shipping=order.shipping,
        discount=order.discount,
        total=order.total,
        initial=order.initial,
        way=Way(order.line.pk, order.line.name, order.line.name_zh) if order.line else None,
        destination=str(order.destination),
        export=order.export,
        dispatch=terms_of(order),
    )


def as_json(contract: Contract) -> dict[str, Any]:
    """A contract as it is kept: amounts in minor units of its currency."""
    dispatch, way = contract.dispatch, contract.way
    return {
        "currency": contract.total.currency.code,
        "items": [
            [item.product, item.name, item.name_zh, item.unit, item.quantity, to_minor(item.price)]
            for item in contract.items
        ],
        **{name: to_minor(getattr(contract, name)) for name in ("shipping", "discount", "total")},
        "initial": to_minor(contract.initial) if contract.initial is not None else None,
        "way": [way.line, way.name, way.name_zh] if way else None,
        **{name: getattr(contract, name) for name in ("destination", "export")},
        "dispatch": [dispatch.days, dispatch.after, dispatch.day.isoformat() if dispatch.day else None],
    }


def from_json(kept: dict[str, Any]) -> Contract:
    """The contract that `as_json` kept."""

    def money(minor: int) -> Money:
        return from_minor(minor, kept["currency"])

    days, after, day = kept["dispatch"]
    return Contract(
        items=tuple(
            Item(product, name, name_zh, unit, quantity, money(price))
            for product, name, name_zh, unit, quantity, price in kept["items"]
        ),
        shipping=money(kept["shipping"]),
        discount=money(kept["discount"]),
        total=money(kept["total"]),
        initial=money(kept["initial"]) if kept["initial"] is not None else None,
        way=Way(*kept["way"]) if kept["way"] else None,
        destination=kept["destination"],
        export=kept["export"],
        dispatch=DispatchTerms(days, after, date.fromisoformat(day) if day else None),
    )


@dataclass(frozen=True)
class Version:
    """One version with what it changed of the one before; nothing for the first."""

    number: int
    made_by: str
    made_at: datetime
    contract: Contract
    changes: list[Change]


def versions(order: Order) -> list[Version]:
    """All versions of a contract that was changed, the newest first, in one query; none for all others."""
    if order.version == 1:
        return []
    found: list[Version] = []
    for row in ContractVersion.objects.filter(order=order).order_by("number"):
        contract = from_json(row.terms)
        changed = changes(found[-1].contract, contract) if found else []
        found.append(Version(row.number, row.made_by, row.made_at, contract, changed))
    return found[::-1]


def since(order: Order, seen: int) -> list[Change]:
    """What has changed since a version that somebody saw; nothing where there was no such version."""
    known = {version.number: version.contract for version in versions(order)}
    if seen not in known or order.version not in known:
        return []
    return changes(known[seen], known[order.version])
