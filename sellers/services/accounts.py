"""Companies and their seller accounts: registering, applying for Trade Assurance, opening it (QUA-1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assurance.kernel import events
from assurance.kernel.events import PLATFORM, Actor
from assurance.kernel.rules import RuleViolation
from assurance.notices.services import tell
from sellers import queries, rules
from sellers.models import Company, Seller, Staff


@transaction.atomic
def register_company(*, name: str, country: str, at: datetime, name_zh: str = "", city: str = "") -> Company:
    """A firm under a name of its own; refused QUA-1 if another has it.

    A taken name is never joined by typing it: whoever may act for a company is added by its own people.
    """
    company, is_new = Company.objects.get_or_create(
        name=name, defaults={"name_zh": name_zh, "city": city, "country": country}
    )
    if not is_new:
        raise _taken("company", _("A company with this name is already registered."))
    events.record("company", company.pk, "registered", at=at, rules=("QUA-1",), name=name)
    return company


@transaction.atomic
def apply(*, company_id: int, shop: str, user_id: int, at: datetime, actor: Actor = PLATFORM) -> Seller:
    """A seller account that is not open yet, with its first person; ops open it (QUA-1, QUA-5).

    Refused QUA-1 if another shop has the name. The same application again returns the first account.
    """
    seller, is_new = Seller.objects.get_or_create(name=shop, defaults={"company_id": company_id})
    if not is_new:
        if seller.company_id == company_id and Staff.objects.filter(user_id=user_id, seller=seller).exists():
            return seller
        raise _taken("shop", _("A shop with this name already exists."))
    Staff.objects.create(user_id=user_id, seller=seller)
    events.record("seller", seller.pk, "applied", at=at, actor=actor, rules=("QUA-1",))
    return seller


@transaction.atomic
def open_qualification(*, seller_id: int, reason: str, at: datetime, actor: Actor = PLATFORM) -> Seller:
    """Ops open Trade Assurance for an account: its lamp is lit from now. Refused STA-1 unless it waits."""
    seller = Seller.objects.select_for_update().get(pk=seller_id)
    rules.check_can_open(queries.qualification(seller, at))
    seller.qualified_at = at
    seller.save(update_fields=["qualified_at"])
    events.record("seller", seller_id, "qualified", at=at, actor=actor, rules=("QUA-1",), reason=reason)
    tell(queries.staff_ids(seller_id), "qualification_opened", about="seller", about_id=seller_id, at=at)
    return seller


def _taken(field: str, message: object) -> RuleViolation:
    return RuleViolation("QUA-1", message, advice=_("Choose another name."), conflict=False, field=field)
