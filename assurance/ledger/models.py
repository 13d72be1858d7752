"""Double-entry accounts (MON-3). The database itself keeps what must never break:

- a transfer's entries sum to zero in each currency, checked when the transaction commits;
- transfers and entries are never changed or deleted;
- a guarded account's balance is the sum of its entries and never below zero.
"""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assurance.kernel.models import APPEND_ONLY
from assurance.kernel.money import Amount


class AccountKind(models.TextChoices):
    """Whose money it is. A positive balance is owed to the holder; the world outside is negative."""

    GATEWAY = "gateway", _("Payment gateway")
    BANK = "bank", _("Bank")
    OUTSIDE = "outside", _("Sellers’ own bank accounts")
    ORDER = "order", _("Held for an order")
    SELLER = "seller", _("Seller’s balance")
    RETURNS = "returns", _("To be returned to the payer")
    SERVICE_FEE = "service_fee", _("Transaction service fees")
    METHOD_FEE = "method_fee", _("Payment method fees")
    COUPONS = "coupons", _("Platform coupons")
    ADVANCES = "advances", _("Refunds advanced for sellers")
    EXCHANGE = "exchange", _("Currency exchange")


GUARDED = (AccountKind.ORDER, AccountKind.SELLER, AccountKind.RETURNS)


class Account(models.Model):
    """One holder's money in one currency.

    Only guarded accounts keep a running balance. The platform's own accounts take part in nearly
    every transfer; a running balance there would make all payments wait for one row.
    """

    kind = models.CharField(max_length=12, choices=AccountKind)
    owner_id = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    balance_minor = models.BigIntegerField(default=0)

    balance = Amount("balance_minor")

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "owner_id", "currency"], name="one_account"),
            models.CheckConstraint(condition=Q(balance_minor__gte=0), name="never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner_id or ''} {self.currency}".replace("  ", " ")


class Transfer(models.Model):
    """One movement of money: the rule and the object that caused it."""

    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    rule = models.CharField(max_length=8)
    cause = models.CharField(max_length=16)
    cause_id = models.BigIntegerField()
    what = models.CharField(max_length=24)
    reference = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        triggers: ClassVar = [APPEND_ONLY]
        indexes: ClassVar = [models.Index(fields=["cause", "cause_id"], name="transfer_of_cause")]

    def __str__(self) -> str:
        return self.reference


class Entry(models.Model):
    """One leg of a transfer, in the account's currency; positive is to the holder's good."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="no_empty_entry"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "id"], name="entry_of_account")]
        triggers: ClassVar = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="running_balance",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func=pgtrigger.Func(
                    """
                    UPDATE ledger_account SET balance_minor = balance_minor + NEW.amount_minor
                    WHERE id = NEW.account_id AND kind IN ('order', 'seller', 'returns');
                    RETURN NULL;
                    """
                ),
            ),
            pgtrigger.Trigger(
                name="balanced",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func=pgtrigger.Func(
                    """
                    IF EXISTS (
                        SELECT FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
                        WHERE e.transfer_id = NEW.transfer_id
                        GROUP BY a.currency HAVING SUM(e.amount_minor) <> 0
                    ) THEN
                        RAISE EXCEPTION 'transfer % does not balance', NEW.transfer_id
                        USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                    """
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} on {self.account_id}"
