"""Playing many stories at once, in order of time, with the sweeps in between."""

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from assurance import schedule
from assurance.demo.world.cast import Cast
from assurance.demo.world.goods import Catalogue
from assurance.kernel import clock
from assurance.kernel.days import day_of, end_of, plus, start_of
from assurance.kernel.models import Deadline

# A story yields when its next act is to be, and acts when it is resumed.
Story = Iterator[datetime]

SEED = "20210326"


class Stage:
    """The world while it is being made: who and what there is, the agenda, and the present to be reached.

    What lies after the present is not played: an order begun three days ago stands where three days took it.
    """

    def __init__(self, now: datetime, cast: Cast, catalogue: Catalogue) -> None:
        self.now = now
        self.today = day_of(now)
        self.cast = cast
        self.catalogue = catalogue
        self.chance = random.Random(SEED)  # noqa: S311
        self._agenda: list[tuple[datetime, int, Story]] = []
        self._entries = 0

    def play(self, story: Story) -> None:
        """Put a story on the agenda, or its next act."""
        at = next(story, None)
        if at is not None and at <= self.now:
            self._entries += 1
            heapq.heappush(self._agenda, (at, self._entries, story))

    def morning(self, days_ago: int, hour: int = 9) -> datetime:
        """An hour of a day before the present, in the platform's zone."""
        return start_of(plus(self.today, -days_ago)) + timedelta(hours=hour)

    def lately(self, minutes: int) -> datetime:
        """A moment shortly before the present, today even just after midnight; at most 60 minutes."""
        return self.now - min(timedelta(minutes=1), (self.now - start_of(self.today)) / 60) * minutes

    def run(self, tell: Callable[[float], None]) -> None:
        """Play everything up to the present; the sweeps run at every midnight. `tell` hears how much is done."""
        if not self._agenda:
            return
        begin = self._agenda[0][0]
        midnight = end_of(day_of(begin))
        while midnight <= self.now:
            self._play_until(midnight)
            sweep(midnight)
            tell((midnight - begin) / (self.now - begin))
            midnight = end_of(day_of(midnight))
        self._play_until(midnight)
        sweep(self.now)
        tell(1)

    def _play_until(self, end: datetime) -> None:
        while self._agenda and self._agenda[0][0] < end:
            at, _entry, story = heapq.heappop(self._agenda)
            with clock.frozen(at):
                self.play(story)


def sweep(at: datetime) -> None:
    """What beat and worker would do at an instant; nothing if nothing is due."""
    if Deadline.objects.filter(due_at__lte=at).exists():
        with clock.frozen(at):
            schedule.run_all(at)
