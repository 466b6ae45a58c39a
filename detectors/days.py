"""Days: what a day of somebody's life comes to in a few numbers, where all of it was seen.

A day begins at four in the morning, and is counted in slots of ten minutes, each with or without a sign.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import nan
from typing import Any, NamedTuple

from core.places import Role, Room
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, MINUTE, NEVER, wall
from detectors.kept_days import KeptDays
from detectors.presence import HomePresence
from detectors.signs import SIGN_ROLES
from detectors.slots import SLOT, first, spells
from detectors.visibility import HomeVisibility
from detectors.weekend import Weekend

BEGINS = 4 * HOUR
SLOTS = int(DAY / SLOT)
NIGHT_FROM = int((23 * HOUR - BEGINS) / SLOT)
_UP_WITHIN = 60
"""Slots after four in which somebody gets up."""
_ABOUT, _OF_AN_HOUR = 3, 6
"""Who is up shows outside the bedroom in half of the slots of an hour; who only goes to the toilet in one or two."""
_LIVED = 6
_MOST_AWAY = 8 * HOUR
_WAKING = 16 * HOUR


class Measure(StrEnum):
    """What is counted of a day."""

    RISING = "rising"  # when somebody was up and about: minutes after midnight
    KITCHEN = "kitchen"  # visits to the kitchen, in sixteen waking hours at home
    MOVING = "moving"  # ten-minute slots with a sign, as hours, of a whole day at home
    NIGHT = "night"  # times up between eleven and four
    BREAKFAST = "breakfast"  # the first time in the kitchen: minutes after midnight


class Lived(NamedTuple):
    """One day, each figure a bit for each slot with: any sign, one outside the bedroom, in the kitchen, of a kettle, in
    the bathroom; and out of the house.
    """

    seen: int = 0
    up: int = 0
    kitchen: int = 0
    kettle: int = 0
    bathroom: int = 0
    out: int = 0


NOTHING = Lived()
_BITS_OF_OLD = 3
"""What was told apart before kettles, bathrooms and absences were."""
_ROW = {measure: row for row, measure in enumerate(Measure)}


class HomeDays:
    """Of one home. `count`: days that were counted; the last ninety of them are kept.

    Not counted: a day that was not all seen, in which a sensor was dead, or with more than eight hours out. Only of the
    last `weekend` is told, too.

    `ended`: the day that the sign observed last has ended, if it has, and `counted` whether that counts.
    `rooms_known`: how often rooms came to be watched otherwise, which makes what was learned of them worthless.
    `kitchen_at`, `kettle_at`: their last sign; `back_at`: when somebody was seen to be home again.
    """

    version = 1

    __slots__ = (
        "_away", "_kept", "_presence", "_rooms", "_timezone", "_visibility", "_weekend", "back_at", "bathroom",
        "begins", "count", "counted", "day", "ended", "kettle", "kettle_at", "kitchen", "kitchen_at", "out",
        "rooms_known", "seen", "slot", "up",
    )  # fmt: skip

    def __init__(
        self, visibility: HomeVisibility, presence: HomePresence, timezone: str, weekend: Weekend | None = None
    ) -> None:
        self._visibility = visibility
        self._presence = presence
        self._timezone = timezone
        self._weekend = weekend or Weekend()
        self._rooms = self._covered()
        self.count = self.rooms_known = 0
        self.day = -1
        self.ended, self.counted = NOTHING, False
        self.kitchen_at = self.kettle_at = self.back_at = NEVER
        self._forget()
        self._begin(-1, NEVER)

    def _forget(self) -> None:
        self._kept = KeptDays(len(_ROW))
        self._weekend.forget()

    @property
    def known(self) -> int:
        """How many days are kept."""
        return len(self._kept)

    def numbers(self) -> list[int]:
        """The days that are kept: of the home's own clock, since the epoch."""
        return self._kept.numbers()

    def values(self, measure: Measure) -> list[float]:
        """Its figure of each of them; NaN where a day could not tell it."""
        return self._kept.of(_ROW[measure])

    def _begin(self, day: int, begins: float) -> None:
        self.day, self.begins, self._away, self.slot = day, begins, 0.0, 0
        self.seen, self.up, self.kitchen, self.kettle, self.bathroom, self.out = NOTHING

    @property
    def today(self) -> Lived:
        return Lived(self.seen, self.up, self.kitchen, self.kettle, self.bathroom, self.out)

    def _covered(self) -> list[str]:
        """The rooms in which signs of life are noticed, once for each device."""
        devices = (health.device for health in self._visibility.health.values())
        return sorted(device.room.value for device in devices if device.role in SIGN_ROLES)

    def use_devices(self) -> None:
        """After devices changed: what was counted with others cannot be compared."""
        if (rooms := self._covered()) != self._rooms:
            self._rooms = rooms
            self.rooms_known += 1
            self._forget()

    def observe(self, seen: Observation) -> bool:
        """After visibility and before presence observe the same. True when a day was counted by it."""
        if seen.sign is None:
            return False
        since_four = wall(self._timezone, seen.t) - BEGINS
        day, second = int(since_four // DAY), since_four % DAY
        if day < self.day:
            return False
        ends = day > self.day
        if ends:
            self.counted = self.day >= 0 and self._end(seen.t)
            self.ended = self.today
            self._begin(day, seen.t - second)
        else:
            self.ended = NOTHING
        self.slot = max(self.slot, int(second // SLOT))
        self._note_return(seen.t)
        self._note(seen, 1 << int(second // SLOT))
        return ends and self.counted

    def _note(self, seen: Observation, bit: int) -> None:
        room = seen.device.room
        self.seen |= bit
        if room is not Room.BEDROOM:
            self.up |= bit
        if room is Room.BATHROOM:
            self.bathroom |= bit
        elif room is Room.KITCHEN:
            self.kitchen |= bit
            self.kitchen_at = max(self.kitchen_at, seen.t)
        if seen.device.role is Role.KETTLE:
            self.kettle |= bit
            self.kettle_at = max(self.kettle_at, seen.t)

    def _note_return(self, t: float) -> None:
        if self._presence.has_left(t):
            since = max(self._left(), self.begins)
            self._away += t - since
            self.back_at = max(self.back_at, t)
            self.out |= (2 << self.slot) - (1 << int((since - self.begins) // SLOT))

    def _left(self) -> float:
        presence = self._presence
        return presence.door_at if presence.out_from == NEVER else presence.out_from

    def _end(self, t: float) -> bool:
        """Is the day before one that counts? Then it is kept."""
        end = self.begins + DAY
        if self._presence.has_left(t):
            self._away += max(0.0, end - max(self._left(), self.begins))
        if self.seen.bit_count() < _LIVED or not self._all_seen(min(t, end)):
            return False
        rose = first(self.up, of=_OF_AN_HOUR, least=_ABOUT, within=_UP_WITHIN)
        had_been_out = rose is not None and self.out & ((2 << rose) - 1)  # who comes home has not just got up
        self._weekend.end_day(self.day, self.up, None if had_been_out else rose)
        if self._away > _MOST_AWAY:
            return False
        self.count += 1
        measured = self._measured(rose)
        self._kept.add(self.day, [measured[measure] for measure in _ROW])
        return True

    def _all_seen(self, end: float) -> bool:
        visibility = self._visibility
        if visibility.sight_since > self.begins:
            return False
        installed = (h for h in visibility.health.values() if h.device.role in SIGN_ROLES and h.heard != NEVER)
        return all(visibility.works(health, end) for health in installed)

    def _measured(self, rose: int | None) -> dict[Measure, float]:
        kitchen = any(room == Room.KITCHEN.value for room in self._rooms)
        return {
            Measure.RISING: _minutes(rose),
            Measure.KITCHEN: spells(self.kitchen) * _WAKING / (_WAKING - self._away) if kitchen else nan,
            Measure.MOVING: self.seen.bit_count() * SLOT / HOUR * DAY / (DAY - self._away),
            Measure.NIGHT: float(spells(self.up >> NIGHT_FROM)),
            Measure.BREAKFAST: _minutes(first(self.kitchen, of=1, least=1, within=_UP_WITHIN)),
        }

    def snapshot(self) -> dict[str, Any]:
        return {
            "rooms": self._rooms,
            "kept": self._kept.snapshot(),
            "weekend": self._weekend.snapshot(),
            "today": [self.day, *self.today[:_BITS_OF_OLD], self.count, *self.today[_BITS_OF_OLD:], self.slot],
            "times": [None if self.begins == NEVER else self.begins, self._away],
            "last": [None if t == NEVER else t for t in (self.kitchen_at, self.kettle_at, self.back_at)],
            "rooms_known": self.rooms_known,
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        if "kept" in body:
            self._kept.restore(body["kept"])
            self._weekend.restore(body["weekend"])
        else:  # up to version 5
            numbers, unknown = body["numbers"], [None] * len(body["numbers"])
            every = [body["values"].get(measure.value, unknown) for measure in _ROW]  # breakfast was not always known
            self._kept.keep(numbers, [[nan if value is None else value for value in values] for values in every])
        self._restore_today(body)
        rooms, self._rooms = self._rooms, body["rooms"]
        if rooms != self._rooms:
            self._rooms = rooms
            self.rooms_known += 1
            self._forget()

    def _restore_today(self, body: Mapping[str, Any]) -> None:
        begins, away = body["times"]
        self._begin(body["today"][0], NEVER if begins is None else begins)
        self._away = away
        # A database once gave such long numbers back as floats: what was in its last bits is lost, the day is not.
        self.seen, self.up, self.kitchen, self.count = (int(slots) for slots in body["today"][1:5])
        if "last" in body:  # up to version 3 there was less of a day
            self.kettle, self.bathroom, self.out, self.slot = (int(slots) for slots in body["today"][5:])
            last = (NEVER if t is None else t for t in body["last"])
            self.kitchen_at, self.kettle_at, self.back_at = last
            self.rooms_known = body["rooms_known"]


def _minutes(slot: int | None) -> float:
    """After midnight, when a slot begins; NaN where there is none."""
    return nan if slot is None else (BEGINS + slot * SLOT) / MINUTE
