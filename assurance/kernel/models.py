"""What every app stands on: policy versions, the event record, deadlines, sweep runs, idempotency."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assurance.kernel.policy import Policy

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class PolicyVersion(models.Model):
    """The figures in force from a moment on (POL-1). A later version never changes a pinned order."""

    starts_at = models.DateTimeField(unique=True)
    figures = models.JSONField()
    note = models.CharField(max_length=300)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        triggers: ClassVar = [APPEND_ONLY]
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return f"Policy of {self.starts_at:%Y-%m-%d}"

    @cached_property
    def policy(self) -> Policy:
        return Policy.from_figures(self.figures)


class ExchangeRate(models.Model):
    """USD for one unit of a currency on a day (MON-2). A correction is a new row of the same day: the last one counts.

    It is known from `noted_at` on, so that a job that runs late finds what was known at its instant (TIM-3).
    """

    currency = models.CharField(max_length=3)
    day = models.DateField()
    usd = models.DecimalField(max_digits=18, decimal_places=8)
    noted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        triggers: ClassVar = [APPEND_ONLY]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(usd__gt=0), name="rate_above_zero")
        ]
        # Read whenever a rate of a day is asked for.
        indexes: ClassVar = [models.Index(fields=["currency", "-day", "-id"], name="rate_of_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}"


class Event(models.Model):
    """Something that happened to an object: who, when in business time, when recorded, by which rules."""

    stream = models.CharField(max_length=16)
    key = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=16, default="platform")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    rules = ArrayField(models.CharField(max_length=8), default=list)
    data = models.JSONField(default=dict)

    class Meta:
        triggers: ClassVar = [APPEND_ONLY]
        # Read by the timeline of one object.
        indexes: ClassVar = [models.Index(fields=["stream", "key", "id"], name="event_of_object")]

    def __str__(self) -> str:
        return f"{self.stream} {self.key}: {self.kind}"


class Deadline(models.Model):
    """What falls due, narrow on purpose: sweeps read and delete here and never scan wide rows."""

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    due_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_id", "kind"], name="one_deadline_per_kind"),
        ]
        # Read by the sweep of one kind, oldest first.
        indexes: ClassVar = [models.Index(fields=["kind", "due_at"], name="deadline_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} at {self.due_at}"


class SweepRun(models.Model):
    """When a sweep last ran; the health check reads it."""

    name = models.CharField(max_length=40, primary_key=True)
    last_started = models.DateTimeField()
    last_finished = models.DateTimeField(null=True)
    last_done = models.IntegerField(default=0)
    last_error = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """The answer once given to a POST with an Idempotency-Key, kept 30 days."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user_id", "key"], name="one_answer_per_key"),
        ]
        # Read by the sweep that forgets them.
        indexes: ClassVar = [models.Index(fields=["created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return self.key


class OutboxRow(models.Model):
    """A message that has to leave the process, written in the transaction that caused it."""

    attempts = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        abstract = True
