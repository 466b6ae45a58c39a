"""Habit: when, in a home's days, something is nearly always done, and how strange it is that it was not done today.

By half hours from four in the morning until ten at night. The share of days on which it was done, of those on which
somebody was up and about then, is a hazard; what has come together since it was done last says how much was missed.
"""

from math import inf
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.instants import MINUTE
from detectors.slots import SLOT

HALVES: Final = 36
SLOTS_A_HALF: Final = round(30 * MINUTE / SLOT)
KEPT_DAYS, ENOUGH = 28, 21
"""Days that are compared with, and how many there must be."""
LEAST_HALVES: Final = 10
"""From one meal to the next it is five hours; what is shorter worries nobody, and is not compared."""
BEYOND = 1.1
"""What was missed must be so many times the most that was ever missed on the days compared with."""
LEAST = 3.0
"""And, as the log of a chance, less likely than one in twenty."""
_HALF: Final = (1 << SLOTS_A_HALF) - 1
_SURE = 0.95
_SCALE = 64
_BYTES = 5
"""Of a half-hourly mask; a day has two."""


class Habit:
    """`limit`: what must have been missed to be strange; infinite while too few days are known."""

    __slots__ = ("_days", "_hazards", "limit")

    def __init__(self) -> None:
        self._days = self._hazards = b""
        self.limit = inf

    @property
    def days(self) -> int:
        """How many are compared with."""
        return len(self._days) // (2 * _BYTES)

    def learn(self, done: int, seen: int, out: int) -> None:
        """One more day: the slots in which it was done, in which anybody was seen, and in which nobody was in."""
        did, away, was_seen = _halves(done), _halves(out), _halves(seen)
        day = (was_seen & ~away | did).to_bytes(_BYTES, "little") + (did | away).to_bytes(_BYTES, "little")
        self._days = (self._days + day)[-2 * _BYTES * KEPT_DAYS :]
        self._weigh()

    def _weigh(self) -> None:
        """The hazards of all that is known, and the most that was missed on any of the days by them."""
        there, ends = self._masks()
        did = there & ends
        often = did.sum() / max(int(there.sum()), 1)
        share = (did.sum(axis=0) + often) / (there.sum(axis=0) + 1.0)
        self._hazards = np.rint(-np.log1p(-np.minimum(share, _SURE)) * _SCALE).astype(np.uint8).tobytes()
        if self.days >= ENOUGH:
            self.limit = max(LEAST, BEYOND * _most(there & ~ends, ends, self._hazards) / _SCALE)

    def _masks(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """By day and half hour: was somebody up and about, or did it; and was it done, or nobody in."""
        packed = np.frombuffer(self._days, np.uint8).reshape(-1, 2, _BYTES)
        bits = np.unpackbits(packed, axis=2, bitorder="little")[:, :, :HALVES].astype(np.bool_)
        return bits[:, 0], bits[:, 1]

    def missed(self, half: int, done: int, seen: int, out: int) -> float:
        """What has come together of today at the beginning of this half hour since it was done, or somebody came home;
        as minus the log of the chance of that.
        """
        ends, missed = done | out, 0
        if half < 0 or not self._hazards or ends >> SLOTS_A_HALF * half:
            return 0.0
        for earlier in range(half - 1, -1, -1):
            if ends >> SLOTS_A_HALF * earlier & _HALF:
                break
            if seen >> SLOTS_A_HALF * earlier & _HALF:
                missed += self._hazards[earlier]
        return missed / _SCALE

    def done_between(self, first: int, last: int) -> int:
        """On how many of the days it was done in these half hours, from `first` up to but not in `last`."""
        there, ends = self._masks()
        return int((there & ends)[:, first:last].any(axis=1).sum())

    def snapshot(self) -> str:
        return self._days.hex()

    def restore(self, body: Any) -> None:
        self._days = bytes.fromhex(body)
        self._weigh()


def _most(there: NDArray[np.bool_], ends: NDArray[np.bool_], hazards: bytes) -> float:
    """The most that came together in any stretch between two ends that was long enough, of all days."""
    summed = (there * np.frombuffer(hazards, np.uint8).astype(np.float64)).cumsum(axis=1)
    before = np.maximum.accumulate(np.where(ends, summed, 0.0), axis=1)
    halves = np.arange(HALVES)
    ended = np.maximum.accumulate(np.where(ends, halves, -LEAST_HALVES), axis=1)
    return float(((summed - before) * (halves - ended >= LEAST_HALVES)).max())


def _halves(slots: int) -> int:
    """Which half hours have any of these slots."""
    return sum(1 << half for half in range(HALVES) if slots >> SLOTS_A_HALF * half & _HALF)
