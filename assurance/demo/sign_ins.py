"""The four people as whom a visitor of the demo signs in. Only the demo ever makes them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PASSWORD = "demo"  # noqa: S105
OPS = "olivia@demo.example"


@dataclass(frozen=True)
class SignIn:
    """One of the four: who it is, and the view where they start."""

    email: str
    name: str
    role: Promise
    starts_at: str


SIGN_INS = {
    person.email: person
    for person in (
        SignIn("alice@demo.example", "Alice", _("Buyer"), "shop:home"),
        SignIn("ming@demo.example", "Ming", _("Seller, member of the upgrade service"), "ma:home"),
        SignIn("fang@demo.example", "Fang", _("Seller, not a member"), "ma:home"),
        SignIn(OPS, "Olivia", _("Operations"), "admin:index"),
    )
}
