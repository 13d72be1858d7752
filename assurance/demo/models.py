"""What the demo remembers about itself; nothing of the portal reads it."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q


class World(models.Model):
    """The demo world of this database: when it was loaded, and how far its time was moved since.

    One row or none. `ahead` only grows: the platform's time never goes back.
    """

    loaded_at = models.DateTimeField()
    ahead = models.DurationField(default=timedelta)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_world"),
            models.CheckConstraint(condition=Q(ahead__gte=timedelta()), name="never_behind"),
        ]

    def __str__(self) -> str:
        return f"the demo world, {self.ahead} ahead"
