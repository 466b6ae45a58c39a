"""Returns: by when somebody who went out is usually home again, and how long they ever stay.

Who has always slept at home and is not back an hour after the latest that they ever came is asked about that evening,
not when a day has gone by.
"""

from array import array
from collections.abc import Sequence
from typing import Any

from detectors.instants import DAY, HOUR, NEVER, wall

FADE = 0.98
"""What a return counts for after the next: the last fifty or so matter."""
SHORTEST = 0.25 * HOUR
"""An absence shorter than this (s) is a step to the door or the bin."""
ENOUGH = 8.0
"""Returns, faded, before they say anything."""
LATER = 1.0 * HOUR
LEAST, BEYOND = 6 * HOUR, 1.5
"""Nobody is missed sooner after leaving than this (s), nor than so many times their longest absence."""
_DAWN = 4
"""The hour at which one day of outings ends: who is out then has been out overnight."""
_HOURS = 24
_MEMORY = 0.3
_SELDOM = 0.5


class Returns:
    """`longest` (s): the longest absence that ended well; it fades. Counts by hour after dawn of the return."""

    __slots__ = ("_by_hour", "_known", "_nights", "longest")

    def __init__(self) -> None:
        self.longest = 0.0
        self._by_hour = array("d", bytes(8 * _HOURS))
        self._known = self._nights = 0.0

    def add(self, left: float, back: float, timezone: str) -> None:
        """Somebody left then, and came home then."""
        if back - left < SHORTEST:
            return
        self.longest = max(FADE * self.longest, back - left)
        overnight = _day(timezone, back) > _day(timezone, left)
        self._known = round(FADE * self._known + 1.0, 6)
        self._nights = round(FADE * self._nights + overnight, 6)
        for hour in range(_HOURS):
            self._by_hour[hour] = round(FADE * self._by_hour[hour], 6)
        if not overnight:
            self._by_hour[int(_since_dawn(timezone, back) // HOUR)] += 1.0

    def missed_from(self, left: float, timezone: str) -> float:
        """When whoever left at `left` and is not back is out for longer, and later, than they ever are. NEVER while
        that is not known, and for people who stay out overnight.
        """
        if self._known < ENOUGH or self._nights >= _SELDOM:
            return NEVER
        latest = max(hour for hour in range(_HOURS) if hour == 0 or self._by_hour[hour] >= _MEMORY)
        evening = left - _since_dawn(timezone, left) + (latest + 1) * HOUR + LATER
        return max(evening, left + max(LEAST, BEYOND * self.longest))

    def snapshot(self) -> list[Any]:
        return [self.longest, self._known, self._nights, list(self._by_hour)]

    def restore(self, body: Sequence[Any]) -> None:
        self.longest, self._known, self._nights = (float(value) for value in body[:3])
        self._by_hour = array("d", body[3])


def _since_dawn(timezone: str, t: float) -> float:
    return (wall(timezone, t) - _DAWN * HOUR) % DAY


def _day(timezone: str, t: float) -> int:
    return int((wall(timezone, t) - _DAWN * HOUR) // DAY)
