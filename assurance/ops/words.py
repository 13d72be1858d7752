"""What the admin's lists call the fields of models.

Models carry no words for readers except where a form shows them, so that a better word needs no migration.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.admin import BooleanFieldListFilter, ChoicesFieldListFilter, FieldListFilter
from django.db.models import BooleanField, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.decorators import display

from assurance.ops.show import shown

WORDS: dict[str, Promise] = {
    "account": _("bank account"),
    "bankline.reference": _("payer’s remarks"),
    "by": pgettext_lazy("person", "by"),
    "buyer": _("buyer"),
    "carrier": _("carrier"),
    "campaign.first_day": pgettext_lazy("period", "first day"),
    "campaign.last_day": pgettext_lazy("period", "last day"),
    "city": _("city"),
    "code": _("code"),
    "company": _("company"),
    "country": _("country"),
    "covered": _("covered"),
    "currency": _("currency"),
    "date_joined": _("signed up"),
    "format": _("format"),
    "guarantee": _("guarantee"),
    "happened_at": _("happened"),
    "is_active": _("offered"),
    "is_platform": _("platform line"),
    "is_staff": _("operations"),
    "issued_at": _("issued"),
    "kind": _("kind"),
    "last_day": _("last day"),
    "made_at": _("created"),
    "made_by": _("created by"),
    "mode": _("mode"),
    "bankstatement.name": _("file"),
    "name": _("name"),
    "name_zh": _("Chinese name"),
    "note": _("note"),
    "owner": _("owner"),
    "payer": _("payer"),
    "reason": _("reason"),
    "reference": _("reference"),
    "rule": _("rule"),
    "seller": _("seller"),
    "since": _("since"),
    "state": _("state"),
    "takenback.reference": _("bank’s remarks"),
    "user.name": pgettext_lazy("person", "name"),
}


def word(model: type[Model], name: str) -> Promise | None:
    """The word for a field; none for what is no field or has none."""
    return WORDS.get(f"{model._meta.model_name}.{name}", WORDS.get(name))


@cache
def column(model: type[Model], name: str) -> str | Callable[[Model], Any]:
    """A field as a list column under its word; any other column as it is."""
    called = word(model, name)
    if called is None:
        return name
    field: Any = model._meta.get_field(name)
    is_boolean = isinstance(field, BooleanField)

    def value(thing: Model) -> Any:
        if field.choices:
            return getattr(thing, f"get_{name}_display")()
        held = getattr(thing, name)
        return held if is_boolean else shown(held, "minute")

    return display(description=called, ordering=name, boolean=is_boolean)(value)


def filter_by(model: type[Model], name: Any) -> Any:
    """A filter by a field's choices under the field's word; any other filter as it is."""
    if not isinstance(name, str):
        return name
    called = word(model, name)
    is_boolean = isinstance(model._meta.get_field(name), BooleanField)
    base: type[FieldListFilter] = BooleanFieldListFilter if is_boolean else ChoicesFieldListFilter

    class Called(base):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = called

    return name, Called
