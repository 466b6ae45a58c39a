"""What the watch said, on its way to the stores. Concerns overtake everything else: a street whose power fails gives a
thousand device tickets, and who presses a button then must not wait behind them.

Within a lane order is kept, and so it is for what is said of one home's concerns.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TypeAlias

from detectors.watch import ConcernCleared, ConcernRaised, WatchEvent

Mark: TypeAlias = tuple[int, ...]


class Lanes:
    """Filled by anybody on the event loop, or before it runs; emptied by one task."""

    def __init__(self) -> None:
        self._lanes: tuple[deque[WatchEvent], ...] = (deque(), deque())
        self._taken = [0, 0]
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def put(self, events: Iterable[WatchEvent]) -> None:
        for event in events:
            lane = 0 if isinstance(event, ConcernRaised) and not self._is_waited_for(event.concern.home) else 1
            self._lanes[lane].append(event)
            self._taken[lane] += 1
        if len(self):
            self._news.set()

    def _is_waited_for(self, home: str) -> bool:
        """Does something about a concern of this home stand in the slow lane?"""
        return any(_concerned(event) == home for event in self._lanes[1])

    async def first(self) -> WatchEvent:
        """Whose turn it is; it stays until it is `done`."""
        while not len(self):
            self._news.clear()
            await self._news.wait()
        return next(lane[0] for lane in self._lanes if lane)

    def done(self, event: WatchEvent) -> None:
        for lane in self._lanes:
            if lane and lane[0] is event:
                lane.popleft()
                return

    def mark(self) -> Mark:
        """How far the lanes reach now."""
        return tuple(self._taken)

    def passed(self, mark: Mark) -> bool:
        """Is everything done that was there at the mark?"""
        counted = zip(self._taken, self._lanes, mark, strict=True)
        return all(taken - len(lane) >= marked for taken, lane, marked in counted)


def _concerned(event: WatchEvent) -> str | None:
    """Whose home's concern it is about."""
    match event:
        case ConcernRaised(concern=concern):
            return concern.home
        case ConcernCleared(home=home):
            return home
        case _:
            return None
