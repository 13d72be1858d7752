"""The platform's own bank accounts, from the settings."""

import re
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class BankAccount:
    """An account to which a buyer pays by T/T, in one currency."""

    currency: str
    holder: str
    bank: str
    account: str
    bic: str
    address: str = ""

    @property
    def packed(self) -> str:
        """The account's number as statements are compared by: capitals and digits."""
        return re.sub(r"[^0-9A-Z]", "", self.account.upper())


def accounts(currency: str = "") -> list[BankAccount]:
    """All accounts, or those of a currency; without one a buyer cannot pay by T/T."""
    found = [BankAccount(**values) for values in settings.BANK_ACCOUNTS]
    return [one for one in found if currency in ("", one.currency)]
