"""Days: what a day of somebody's life comes to in a few numbers, where all of it was seen.

A day begins at four in the morning. Slots of ten minutes, each with or without a sign: so a sensor that chatters, or
one that rests between two triggers, counts the same.
"""

from array import array
from collections.abc import Mapping
from enum import StrEnum
from math import nan
from typing import Any

from core.places import Room
from core.states import Presence
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, MINUTE, NEVER, wall
from detectors.presence import HomePresence
from detectors.signs import SIGN_ROLES
from detectors.visibility import HomeVisibility

KEPT_DAYS = 90
BEGINS = 4 * HOUR
SLOT = 10 * MINUTE
SLOTS = int(DAY / SLOT)
_NIGHT_FROM = int((23 * HOUR - BEGINS) / SLOT)
_UP_WITHIN, _UP_AFTER = 60, 3
"""Slots after four in which somebody gets up, and how many with a sign outside the bedroom show it."""
_LIVED = 6
_MOST_AWAY = 8 * HOUR
_WAKING = 16 * HOUR


class Measure(StrEnum):
    """What is counted of a day."""

    RISING = "rising"  # when somebody was up and about: minutes after midnight
    KITCHEN = "kitchen"  # visits to the kitchen, in sixteen waking hours at home
    MOVING = "moving"  # ten-minute slots with a sign, as hours, of a whole day at home
    NIGHT = "night"  # times up between eleven and four


class HomeDays:
    """Of one home. `count`: days that were counted; `numbers` and `values` hold the last ninety of them.

    Not counted: a day that was not all seen, in which a sensor was dead, or with more than eight hours out.
    """

    version = 1

    __slots__ = (
        "_away", "_begins", "_kitchen", "_presence", "_rooms", "_timezone", "_up", "_visibility", "count", "day",
        "numbers", "seen", "values",
    )  # fmt: skip

    def __init__(self, visibility: HomeVisibility, presence: HomePresence, timezone: str) -> None:
        self._visibility = visibility
        self._presence = presence
        self._timezone = timezone
        self._rooms = self._covered()
        self.count = 0
        self.day = -1
        self._forget()
        self._begin(-1, NEVER)

    def _forget(self) -> None:
        self.numbers = array("i")
        self.values: dict[Measure, array[float]] = {measure: array("f") for measure in Measure}

    def _begin(self, day: int, begins: float) -> None:
        self.day, self._begins, self._away = day, begins, 0.0
        self.seen = self._up = self._kitchen = 0

    def _covered(self) -> list[str]:
        """The rooms in which signs of life are noticed, once for each device."""
        devices = (health.device for health in self._visibility.health.values())
        return sorted(device.room.value for device in devices if device.role in SIGN_ROLES)

    def use_devices(self) -> None:
        """After devices changed: what was counted with others cannot be compared."""
        if (rooms := self._covered()) != self._rooms:
            self._rooms = rooms
            self._forget()

    def observe(self, seen: Observation) -> bool:
        """After visibility and before presence observe the same. True when a day was counted by it."""
        if seen.sign is None:
            return False
        since_four = wall(self._timezone, seen.t) - BEGINS
        day, second = int(since_four // DAY), since_four % DAY
        counted = False
        if day > self.day:
            counted = self.day >= 0 and self._end(seen.t)
            self._begin(day, seen.t - second)
        elif day < self.day:
            return False
        self._note_return(seen.t)
        bit = 1 << int(second // SLOT)
        self.seen |= bit
        if seen.device.room is not Room.BEDROOM:
            self._up |= bit
        if seen.device.room is Room.KITCHEN:
            self._kitchen |= bit
        return counted

    def _note_return(self, t: float) -> None:
        if self._presence.at(t) is Presence.OUT:
            self._away += t - max(self._left(), self._begins)

    def _left(self) -> float:
        presence = self._presence
        return presence.door_at if presence.out_from == NEVER else presence.out_from

    def _end(self, t: float) -> bool:
        """Is the day before one that counts? Then it is kept."""
        end = self._begins + DAY
        if self._presence.at(t) is Presence.OUT:
            self._away += max(0.0, end - max(self._left(), self._begins))
        if self._away > _MOST_AWAY or self.seen.bit_count() < _LIVED or not self._all_seen(min(t, end)):
            return False
        self.count += 1
        self.numbers = array("i", [*self.numbers[1 - KEPT_DAYS :], self.day])
        for measure, value in self._measured().items():
            self.values[measure] = array("f", [*self.values[measure][1 - KEPT_DAYS :], value])
        return True

    def _all_seen(self, end: float) -> bool:
        visibility = self._visibility
        if visibility.sight_since > self._begins:
            return False
        installed = (h for h in visibility.health.values() if h.device.role in SIGN_ROLES and h.heard != NEVER)
        return all(visibility.works(health, end) for health in installed)

    def _measured(self) -> dict[Measure, float]:
        kitchen = any(room == Room.KITCHEN.value for room in self._rooms)
        return {
            Measure.RISING: self._rising(),
            Measure.KITCHEN: _spells(self._kitchen) * _WAKING / (_WAKING - self._away) if kitchen else nan,
            Measure.MOVING: self.seen.bit_count() * SLOT / HOUR * DAY / (DAY - self._away),
            Measure.NIGHT: float(_spells(self._up >> _NIGHT_FROM)),
        }

    def _rising(self) -> float:
        """The third slot out of bed: a visit to the toilet takes one or two."""
        about = [slot for slot in range(_UP_WITHIN) if self._up >> slot & 1]
        return (BEGINS + about[_UP_AFTER - 1] * SLOT) / MINUTE if len(about) >= _UP_AFTER else nan

    def snapshot(self) -> dict[str, Any]:
        return {
            "rooms": self._rooms,
            "numbers": list(self.numbers),
            "values": {measure.value: [_plain(v) for v in values] for measure, values in self.values.items()},
            "today": [self.day, self.seen, self._up, self._kitchen, self.count],
            "times": [None if self._begins == NEVER else self._begins, self._away],
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self.numbers = array("i", body["numbers"])
        for measure in Measure:
            self.values[measure] = array("f", [nan if v is None else v for v in body["values"][measure.value]])
        self.day, self.seen, self._up, self._kitchen, self.count = body["today"]
        begins, self._away = body["times"]
        self._begins = NEVER if begins is None else begins
        rooms, self._rooms = self._rooms, body["rooms"]
        if rooms != self._rooms:
            self._rooms = rooms
            self._forget()


def _plain(value: float) -> float | None:
    """JSON knows no nan."""
    return None if value != value else value  # noqa: PLR0124


def _spells(slots: int) -> int:
    """How many runs of slots on end."""
    return (slots & ~(slots << 1)).bit_count()
