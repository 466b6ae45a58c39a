"""A battery's life: how it drained so far, and when it will have to be changed.

One value a day at most, thinned out with age; the slope is the median of the slopes between all pairs (Theil 1950,
Sen 1968), which a jump of the weather or a first percentage that was a guess does not bend. Lithium cells fall off a
cliff at the end: the forecast is for `CHANGE_AT`, above it, and only ever said of a battery that is seen to drain.
"""

import statistics
from array import array
from itertools import combinations
from typing import Final

from detectors.instants import DAY, NEVER

CHANGE_AT: Final = 15.0
"""Percent at which an installer should come: above what is called low, so that there is time to."""
NEW_CELL: Final = 15.0
"""A rise by so many percent is a new battery; cold nights and recoveries are less."""
WATCHED_FOR: Final = 10
"""Days between first and last value before anything is forecast."""
DRAINED: Final = 2.0
"""Percent that must be gone by then: many devices tell in steps of one."""
FARTHEST: Final = 3 * 365
_MOST: Final = 16
_TENTHS: Final = 10


class Drain:
    """The values so far, as days since the epoch and tenths of percent, two bytes each: there are many batteries.

    `due`: when to change it, NEVER if unknown.
    """

    __slots__ = ("_kept", "due")

    def __init__(self) -> None:
        self._kept = b""
        self.due = NEVER

    @property
    def _told(self) -> "array[int]":
        return array("H", self._kept)

    def note(self, t: float, percent: float) -> None:
        """The first value of each day counts."""
        day, told = int(t // DAY), self._told
        if told and day <= told[-2]:
            return
        tenths = round(percent * _TENTHS)
        if told and tenths >= told[-1] + NEW_CELL * _TENTHS:
            told = array("H")
        told.extend((day, tenths))
        self._kept = (_thinned(told) if len(told) > 2 * _MOST else told).tobytes()
        self.due = self._forecast()

    def _forecast(self) -> float:
        told = self._told
        days, tenths = told[::2], told[1::2]
        if days[-1] - days[0] < WATCHED_FOR or tenths[0] - tenths[-1] < DRAINED * _TENTHS:
            return NEVER
        points = list(zip(days, tenths, strict=True))
        slope = statistics.median((v - u) / (b - a) for (a, u), (b, v) in combinations(points, 2))
        if slope >= 0:
            return NEVER
        level = statistics.median(v - slope * a for a, v in points)
        left = (CHANGE_AT * _TENTHS - level) / slope - days[-1]
        return NEVER if left > FARTHEST else (days[-1] + max(0.0, left)) * DAY

    def snapshot(self) -> list[int]:
        return list(self._told)

    @classmethod
    def restored(cls, body: list[int]) -> "Drain":
        drain = cls()
        drain._kept = array("H", body).tobytes()
        drain.due = drain._forecast() if body else NEVER
        return drain


def _thinned(told: "array[int]") -> "array[int]":
    """Every second value goes, the first and the last stay."""
    points = list(zip(told[::2], told[1::2], strict=True))
    return array("H", [number for point in (*points[:-1:2], points[-1]) for number in point])
