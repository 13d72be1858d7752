"""Reading what belongs to a person."""

from django.db.models import QuerySet

from assurance.accounts.models import Address


def addresses_of(user_id: int) -> QuerySet[Address]:
    """A person's address book, the default first."""
    return Address.objects.filter(user_id=user_id).order_by("-is_default", "-id")
