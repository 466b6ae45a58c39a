"""The whole-home meter: which rises of power only a person can have caused.

Learned from the hours in which nobody is up: a size of rise that comes in them too comes by itself (a refrigerator, a
boiler). So does what comes at the same minute on most days (a timer), or again and again alike (a thermostat).
"""

from array import array
from typing import Any, Final

from detectors.instants import DAY, HOUR, MINUTE, NEVER, wall

LEAST_RISE = 40.0
"""Watts. Smaller ones drown in what a home draws anyway."""
SIZES = 8
"""Classes of rises: each twice the one before, from `LEAST_RISE` on."""
SMALL_HOURS: Final = (1, 5)
BY_ITSELF_AN_HOUR = 0.04
"""All sizes that count together may come by themselves once in 25 such hours."""
ENOUGH_HOURS = 20.0
"""Small hours that must be known: five nights."""
FADE = 0.5 ** (1.0 / 21.0)
LONGEST_GAP = 20 * MINUTE
"""Two readings further apart do not show when the power rose."""
SLOT, SLOTS = 5 * MINUTE, 288
TIMED_SHARE, TIMED_DAYS = 0.6, 5.0
ALIKE, ALIKE_WITHIN, MOST_ALIKE = 0.1, HOUR, 2
"""Rises of the same size, within a tenth, each within an hour of the one before: the third is a thermostat's."""


class MeterActivity:
    """One meter. `rises` counts them by size in small hours, `hours` of those that were seen; both fade by night."""

    __slots__ = ("_alike", "_at", "_day", "_last", "_timezone", "_watts", "days", "hours", "rises", "timed")

    def __init__(self, timezone: str) -> None:
        self._timezone = timezone
        self._at, self._watts = NEVER, 0.0
        self._day = -1
        self._last, self._alike = (NEVER, 0.0), 0
        self.rises = array("f", [0.0] * SIZES)
        self.timed = array("f", [0.0] * SLOTS)
        self.hours = self.days = 0.0

    def rose(self, t: float, watts: float) -> bool:
        """Take in a reading, later than the one before: is it a rise that only a person can have caused?"""
        since, before = self._at, self._watts
        self._at, self._watts = t, watts
        if since == NEVER:
            return False
        local = wall(self._timezone, t)
        self._turn(int(local // DAY))
        small = SMALL_HOURS[0] * HOUR <= local % DAY < SMALL_HOURS[1] * HOUR
        if t - since > LONGEST_GAP:
            return False
        if small:
            self.hours += (t - since) / HOUR
        size = _size(watts - before)
        if size is None:
            return False
        if small:
            self.rises[size] += 1.0
        if size < self.counts_from():
            return False
        slot = int(local % DAY // SLOT)
        by_clock = self._is_timed(slot)
        self.timed[slot] += 1.0
        again = self._comes_again(t, watts - before)
        return not by_clock and not again

    def counts_from(self) -> int:
        """The smallest size that counts; `SIZES` while none does."""
        if self.hours < ENOUGH_HOURS:
            return SIZES
        left, smallest = BY_ITSELF_AN_HOUR * self.hours, SIZES
        for size in reversed(range(SIZES)):
            left -= self.rises[size]
            if left < 0:
                break
            smallest = size
        return smallest

    def _is_timed(self, slot: int) -> bool:
        """Does power rise at this time of day on most days, give or take five minutes?"""
        near = self.timed[slot] + self.timed[slot - 1] + self.timed[(slot + 1) % SLOTS]
        return self.days >= TIMED_DAYS and near >= TIMED_SHARE * self.days

    def _comes_again(self, t: float, rise: float) -> bool:
        at, before = self._last
        alike = t - at <= ALIKE_WITHIN and abs(rise - before) <= ALIKE * before
        self._alike = self._alike + 1 if alike else 0
        self._last = (t, rise)
        return self._alike >= MOST_ALIKE

    def _turn(self, day: int) -> None:
        """The first reading of a local day ends the day before."""
        if day <= self._day:
            return
        if self._day >= 0:
            self.days = self.days * FADE + 1.0
            self.hours *= FADE
            self.rises = array("f", (count * FADE for count in self.rises))
            self.timed = array("f", (count * FADE for count in self.timed))
        self._day = day

    def snapshot(self) -> list[Any]:
        times = [None if self._at == NEVER else self._at, None if self._last[0] == NEVER else self._last[0]]
        timed = {slot: count for slot, count in enumerate(self.timed) if count}
        kept = [self._watts, self._day, self._last[1], self._alike, self.hours, self.days]
        return [*times, *kept, list(self.rises), [[slot, count] for slot, count in timed.items()]]

    def restore(self, body: list[Any]) -> None:
        at, last, self._watts, self._day, rise, self._alike, self.hours, self.days, rises, timed = body
        self._at = NEVER if at is None else float(at)
        self._last = (NEVER if last is None else float(last), float(rise))
        self.rises = array("f", rises)
        self.timed = array("f", [0.0] * SLOTS)
        for slot, count in timed:
            self.timed[slot] = count


def _size(rise: float) -> int | None:
    """The class of a rise in watts; None for what is too small, or a fall."""
    if rise < LEAST_RISE:
        return None
    size = 0
    while rise >= 2 * LEAST_RISE and size < SIZES - 1:
        rise, size = rise / 2, size + 1
    return size
