"""What a contract says, and what of it one side has changed. Pure decisions."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import Money
from assurance.kernel.rules import RuleViolation, rule
from orders.rules.terms import DispatchTerms


@dataclass(frozen=True)
class Item:
    """A product of a contract, with the price of one piece."""

    product: int
    name: str
    name_zh: str
    unit: str
    quantity: int
    price: Money


@dataclass(frozen=True)
class Way:
    """The line on which the goods travel. A line that is given another name is the same way."""

    line: int
    name: str = field(compare=False)
    name_zh: str = field(compare=False)


@dataclass(frozen=True)
class Contract:
    """What the two sides agree on. `initial` none: all at once; `way` none: how it is shipped is left open."""

    items: tuple[Item, ...]
    shipping: Money
    discount: Money
    total: Money
    initial: Money | None
    way: Way | None
    destination: str
    export: str
    dispatch: DispatchTerms


@dataclass(frozen=True)
class Change:
    """One difference between two versions. `item` is the product that `quantity` and `price` are of."""

    what: str
    before: Any
    after: Any
    item: Item | None = None


# In the order in which a person reads a contract.
_PARTS = ("shipping", "way", "destination", "dispatch", "export", "discount", "initial", "total")


@rule("ORD-1")
def changes(before: Contract, after: Contract) -> list[Change]:
    """What a later version says otherwise, product by product and then part by part."""
    old = {item.product: item for item in before.items}
    new = {item.product: item for item in after.items}
    found = [Change("removed", item, None, item) for pk, item in old.items() if pk not in new]
    for pk, item in new.items():
        if pk not in old:
            found.append(Change("added", None, item, item))
            continue
        for part in ("quantity", "price"):
            was, is_now = getattr(old[pk], part), getattr(item, part)
            if was != is_now:
                found.append(Change(part, was, is_now, item))
    for part in _PARTS:
        was, is_now = getattr(before, part), getattr(after, part)
        if was != is_now:
            found.append(Change(part, was, is_now))
    return found


@rule("ORD-1")
def check_seen(seen: int | None, *, version: int) -> None:
    """Refuse an answer to a version that has been replaced; none says that no version was shown."""
    if seen is not None and seen != version:
        raise RuleViolation(
            "ORD-1",
            _("The order has been changed since you saw it."),
            advice=_("Look at what has changed, then answer again."),
        )
