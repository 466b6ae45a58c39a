"""When each home wants to be judged: one heap for all of them, so that nothing polls."""

from collections.abc import Mapping
from datetime import datetime
from heapq import heappop, heappush

from detectors.home_watch import HomeWatch
from detectors.instants import NEVER, instant


class DueTimes:
    """At most one live entry per home; a later due time waits until the earlier entry comes up."""

    def __init__(self, homes: Mapping[str, HomeWatch]) -> None:
        self._homes = homes
        self._heap: list[tuple[float, str]] = []

    def put(self, home: HomeWatch, due: float | None) -> None:
        """In seconds since the epoch; None: it waits for nothing."""
        if due is not None and (home.scheduled == NEVER or due < home.scheduled):
            home.scheduled = due
            heappush(self._heap, (due, home.home.id))

    def first(self) -> datetime | None:
        """The earliest, None if nothing is waited for."""
        while self._heap and self._stale(*self._heap[0]):
            heappop(self._heap)
        return instant(self._heap[0][0]) if self._heap else None

    def pop(self, t: float) -> HomeWatch | None:
        """One whose time has come, the earliest first; it has no due time then."""
        while self._heap and self._heap[0][0] <= t:
            due, home_id = heappop(self._heap)
            if not self._stale(due, home_id):
                home = self._homes[home_id]
                home.scheduled = NEVER
                return home
        return None

    def _stale(self, due: float, home_id: str) -> bool:
        home = self._homes.get(home_id)
        return home is None or home.scheduled != due
