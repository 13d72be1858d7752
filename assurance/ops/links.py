"""Ways between the pages of the admin: from an object to its page, for who may see it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.urls import reverse

from assurance.ledger.models import Transfer
from assurance.ops.sheets import Link
from assurance.ui import parts
from coupons.models import Redemption
from orders.models import BankLine, Order, Refund, Return
from sellers.models import Seller

# What can cause a transfer or a debt, by the name that the ledger knows it by; each with what its own name takes.
CAUSES: dict[str, QuerySet[Any]] = {
    "bank_line": BankLine.objects.all(),
    "order": Order.objects.all(),
    "redemption": Redemption.objects.select_related("coupon"),
    "refund": Refund.objects.select_related("order"),
    "return": Return.objects.all(),
    "seller": Seller.objects.all(),
}


def to(user: Any, model: type[Model], pk: int | None, text: Any) -> Link:
    """A link to a row's page, or its text alone where the reader's role does not show such pages."""
    opts = model._meta
    if pk is None or not user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
        return Link(text, "")
    return Link(text, reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[pk]))


def to_order(user: Any, order: Order | None) -> Link | None:
    return to(user, Order, order.pk, parts.order_no(order.number)) if order is not None else None


def to_thing(user: Any, thing: Model) -> Link:
    return to(user, type(thing), thing.pk, named(thing))


def named(thing: Model) -> str:
    """What the page about it is headed with, so that it is called the same wherever it is spoken of."""
    page: Any = admin.site.get_model_admin(type(thing))
    return str(page.heading(thing))


def causes(found: Iterable[Transfer]) -> dict[int, str]:
    """What caused each of these transfers, by its name; one query for each kind of cause."""
    wanted: dict[str, set[int]] = defaultdict(set)
    found = list(found)
    for transfer in found:
        wanted[transfer.cause].add(transfer.cause_id)
    things = {cause: CAUSES[cause].in_bulk(pks) for cause, pks in wanted.items()}
    return {one.pk: named(_shown_by(things[one.cause][one.cause_id])) for one in found}


def to_cause(user: Any, cause: str, cause_id: int) -> Link:
    """From a transfer or a debt to what caused it."""
    return to_thing(user, _shown_by(CAUSES[cause].get(pk=cause_id)))


def _shown_by(thing: Model) -> Model:
    """A redemption is shown on its coupon's page, everything else on its own."""
    return thing.coupon if isinstance(thing, Redemption) else thing
