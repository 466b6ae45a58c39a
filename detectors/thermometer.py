"""Thermometer: what one sensor says of its room's warmth, and whether it can be believed.

A failed chip says -127, -40, 0.0 or 85 °C, a frozen one the same for days, and one on a balcony, in the sun or in a
refrigerator tells the truth about another place. All of that is the installer's business and no person's alarm.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from core.concerns import Fact
from core.faults import FaultCause
from detectors.instants import DAY, HOUR, MINUTE, NEVER

LOWEST, HIGHEST = -20.0, 50.0
"""°C that a room can have."""
HABITABLE = (8.0, 40.0)
"""One that was never within these hangs in no room where people live, until it was there once."""
STANDS = 12 * HOUR
"""What was said last is believed for so long: many report on change only, or every six hours."""
LEAP, LEAP_AN_HOUR = 12.0, 2.0
"""K that a room does not change by from one report to the next, and more for each hour between them,"""
ALIKE, NOT_AT_ONCE = 4.0, 10 * MINUTE
"""unless it is said again later in other digits, for a chip that has failed says the very same."""
ZERO_FROM = 3.0
"""0.0 out of a room that was farther from it is what failed chips say."""
ABSURD_FOR, ODD_FOR = HOUR, 6 * HOUR
"""So long without anything believable is a fault: single wrong values are radio, or a start."""
FROZEN_AFTER, WHOLE_FROZEN_AFTER = 3 * DAY, 10 * DAY
"""The very same value, said again and again. Those who tell whole degrees may tell the same for longer."""
SWINGS, CALM = 15.0, 11.0
"""K between a day's coldest and warmest, on average, that a room where people live does not have; and does again. For
two days in a row: the one day on which the frost came in is no reason not to believe it.
"""
KNOWN_DAYS, SWING_DAYS = 3, 5


class Thermometer:
    """`value` (°C) was said at `at`, the same since `fixed`. Since then, from `odd_since` on, it says something `odd`
    that is not believed yet, or from `absurd_since` on something `absurd` that no room can be. `low` and `high` are of
    the local `day`, `swing` is what usually lies between them, over `days`. `lived`: it was once as warm as where
    people live. Times in whole seconds, degrees in tenths: it is small.
    """

    __slots__ = (
        "absurd", "absurd_since", "at", "channel", "day", "days", "first", "fixed", "high", "lived", "low",
        "misplaced", "odd", "odd_since", "swing", "value",
    )  # fmt: skip

    def __init__(self) -> None:
        self.at = self.first = self.fixed = self.odd_since = self.absurd_since = self.day = NEVER
        self.value = self.low = self.high = self.swing = 0.0
        self.odd: float | None = None
        self.absurd: float | None = None
        self.channel: str | None = None
        self.days = 0
        self.lived = self.misplaced = False

    def hear(self, value: float, t: float, day: float, channel: str | None) -> bool:
        """True if it is believed. One device has one thermometer that counts: the first that spoke, while it speaks."""
        if channel != self.channel and t - self.at < DAY:
            return False
        if not LOWEST <= value <= HIGHEST:
            self.absurd = value
            self.absurd_since = t if self.absurd_since == NEVER else self.absurd_since
            return False
        if self._leaps(value, t) and not self._said_again(value, t):
            if self.odd is None or abs(value - self.odd) > ALIKE:
                self.odd = value
            self.odd_since = t if self.odd_since == NEVER else self.odd_since
            return False
        self._take(value, t, day)
        self.channel = channel
        return True

    def _leaps(self, value: float, t: float) -> bool:
        if self.at == NEVER:
            return value == 0.0
        if value == 0.0 and abs(self.value) > ZERO_FROM:
            return True
        passed = t - self.at
        return passed <= STANDS and abs(value - self.value) > LEAP + LEAP_AN_HOUR * passed / HOUR

    def _said_again(self, value: float, t: float) -> bool:
        if self.odd is None or t - self.odd_since < NOT_AT_ONCE:
            return False
        return 0 < abs(value - self.odd) <= ALIKE

    def _take(self, value: float, t: float, day: float) -> None:
        if day > self.day:
            self._end_day(value, day)
        if value != self.value or self.at == NEVER:
            self.fixed = t
        self.first = t if self.first == NEVER else self.first
        self.value, self.at = value, t
        self.odd = self.absurd = None
        self.odd_since = self.absurd_since = NEVER
        self.low, self.high = min(self.low, value), max(self.high, value)
        self.lived = self.lived or HABITABLE[0] <= value <= HABITABLE[1]

    def _end_day(self, value: float, day: float) -> None:
        if self.day != NEVER:
            self.days, before = min(self.days + 1, SWING_DAYS), self.swing
            self.swing = round(before + (self.high - self.low - before) / self.days, 1)
            swings = self.swing >= CALM if self.misplaced else min(before, self.swing) >= SWINGS
            self.misplaced = self.days >= KNOWN_DAYS and swings
        self.day, self.low, self.high = day, value, value

    @property
    def frozen(self) -> bool:
        return self.at - self.fixed >= (WHOLE_FROZEN_AFTER if self.value.is_integer() else FROZEN_AFTER)

    @property
    def tells(self) -> bool:
        """Is what it said last the warmth of a room where people live?"""
        return self.lived and not self.misplaced and not self.frozen

    def doubts(self, t: float) -> Iterator[tuple[FaultCause, float, tuple[Fact, ...]]]:
        """What the installer is asked at `t`, since when, and the numbers that speak for it."""
        if self.absurd is not None and t - self.absurd_since >= ABSURD_FOR:
            yield FaultCause.READS_WRONG, self.absurd_since, (Fact("reads", self.absurd, "°C"),)
        elif self.odd is not None and t - self.odd_since >= ODD_FOR:
            yield FaultCause.READS_WRONG, self.odd_since, (Fact("reads", self.odd, "°C"),)
        if self.at == NEVER:
            return
        if self.frozen:
            yield FaultCause.DEVICE_STUCK, self.fixed, (Fact("reads", self.value, "°C"),)
        elif self.misplaced:
            yield FaultCause.PLACE_DOUBTED, self.at, (Fact("daily_swing", self.swing, "°C"),)
        elif not self.lived and t - self.first >= ODD_FOR:
            yield FaultCause.PLACE_DOUBTED, self.first, (Fact("reads", self.value, "°C"),)

    def snapshot(self) -> list[object]:
        times = (self.at, self.first, self.fixed, self.odd_since, self.absurd_since, self.day)
        return [
            *(None if t == NEVER else t for t in times), self.value, self.low, self.high, self.swing, self.odd,
            self.absurd, self.channel, self.days, int(self.lived), int(self.misplaced),
        ]  # fmt: skip

    def restore(self, body: Sequence[Any]) -> None:
        times = (NEVER if t is None else float(t) for t in body[:6])
        self.at, self.first, self.fixed, self.odd_since, self.absurd_since, self.day = times
        self.value, self.low, self.high, self.swing = (float(each) for each in body[6:10])
        self.odd, self.absurd, self.channel, self.days, lived, misplaced = body[10:]
        self.lived, self.misplaced = bool(lived), bool(misplaced)
