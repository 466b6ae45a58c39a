"""Longest: the longest quiets that ever ended well, by the hour in which they began and where somebody was last."""

from array import array

import numpy as np

from detectors.instants import DAY, HOUR
from detectors.quiets import BATHROOM, BED, HOURS

GROUPS = 3
"""Places told apart: the bathroom, in bed, anywhere else."""


def group_of(place: int) -> int:
    return 0 if place == BATHROOM else 1 if place in BED else 2


class Longest:
    """In seconds, 0 where none is known. `local`: when they began, by the wall clock."""

    __slots__ = ("_seconds",)

    def __init__(self, kept: bytes = bytes(4 * HOURS * GROUPS)) -> None:
        self._seconds = array("f", kept)

    def usual(self, local: float, place: int) -> float:
        """Of all that began there within an hour of this time of day."""
        return max(self._seconds[_slot(local + off * HOUR, place)] for off in (-1, 0, 1))

    def by_hour(self, place: int) -> tuple[float, ...]:
        return tuple(self._seconds[hour * GROUPS + group_of(place)] for hour in range(HOURS))

    def note(self, local: float, place: int, gap: float) -> float:
        """A quiet that ended well. Says what had been the longest before it there."""
        slot = _slot(local, place)
        before = self._seconds[slot]
        self._seconds[slot] = max(before, gap)
        return before

    def take_back(self, local: float, place: int, gap: float, before: float) -> None:
        """It did not end well; `before` had been the longest before it."""
        if self._seconds[slot := _slot(local, place)] == np.float32(gap):
            self._seconds[slot] = before

    def tobytes(self) -> bytes:
        return self._seconds.tobytes()


def _slot(local: float, place: int) -> int:
    return int(local % DAY // HOUR) * GROUPS + group_of(place)
