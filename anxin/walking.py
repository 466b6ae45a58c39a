"""Walking: a watch led through readings in virtual time, in the order in which the service would have judged.

The one way in which a past is gone through: by `anxin replay`, by the evaluation, and before a budget is changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from core.readings import Reading
from detectors.events import WatchEvent
from detectors.watch import Watch


class Walk:
    """`now`: how far it has come. Whatever falls due before a reading is received is judged before it."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.now: datetime | None = None

    def hear(self, readings: Sequence[Reading], at: datetime) -> list[tuple[datetime, WatchEvent]]:
        """What is said until these, received together at `at`, have been observed; each with its instant."""
        said = self.judge(at)
        said += ((at, event) for event in self.watch.observe(readings))
        return said

    def through(self, readings: Iterable[Reading]) -> Iterator[tuple[datetime, WatchEvent]]:
        """Readings in order of receipt, one by one."""
        for reading in readings:
            yield from self.hear((reading,), reading.received_at)

    def judge(self, until: datetime) -> list[tuple[datetime, WatchEvent]]:
        """Ask at every instant at which the watch wants to be asked, up to `until`."""
        self.now = until
        said: list[tuple[datetime, WatchEvent]] = []
        while (due := self.watch.next_due()) is not None and due <= until:
            said += ((due, event) for event in self.watch.run_due(due))
        return said

    def go_on(self, watch: Watch) -> "Walk":
        """Another walk from here, by a fresh watch: as a restart of the service would."""
        other = Walk(watch)
        other.now = self.now
        if self.now is not None:
            watch.restore(self.watch.snapshots(self.now, dirty_only=False))
        return other
