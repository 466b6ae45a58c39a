"""Restless night: up far more often, or for far longer with several times up, than in any night that is known of this
home. Told in the morning: a reason to ask how somebody is, and not to wake them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from core.concerns import CannotTell, Clear, Concern, ConcernKind, Fact, Severity, Verdict
from core.places import Home
from detectors.days import BEGINS, NIGHT_FROM, HomeDays, Lived
from detectors.detector import Observation
from detectors.instants import DAY, HOUR, instant, next_waking, seconds
from detectors.slots import SLOT, spells
from detectors.unusual import chance_of

KEPT_NIGHTS, ENOUGH = 42, 21
TOLD_AFTER = 8 * HOUR - BEGINS
"""A night is told at eight, or when somebody is first seen after that."""
UNLIKELY = 1 / 100
MORE_TIMES, MORE_SLOTS = 3, 6
"""More than the mean by less than this is no reason to ask, however unlikely."""
SEVERAL = 3
"""Who stays up late is up once. Nor does a sensor that triggers by itself get up several times."""
_USUAL_TIMES, _USUAL_SLOTS = 1.5, 4.0
"""Priors, a night."""
_BEGINS: Final = NIGHT_FROM * SLOT


class _Night(NamedTuple):
    """What is said: told when, of a night begun when; times up, slots up, times in the bathroom, and what is usual."""

    at: float
    since: float
    times: int
    slots: int
    bathroom: int
    usual_times: float
    most_times: int
    usual_slots: float
    nights: int


class RestlessNight:
    """One home. `nights`: times and slots up of those that are known, two bytes each."""

    version = 1

    __slots__ = ("_day", "_days", "_home", "_rooms_known", "name", "nights", "standing")

    def __init__(self, home: Home, days: HomeDays) -> None:
        self._home = home.id
        self._days = days
        self.name = f"{ConcernKind.RESTLESS.value}:{home.id}"
        self.nights = b""
        self.standing: _Night | None = None
        self._day = -1
        self._rooms_known = days.rooms_known

    def observe(self, seen: Observation) -> None:
        """After the days observed the same."""
        if seen.sign is not None and self._days.day != self._day:
            self._end_night(seen.t)

    def _end_night(self, t: float) -> None:
        """The first sign after four: the night is over."""
        days = self._days
        if days.rooms_known != self._rooms_known:
            self.nights, self._rooms_known = b"", days.rooms_known
        just_over = days.day == self._day + 1
        self.standing = self._judged(days.ended, t) if just_over else None
        if days.counted:
            self.nights = (self.nights + bytes(_figures(days.ended)))[-2 * KEPT_NIGHTS :]
        self._day = days.day

    def _judged(self, lived: Lived, t: float) -> _Night | None:
        """Other devices that died can only have hidden something: what was seen is enough."""
        before_times, before_slots = self.nights[::2], self.nights[1::2]
        known = len(before_times)
        if known < ENOUGH:
            return None
        times, slots = _figures(lived)
        usual_times, usual_slots = sum(before_times) / known, sum(before_slots) / known
        often = times > max(before_times) and times >= usual_times + MORE_TIMES
        often = often and chance_of(times, before_times, usual=_USUAL_TIMES) < UNLIKELY
        long = times >= SEVERAL and slots > max(before_slots) and slots >= usual_slots + MORE_SLOTS
        long = long and chance_of(slots, before_slots, usual=_USUAL_SLOTS) < UNLIKELY
        if not often and not long:
            return None
        begins, bathroom = self._days.begins, spells(lived.bathroom >> NIGHT_FROM)
        at = max(begins + TOLD_AFTER, t)
        since = begins - DAY + _BEGINS
        return _Night(at, since, times, slots, bathroom, usual_times, max(before_times), usual_slots, known)

    def _ends(self) -> float:
        return self._days.begins + DAY

    def due(self, after: datetime | None = None) -> datetime | None:
        return None if self.standing is None else next_waking(after, self.standing.at, self._ends())

    def assess(self, now: datetime) -> Verdict:
        """It stands until four the next morning."""
        night, t = self.standing, seconds(now)
        if night is None:
            return Clear() if len(self.nights) >= 2 * ENOUGH else CannotTell("too_few_nights")
        return self._concern(night, now) if night.at < t <= self._ends() else Clear("day_over")

    def _concern(self, night: _Night, now: datetime) -> Concern:
        return Concern(
            home=self._home,
            kind=ConcernKind.RESTLESS,
            severity=Severity.YELLOW,
            episode=f"{self._home}@{instant(night.since).isoformat()}",
            at=now,
            since=instant(night.since),
            detector=ConcernKind.RESTLESS.value,
            facts=(
                Fact("up_at_night", night.times, "count"),
                Fact("up_at_night_usual", round(night.usual_times, 1), "count"),
                Fact("up_at_night_most", night.most_times, "count"),
                Fact("up_at_night_for", night.slots * SLOT, "s"),
                Fact("up_at_night_for_usual", round(night.usual_slots * SLOT), "s"),
                Fact("bathroom_at_night", night.bathroom, "count"),
                Fact("nights_known", night.nights, "count"),
            ),
        )

    def snapshot(self) -> dict[str, Any]:
        return {
            "nights": self.nights.hex(),
            "standing": None if self.standing is None else list(self.standing),
            "today": [self._day, self._rooms_known],
        }

    def restore(self, body: Mapping[str, Any]) -> None:
        self.nights = bytes.fromhex(body["nights"])
        self.standing = None if body["standing"] is None else _Night(*body["standing"])
        self._day, self._rooms_known = body["today"]


def _figures(lived: Lived) -> tuple[int, int]:
    """Times up, and slots up."""
    up = lived.up >> NIGHT_FROM
    return spells(up), up.bit_count()
