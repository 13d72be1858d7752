"""Bank statements, their lines, and money that waits to go back to who paid it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assurance.kernel.money import Amount
from orders.models.order import Order
from orders.rules.bank import matching


class StatementState(models.TextChoices):
    UPLOADED = "uploaded", _("To be taken in")
    TAKING = "taking", _("Being taken in")
    TAKEN = "taken", _("Taken in")
    FAILED = "failed", _("Interrupted")
    DISCARDED = "discarded", _("Discarded")


class BankStatement(models.Model):
    """A file that finance uploaded. It is read and shown first; its money counts once it is taken in.

    `parts` and `lines` are what was read of it (`orders.rules.bank.lines`); the same bytes are one row. This row
    also says how far the taking in is; a message only says that there may be work.
    """

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    format = models.CharField(max_length=8, choices=[("mt940", "MT940"), ("camt053", "CAMT.053")])
    parts = models.JSONField()
    lines = models.JSONField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=StatementState, default=StatementState.UPLOADED)
    # Who asked for its taking in, and the instant from which its money counts.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    # How many of its lines have been gone through. A run not heard of for long has died; none holds it while null.
    done = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    counts = models.JSONField(default=dict)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["taking", "taken", "failed"], taken_at__isnull=False)
                | Q(state__in=["uploaded", "discarded"], taken_at__isnull=True),
                name="statement_asked_for",
            ),
            models.CheckConstraint(
                condition=Q(state="discarded", discarded_at__isnull=False)
                | (~Q(state="discarded") & Q(discarded_at__isnull=True)),
                name="statement_discarded",
            ),
        ]
        indexes: ClassVar = [
            # Read by the sweep: what is to be taken in.
            models.Index(fields=["taken_at"], condition=Q(state="taking"), name="statement_to_take_in"),
        ]

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """Money on the bank statement. It counts from when it is associated with its order (PAY-2).

    `bank_reference` names the line for ever: the same line in another file is this row.
    """

    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="bank_lines")
    statement = models.ForeignKey(
        BankStatement, null=True, on_delete=models.PROTECT, related_name="bank_lines"
    )
    account = models.CharField(max_length=40, blank=True, default="")
    payer = models.CharField(max_length=140, blank=True, default="")
    reference = models.CharField(max_length=400, blank=True, default="")
    bank_reference = models.CharField(max_length=80, unique=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    arrived_at = models.DateTimeField()
    why = models.CharField(
        max_length=12, blank=True, default="", choices=[(code, code) for code in matching.STORED]
    )
    state = models.CharField(
        max_length=10,
        default="open",
        choices=[
            ("open", _("Not associated")),
            ("associated", _("Associated")),
            ("return", _("To be returned")),
        ],
    )
    associated_at = models.DateTimeField(null=True)
    transfer_reference = models.CharField(max_length=80, blank=True, default="")

    amount = Amount("amount_minor")

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="money_arrived"),
            models.CheckConstraint(
                condition=~Q(state="associated") | Q(order__isnull=False), name="associated_with_an_order"
            ),
        ]
        indexes: ClassVar = [
            # Read by what waits for finance: lines that no order claims yet, and by a transfer's page.
            models.Index(
                fields=["id"], condition=Q(order__isnull=True, state="open"), name="bank_line_unclear"
            ),
            models.Index(fields=["transfer_reference"], name="bank_line_of_transfer"),
        ]

    def __str__(self) -> str:
        """As the bank has it, without what makes it ours alone."""
        return self.bank_reference.partition(":")[0]


class TakenBack(models.Model):
    """A credit that the bank reversed later: money that may have counted for an order is no longer there (PAY-2).

    Nothing is posted by itself. Finance looks for the credit that it undoes and settles it, with a reason.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="taken_back")
    account = models.CharField(max_length=40)
    payer = models.CharField(max_length=140, blank=True, default="")
    reference = models.CharField(max_length=400, blank=True, default="")
    bank_reference = models.CharField(max_length=80, unique=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    day = models.DateField()
    noted_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    amount = Amount("amount_minor")

    class Meta:
        verbose_name = _("credit taken back")
        verbose_name_plural = _("credits taken back")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="something_taken_back"),
        ]
        indexes: ClassVar = [
            # Read by what waits for finance.
            models.Index(fields=["-id"], condition=Q(settled_at=None), name="taken_back_unsettled"),
        ]

    def __str__(self) -> str:
        return self.bank_reference.partition(":")[0]


class Return(models.Model):
    """Money that reached the platform and does not count: it goes back the way it came, once (ORD-3, PAY-2).

    `reference` is that of the transfer that set it aside.
    """

    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="returns")
    bank_line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="returns")
    channel = models.CharField(max_length=8, choices=[("bank", _("Bank")), ("gateway", _("Payment gateway"))])
    rule = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    since = models.DateTimeField()
    reference = models.CharField(max_length=80, unique=True)
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    amount = Amount("amount_minor")

    class Meta:
        verbose_name = _("money to be returned")
        verbose_name_plural = _("money to be returned")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="something_to_return"),
        ]
        indexes: ClassVar = [
            # Read by finance's list of what is still to be sent back.
            models.Index(fields=["-id"], condition=Q(returned_at__isnull=True), name="return_open"),
        ]

    def __str__(self) -> str:
        return self.reference
