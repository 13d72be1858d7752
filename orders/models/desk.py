"""What the two sides keep about orders for themselves: notes, labels, kept filters, files of a list (ORD-9)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from sellers.models import Seller


class Note(models.Model):
    """A remark of the seller's staff on an order. The buyer never sees it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    # A copy of the order's, so that a search reads notes alone.
    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.CharField(max_length=1000)
    written_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # Read by the search of the seller's list.
            models.Index(fields=["seller", "order"], name="note_of_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.text[:40]}"


class Label(models.Model):
    """A word that the seller's staff have put on an order. The buyer never sees it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="labels")
    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=30)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "name"], name="label_once"),
        ]
        indexes: ClassVar = [
            # Read by the filter of one label, and to offer the labels in use.
            models.Index(fields=["seller", "name", "-order"], name="label_of_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.name}"


class SavedFilter(models.Model):
    """A filter of the seller's list under a name: one person's own, for one account."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "seller", "name"], name="filter_named_once"),
            models.UniqueConstraint(
                fields=["user", "seller"], condition=Q(is_default=True), name="one_default_filter"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExportState(models.TextChoices):
    ASKED = "asked", _("Waiting")
    RUNNING = "running", _("Being generated")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class ListExport(models.Model):
    """A list of orders to be written to a file, and how far that is. This row is the truth; a message only

    says that there may be work. Only its maker may fetch the file.
    """

    key = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # None: the buyer's own list.
    seller = models.ForeignKey(Seller, null=True, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=4, choices=[("csv", "CSV"), ("xlsx", "XLSX")])
    language = models.CharField(max_length=10)
    # What the list was narrowed to, as `orders.queries.filters.packed` writes it, and that in the maker's words.
    wanted = models.JSONField(default=dict)
    said = models.CharField(max_length=500, blank=True, default="")
    # Numbers of orders picked by hand; none: all that the filters find.
    picked = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.ASKED)
    asked_at = models.DateTimeField()
    # A run that has not been heard of for long has died and is begun anew.
    seen_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            # Read by the sweep: what waits, and what has grown old.
            models.Index(fields=["state", "asked_at"], name="export_to_do"),
            models.Index(fields=["user", "-id"], name="export_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.format} of {self.user_id}, {self.state}"
