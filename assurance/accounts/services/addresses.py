"""The address book. Orders keep their own copy of an address."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.accounts.models import Address, User
from assurance.kernel.rules import RuleViolation

AT_MOST = 50


@transaction.atomic
def save(*, user_id: int, values: Mapping[str, Any], address_id: int | None = None) -> Address:
    """Write an address of the book; the first one, or one said to be it, becomes the default.

    The same new address again is the one already there. Address.DoesNotExist for another person's;
    refused STA-1 beyond 50.
    """
    User.objects.select_for_update().get(pk=user_id)
    mine = Address.objects.filter(user_id=user_id)
    wanted = {name: value for name, value in values.items() if name != "is_default"}
    if address_id is not None:
        address = mine.get(pk=address_id)
    elif (twin := mine.filter(**wanted).first()) is not None:
        address = twin
    elif mine.count() >= AT_MOST:
        raise RuleViolation(
            "STA-1",
            _("An address book holds %(most)s addresses."),
            advice=_("Delete one first."),
            most=AT_MOST,
        )
    else:
        address = Address(user_id=user_id)
    for name, value in wanted.items():
        setattr(address, name, value)
    others = mine.exclude(pk=address.pk)
    address.is_default = bool(values.get("is_default")) or not others.filter(is_default=True).exists()
    if address.is_default:
        others.update(is_default=False)
    address.save()
    return address


@transaction.atomic
def delete(*, user_id: int, address_id: int) -> None:
    """Take an address out of the book; orders keep their copy. The newest of the rest becomes the default."""
    User.objects.select_for_update().get(pk=user_id)
    mine = Address.objects.filter(user_id=user_id)
    mine.filter(pk=address_id).delete()
    rest = mine.order_by("-id").first()
    if rest is not None and not mine.filter(is_default=True).exists():
        rest.is_default = True
        rest.save(update_fields=["is_default"])
