"""When each home wants to be judged: one heap for all of them, so that nothing polls."""

from collections.abc import Mapping
from datetime import datetime
from heapq import heappop, heappush, heapreplace

from detectors.home_watch import HomeWatch
from detectors.instants import NEVER, instant


class DueTimes:
    """At most one live entry per home. A home that wants to be judged later than its entry says is put there again when
    that comes up; nobody is asked meanwhile.
    """

    def __init__(self, homes: Mapping[str, HomeWatch]) -> None:
        self._homes = homes
        self._heap: list[tuple[float, str]] = []

    def put(self, home: HomeWatch, due: float | None) -> None:
        """When it wants to be judged from now on, in seconds since the epoch; None: it waits for nothing new. What has
        come already is not put off: what is observed meanwhile may be all that there is to judge.
        """
        if due is not None:
            has_come = NEVER < home.scheduled <= home.latest
            home.scheduled = min(due, home.scheduled) if has_come else due
            self._queue(home)

    def put_by(self, home: HomeWatch, due: float) -> None:
        """It wants to be judged by then, if not before."""
        self.put(home, due if home.scheduled == NEVER else min(due, home.scheduled))

    def first(self) -> datetime | None:
        """The earliest, None if nothing is waited for."""
        self._settle()
        return instant(self._heap[0][0]) if self._heap else None

    def pop(self, t: float) -> HomeWatch | None:
        """One whose time has come, the earliest first; it has no due time then."""
        self._settle()
        if not self._heap or self._heap[0][0] > t:
            return None
        home = self._homes[heappop(self._heap)[1]]
        home.scheduled = home.queued = NEVER
        return home

    def _queue(self, home: HomeWatch) -> None:
        if home.queued == NEVER or home.scheduled < home.queued:
            home.queued = home.scheduled
            heappush(self._heap, (home.queued, home.home.id))

    def _settle(self) -> None:
        """Let the first entry be one whose home wants to be judged just then."""
        while self._heap:
            queued, home_id = self._heap[0]
            home = self._homes.get(home_id)
            if home is None or home.queued != queued:
                heappop(self._heap)
            elif home.scheduled > queued:
                home.queued = home.scheduled
                heapreplace(self._heap, (home.queued, home_id))
            else:
                return
