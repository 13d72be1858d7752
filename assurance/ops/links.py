"""Ways between the pages of the admin: from an object to its page, for who may see it."""

from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from assurance.ops.sheets import Link
from coupons.models import Redemption
from orders.models import BankLine, Order, Refund, Return
from sellers.models import Seller

# What can cause a transfer or a debt, by the name that the ledger knows it by.
CAUSES: dict[str, type[Model]] = {
    "bank_line": BankLine,
    "order": Order,
    "redemption": Redemption,
    "refund": Refund,
    "return": Return,
    "seller": Seller,
}


def to(user: Any, model: type[Model], pk: int | None, text: Any) -> Link:
    """A link to a row's page, or its text alone where the reader's role does not show such pages."""
    opts = model._meta
    if pk is None or not user.has_perm(f"{opts.app_label}.view_{opts.model_name}"):
        return Link(text, "")
    return Link(text, reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[pk]))


def to_thing(user: Any, thing: Model | None) -> Link | None:
    return to(user, type(thing), thing.pk, str(thing)) if thing is not None else None


def cause_name(cause: str) -> str:
    """What an object is called that the ledger names as a cause."""
    if cause == "redemption":
        return _("coupon use")
    return str(CAUSES[cause]._meta.verbose_name) if cause in CAUSES else cause


def to_cause(user: Any, cause: str, cause_id: int) -> Link:
    """From a transfer or a debt to what caused it. A redemption is shown on its coupon's page."""
    thing: Model | None = CAUSES[cause]._default_manager.filter(pk=cause_id).first()
    if isinstance(thing, Redemption):
        thing = thing.coupon
    return to_thing(user, thing) or Link(f"{cause} {cause_id}", "")
