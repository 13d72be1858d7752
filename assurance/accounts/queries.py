"""Reading what belongs to a person."""

from django.db.models import QuerySet

from assurance.accounts.models import Address, User


def addresses_of(user_id: int) -> QuerySet[Address]:
    """A person's address book, the default first."""
    return Address.objects.filter(user_id=user_id).order_by("-is_default", "-id")


def buyer_by_email(email: str) -> User | None:
    """Who buys under exactly this e-mail; none for ops, who do not buy, and for people who have left."""
    return User.objects.filter(email=email.strip().lower(), is_active=True, is_staff=False).first()
